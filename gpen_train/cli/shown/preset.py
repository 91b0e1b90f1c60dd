"""Which choice of model= a network has been built with."""

from collections.abc import Mapping
from typing import Any

import yaml

from gpen_train.cli.settings.catalogue import catalogue
from gpen_train.cli.settings.configs import choices_of, configs_folder


def preset_of(settings: Any) -> str | None:
    """The file in configs/model whose network has these settings of a GPEN or a prior; None where none has.

    What is no mapping, as in a foreign file, has none. What a file does not name is the network's default.
    Settings that are not known count for none.
    """
    if not isinstance(settings, Mapping) or not settings:
        return None
    known = catalogue("train")["properties"]["model"]["properties"]["network"]["properties"]
    for name in choices_of("model"):
        network = yaml.safe_load((configs_folder() / "model" / f"{name}.yaml").read_text("utf-8"))["network"]
        is_gpen = network["_target_"].endswith("build_gpen")
        if is_gpen != ("encoder" in settings):
            continue
        built = {key: network.get(key, node.get("default")) for key, node in known.items()}
        if built["input_resolution"] is None:
            built["input_resolution"] = min(built["output_resolution"], 512)
        if all(key not in built or built[key] == value for key, value in settings.items()):
            return name
    return None
