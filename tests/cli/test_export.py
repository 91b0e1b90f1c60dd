"""gpen export: what it writes, what it says, and what it refuses before anything is written."""

import hashlib
from pathlib import Path

import pytest
import torch

import gpen_train
from gpen_train.checkpoints.exports import export as layouts
from gpen_train.checkpoints.read import read
from gpen_train.checkpoints.safe_load import safe_load
from gpen_train.cli import export
from gpen_train.cli.main import carry_out, parse
from gpen_train.models.discriminator import Discriminator

FIXTURES = Path(__file__).parents[1] / "fixtures"
OFFICIAL = FIXTURES / "official_bfr_64.pth"
PRIOR = FIXTURES / "rosinality_stylegan2_64.pt"


def run(*arguments) -> int:
    return carry_out(parse(["export", *map(str, arguments)]))


def refusal(*arguments) -> str:
    with pytest.raises((ValueError, OSError)) as refused:
        run(*arguments)
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.fixture
def v2_bundle(tiny_model, tmp_path) -> Path:
    gpen_train.save(tiny_model, tmp_path / "source" / "v2.pth")
    return tmp_path / "source" / "v2.pth"


@pytest.fixture
def training_file(tmp_path) -> Path:
    """What GPEN's train_simple.py leaves: g, d, g_ema and optimizer states."""
    state = safe_load(OFFICIAL)
    content = {
        "g": {name: tensor + 1 if "bias" in name else tensor for name, tensor in state.items()},
        "d": safe_load(FIXTURES / "official_discriminator_64.pth"),
        "g_ema": state,
        "g_optim": {"state": {0: torch.zeros(5)}},
    }
    (tmp_path / "source").mkdir()
    torch.save(content, tmp_path / "source" / "000100.pth")
    return tmp_path / "source" / "000100.pth"


def test_prints_the_path_size_and_digest_of_every_file(training_file, tmp_path, capsys):
    paths = [tmp_path / "out" / "gpen.pth", tmp_path / "out" / "gpen-D.pth"]
    assert run(training_file, paths[0], "--discriminator", paths[1]) == 0
    lines = capsys.readouterr().out.splitlines()
    for path, line in zip(paths, [line for line in lines if line.startswith("wrote")], strict=True):
        assert str(path) in line
        assert f"{path.stat().st_size / 1e6:,.2f} MB" in line
        assert line.endswith(hashlib.sha256(path.read_bytes()).hexdigest())
    assert set(paths[0].parent.iterdir()) == set(paths)


@pytest.mark.parametrize("ending", ["pth", "safetensors"])
@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_every_dtype(v2_bundle, tmp_path, ending, dtype):
    assert run(v2_bundle, tmp_path / f"a.{ending}", "--dtype", dtype) == 0
    stored = safe_load(tmp_path / f"a.{ending}")["encoder"]["fc.weight"]
    assert stored.dtype == getattr(torch, dtype)
    assert torch.equal(stored, gpen_train.load(v2_bundle).encoder.fc.weight.to(stored.dtype))


def test_legacy(v2_bundle, tmp_path):
    assert run(v2_bundle, tmp_path / "legacy.pth", "--legacy") == 0
    assert (tmp_path / "legacy.pth").read_bytes()[:2] == b"\x80\x04"
    assert gpen_train.load(tmp_path / "legacy.pth").settings == gpen_train.load(v2_bundle).settings


def test_yangxy_as_it_was(tmp_path):
    assert run(OFFICIAL, tmp_path / "bundle.pth") == 0
    assert run(tmp_path / "bundle.pth", tmp_path / "again.pth", "--layout", "yangxy") == 0
    theirs, again = safe_load(OFFICIAL), safe_load(tmp_path / "again.pth")
    assert again.keys() == theirs.keys()
    assert all(torch.equal(again[name], theirs[name]) for name in theirs)


@pytest.mark.parametrize("layout", ["bundle", "yangxy", "safetensors"])
def test_the_discriminator_beside_it(training_file, tmp_path, layout):
    beside = tmp_path / "out-D.pth"
    assert run(training_file, tmp_path / "out", "--layout", layout, "--discriminator", beside) == 0
    expected = read(training_file).discriminator
    assert (safe_load(beside).keys() >= {"discriminator", "args"}) == (layout != "yangxy")
    found = read(beside).discriminator
    assert isinstance(found, Discriminator)
    for name, tensor in expected.state_dict().items():
        assert torch.equal(found.state_dict()[name], tensor), name


def test_the_key_picks_the_model_and_the_rest_is_told(training_file, tmp_path, capsys):
    assert run(training_file, tmp_path / "ema.pth") == 0
    told = capsys.readouterr().out
    assert "left out: g (" in told
    assert "the discriminator, which --discriminator FILE writes" in told
    assert run(training_file, tmp_path / "g.pth", "--key", "g") == 0
    models = [gpen_train.load(tmp_path / name) for name in ("g.pth", "ema.pth")]
    difference = models[0].encoder.fc.bias - models[1].encoder.fc.bias
    torch.testing.assert_close(difference, torch.ones_like(difference))


