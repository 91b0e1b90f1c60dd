"""The presets of configs/degradation, by name, or a YAML file of the user's."""

from pathlib import Path

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from gpen_train.cli.settings.configs import choices_of, configs_folder
from gpen_train.cli.settings.yaml_file import read_yaml
from gpen_train.degradations.chain import Chain, build_chain
from gpen_train.places.place import fetched
from gpen_train.quote import quoted

LONGEST = 250  # characters of what is wrong with a preset


def preset_names() -> list[str]:
    """All presets, sorted."""
    return choices_of("degradation")


def build_preset(name: str) -> Chain:
    """The chain of a preset, or of the file at ``name`` that ends in .yaml; ValueError for anything else."""
    path = fetched(name) if name.endswith(".yaml") else _path(name)
    if not path.is_file():
        raise ValueError(
            f"the preset {name} does not exist; choose one of: {', '.join(preset_names())}, or a .yaml file"
        )
    try:
        values = dict(OmegaConf.to_container(_load(path)))
        return build_chain(**{key: value for key, value in values.items() if not str(key).startswith("_")})
    except (OmegaConfBaseException, TypeError, AttributeError, ValueError, OverflowError) as error:
        # most of them where a value is of another type than a setting's
        reason = quoted(" ".join(str(error).split()), LONGEST)
        raise ValueError(f"{path} is no preset ({reason}); see configs/degradation") from error


def _load(path: Path) -> DictConfig:
    """A file's values over those of the presets in its ``defaults``, as Hydra composes them."""
    values = read_yaml(path)
    bases = [base for base in values.pop("defaults", None) or [] if base != "_self_"]
    for base in bases:
        if base not in preset_names():  # a path could lead back to this very file
            raise ValueError(f"it starts from {quoted(base)}, which is no preset")
    return OmegaConf.merge(*(_load(_path(base)) for base in bases), values)


def _path(preset: str) -> Path:
    return configs_folder() / "degradation" / f"{preset}.yaml"
