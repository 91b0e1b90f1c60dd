"""Nothing in the package reads a file in a way that could run what is in it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import gpen_train

ROOT = Path(gpen_train.__file__).parent
MODULES = {
    "pickle",
    "cPickle",
    "_pickle",
    "dill",
    "cloudpickle",
    "joblib",
    "marshal",
    "shelve",
    "runpy",
    "code",
}
BUILTINS = {"eval", "exec", "compile", "__import__"}  # model.eval() is another thing
LOADERS = {"torch.load", "torch.jit.load", "torch.hub.load", "torch.package.PackageImporter"}
LOADERS |= {"yaml.load", "yaml.unsafe_load", "yaml.full_load", "pandas.read_pickle"}
SAFE = {"torch.load": ("weights_only", "True"), "yaml.load": ("Loader", "yaml.SafeLoader")}


def offences(source: str) -> Iterator[str]:
    """What a source text calls or imports that could run a file's content."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] in MODULES)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name for name in names if name.split(".")[0] in MODULES or name in LOADERS)
        elif isinstance(node, ast.Call):
            yield from _call(node)


def _call(node: ast.Call) -> Iterator[str]:
    name = ast.unparse(node.func)
    options = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
    runs = name in BUILTINS or name.endswith("load_from_checkpoint")
    loads = name in LOADERS and SAFE.get(name) not in options.items()
    if runs or loads or options.get("allow_pickle", "False") != "False":
        yield name


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_reads_files_safely(path):
    assert not list(offences(path.read_text()))


def test_all_code_is_looked_at():
    assert len(list(ROOT.rglob("*.py"))) > 100


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from pickle import load",
        "import joblib.numpy_pickle",
        "from torch import load",
        "torch.load(path)",
        "torch.load(path, weights_only=False)",
        "np.load(path, allow_pickle=True)",
        "np.load(path, allow_pickle=flag)",
        "yaml.load(text, Loader=loader)",
        "eval(text)",
        "exec(text)",
        "torch.jit.load(path)",
        "RestorationModule.load_from_checkpoint(path)",
    ],
)
def test_finds_what_could_run(source):
    assert list(offences(source))


@pytest.mark.parametrize(
    "source",
    [
        "torch.load(path, weights_only=True)",
        "np.load(path)",
        "model.eval()",
        "yaml.safe_load(text)",
        "re.compile(x)",
    ],
)
def test_lets_the_rest_be(source):
    assert not list(offences(source))