def test_a_folder_gets_the_usual_names(v2_bundle, tmp_path):
    for layout in ("bundle", "safetensors"):
        assert run(v2_bundle, f"{tmp_path / 'new'}/", "--layout", layout) == 0
    assert {path.name for path in (tmp_path / "new").iterdir()} == {
        "gpen-bfr-32.pth",
        "gpen-bfr-32.safetensors",
    }
    assert "gpen-bfr-32.pth is there already" in refusal(v2_bundle, tmp_path / "new")


def test_a_prior_becomes_a_file_of_ours(tmp_path, capsys):
    assert run(PRIOR, tmp_path) == 0
    assert "left out: the constant noise" in capsys.readouterr().out
    prior, loaded = gpen_train.load(PRIOR), gpen_train.load(tmp_path / "gpen-prior-64.pth")
    assert torch.equal(loaded.w_average, prior.w_average)


def test_overwrites_only_with_force(v2_bundle, tmp_path):
    for name in ("a.pth", "a-D.pth"):
        (tmp_path / name).write_bytes(b"mine")
    assert "a.pth is there already; choose another name" in refusal("missing.pth", tmp_path / "a.pth")
    beside = ("--discriminator", tmp_path / "a-D.pth")
    assert "a-D.pth is there already" in refusal("missing.pth", tmp_path / "b.pth", *beside)
    assert (tmp_path / "a.pth").read_bytes() == b"mine"
    assert run(v2_bundle, tmp_path / "a.pth", "--force") == 0
    assert gpen_train.load(tmp_path / "a.pth").output_resolution == 32
    assert run(tmp_path / "a.pth", tmp_path / "a.pth", "--force") == 0  # onto itself
    assert gpen_train.load(tmp_path / "a.pth").output_resolution == 32


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a.pth", "--layout", "yangxy"], "is a gpen_v2 with injection project"),
        (["a.pth", "--discriminator", "a-D.pth"], "is a bundle without a discriminator; leave out"),
        (["a.pth", "--discriminator", "a.pth"], "are both a.pth; choose two files"),
        (["a.onnx", "--dtype", "bfloat16"], "choose float32, or float16"),
        (["a.onnx", "--legacy"], "onnx files have none, leave it out"),
        (["a.safetensors", "--legacy"], "safetensors files have none, leave it out"),
        (["a.pth", "--legacy", "--discriminator", "a-D.pth"], "--legacy has no discriminator of ours"),
        (["a.pth", "--discriminator", "source"], "source is a folder; expected the name of a file"),
    ],
)
def test_refuses_before_anything_is_written(v2_bundle, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    assert message in refusal(v2_bundle, *arguments)
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


@pytest.mark.parametrize(
    ("source", "arguments", "message"),
    [
        (PRIOR, ["a.onnx"], "is a StyleGAN2 without an encoder"),
        (PRIOR, ["a.pth", "--legacy"], "gpen train init_from="),
        (FIXTURES / "official_discriminator_64.pth", ["a.pth"], "which is no whole model; expected a GPEN"),
        (OFFICIAL, ["a.pth", "--discriminator", "a-D.pth"], "without a discriminator"),
        ("missing.pth", ["a.pth"], "missing.pth does not exist"),
    ],
)
def test_refuses_sources_that_do_not_fit(tmp_path, monkeypatch, source, arguments, message):
    monkeypatch.chdir(tmp_path)
    assert message in refusal(source, *arguments)
    assert not list(tmp_path.iterdir())


def test_onnx_says_when_reactor_would_feed_another_size(v2_bundle, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(layouts.WRITERS, "onnx", lambda model, path, form: path.write_bytes(b"onnx"))
    assert run(v2_bundle, tmp_path / "of-1024.onnx") == 0
    assert "note: the model takes 32 px; by this name it does not fit ReActor" in capsys.readouterr().out


def test_yangxy_says_what_its_code_needs(tmp_path, capsys):
    assert run(OFFICIAL, tmp_path / "narrow.pth", "--layout", "yangxy") == 0
    assert "FaceGAN builds no network of these widths" in capsys.readouterr().out
    model = gpen_train.load(OFFICIAL)
    model.settings |= {"style_dim": 512, "channel_base": 32768, "channel_max": 512}
    export.print_hints(model, tmp_path / "a.pth", "yangxy")
    assert "FaceGAN needs channel_multiplier=2, narrow=1" in capsys.readouterr().out


@pytest.mark.parametrize("key", ["g", "params", "x\ny", "k" * 500])
def test_a_key_that_chooses_nothing_is_refused(v2_bundle, tmp_path, key):
    said = refusal(v2_bundle, tmp_path / "out.pth", "--key", key)
    assert "v2.pth is a bundle of one model, so it has no key" in said
    assert len(said.replace(str(v2_bundle), "")) < 400
    assert not (tmp_path / "out.pth").exists()


def test_a_wrong_key_names_those_there_are(training_file, tmp_path):
    assert "choose the key among: g, d, g_ema" in refusal(training_file, tmp_path / "out.pth", "--key", "x")
    state = safe_load(OFFICIAL)
    torch.save({"params": state, "params_ema": state}, tmp_path / "two.pth")
    said = refusal(tmp_path / "two.pth", tmp_path / "out.pth", "--key", "x")
    assert "two.pth holds no x; choose the key among: params_ema, params" in said
    assert run(tmp_path / "two.pth", tmp_path / "out.pth", "--key", "params") == 0
