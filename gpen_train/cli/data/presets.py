"""The presets of configs/degradation, by name, or a YAML file of the user's."""

from pathlib import Path

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from gpen_train.cli.settings.configs import choices_of, configs_folder
from gpen_train.degradations.chain import Chain, build_chain
from gpen_train.places.place import fetched


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
        values = dict(OmegaConf.to_container(_load(path), resolve=True))
        return build_chain(**{key: value for key, value in values.items() if not key.startswith("_")})
    except (OmegaConfBaseException, YAMLError, TypeError, FileNotFoundError) as error:
        # TypeError: another setting than those known; FileNotFoundError: another preset that it starts from
        reason = str(error).splitlines()[0]
        raise ValueError(f"{path} is no preset ({reason}); see configs/degradation") from error


def _load(path: Path) -> DictConfig:
    """A file's values over those of the presets in its ``defaults``, as Hydra composes them."""
    values = OmegaConf.load(path)
    bases = [_load(_path(base)) for base in values.pop("defaults", []) if base != "_self_"]
    return OmegaConf.merge(*bases, values)


def _path(preset: str) -> Path:
    return configs_folder() / "degradation" / f"{preset}.yaml"
