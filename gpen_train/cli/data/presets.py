"""The presets of configs/degradation, by name, or a YAML file of the user's."""

from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from gpen_train.cli.settings.configs import configs_folder
from gpen_train.degradations.chain import Chain, build_chain
from gpen_train.places.place import fetched


def preset_names() -> list[str]:
    """All presets, sorted."""
    return sorted(path.stem for path in (configs_folder() / "degradation").glob("*.yaml"))


def build_preset(name: str) -> Chain:
    """The chain of a preset, or of the file at ``name`` that ends in .yaml; ValueError for anything else."""
    path = fetched(name) if name.endswith(".yaml") else configs_folder() / "degradation" / f"{name}.yaml"
    if not path.is_file():
        raise ValueError(
            f"the preset {name} does not exist; choose one of: {', '.join(preset_names())}, or a .yaml file"
        )
    try:
        values = dict(OmegaConf.to_container(OmegaConf.load(path), resolve=True))
        return build_chain(**{key: value for key, value in values.items() if not key.startswith("_")})
    except (
        OmegaConfBaseException,
        YAMLError,
        TypeError,
    ) as error:  # TypeError: another setting than those known
        raise ValueError(
            f"{path} is no preset ({str(error).splitlines()[0]}); see configs/degradation"
        ) from error
