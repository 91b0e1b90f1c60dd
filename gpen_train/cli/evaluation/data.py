"""The images of an evaluation: a frozen set, folders, or any source with a task."""

from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from omegaconf import DictConfig, ListConfig, OmegaConf

from gpen_train.cli.settings.compose import build
from gpen_train.conventions.labels import read_label_map
from gpen_train.conventions.tasks import SEG2FACE
from gpen_train.curation.benchmark import PARTS
from gpen_train.evaluation.cases import Numbers, Pairs
from gpen_train.evaluation.folders import (
    FolderPairs,
    FolderWithoutClean,
    ImageFolder,
    Read,
    check_colour,
)
from gpen_train.files import read_json
from gpen_train.images import read_image
from gpen_train.loading.evaluation import SourcePairs
from gpen_train.models.gpen import GPEN
from gpen_train.places.place import is_url
from gpen_train.tasks.prior import CleanImages

MANIFEST = "manifest.json"  # of a frozen set
GREY_TOO = ("colorization", SEG2FACE)  # tasks whose degraded images may be of one channel
KEPT_OF_MANIFEST = ("preset", "degradation", "seed", "fingerprint")


class Data(NamedTuple):
    """What to evaluate on, and what the protocol says of it."""

    pairs: Pairs
    labels: list[str]
    protocol: dict[str, Any]
    real: Pairs | None = None  # what a prior's faces are compared with,
    num_real: int = 0  # the first of them


def listed(value: Any) -> list:
    """One or several, as the command line gives them; of named ones the values."""
    if value is None:
        return []
    if isinstance(value, DictConfig):
        return list(value.values())
    return list(value) if isinstance(value, ListConfig | list) else [value]


def build_task(config: DictConfig, models: dict[str, GPEN]) -> Any:
    """The task, which degrades clean images to the size that the models take where they agree on one."""
    inputs = {model.input_resolution for model in models.values()}
    side = config.degradation.input_resolution or (inputs.pop() if len(inputs) == 1 else None)
    return build(config.task, chain=build(config.degradation, input_resolution=side, where="cpu"), flip=0.0)


def find_data(config: DictConfig, task: Any, models: dict[str, GPEN]) -> Data:
    """The images: a frozen set, two folders, one of degraded or clean ones, or any source with a task."""
    root, degraded = config.data.get("root"), config.data.degraded
    is_frozen = bool(root) and all(Path(root, part).exists() for part in (*PARTS, MANIFEST))
    colour = task.name not in GREY_TOO
    read: Read = read_image
    if task.name == SEG2FACE:
        read = partial(read_label_map, resolution=task.chain.input_resolution)
    pairs: Pairs
    if is_frozen:
        pairs = FolderPairs(Path(root, PARTS[1]), Path(root, PARTS[0]), colour, read)
        manifest = read_json(Path(root, MANIFEST))
        how = {name: manifest[name] for name in KEPT_OF_MANIFEST if name in manifest}
    elif config.data.kind == "folder" and root is None:
        if not degraded and models:
            raise ValueError(
                "data.root is null, and there is nothing to restore; give the folder of degraded images as "
                "data.degraded"
            )
        resolution = config.resolution or _resolution_of(config, models)
        pairs = FolderWithoutClean(degraded or listed(config.restored)[0], resolution, bool(degraded), read)
        how = {"given": "as files, without clean ones"}
    elif config.data.kind == "folder" and (degraded or not models):
        pairs = FolderPairs(root, degraded, colour, read)
        how = {"given": "as files"} if degraded else {}
    else:
        if models and config.restored:
            raise ValueError(
                "checkpoints restore what is degraded now, restored folders something else; expected the "
                "same degraded images: make them with gpen data degrade, and give that folder as data.root"
            )
        pairs, how = open_source(config, task, models)
    if config.resolution not in (None, pairs.resolution):
        raise ValueError(
            f"resolution is {config.resolution} and the images are of {pairs.resolution} px; leave it out"
        )
    num = len(pairs) if config.images is None else min(config.images, len(pairs))
    described = {
        "name": Path(root).resolve().name if is_frozen else pairs.name,
        "fingerprint": pairs.fingerprint(),
        "images": num,
        "resolution": pairs.resolution,
    }
    protocol = {"task": task.name, "data": described, "degradation": how, "precision": config.dtype}
    return Data(pairs, [pairs.label(number) for number in range(num)], protocol)


def find_real(config: DictConfig, resolution: int) -> Data:
    """What priors are compared with, at ``resolution`` pixels: any source; none where data.root is null.

    The labels are those of as many samples as ``config`` says.
    """
    numbers = Numbers(config.samples, resolution)
    protocol: dict[str, Any] = {
        **{"task": CleanImages.name, "samples": {"number": config.samples, "seed": config.seed}},
        "precision": config.dtype,
    }
    labels = [numbers.label(number) for number in range(len(numbers))]
    if config.data.kind == "folder" and config.data.get("root") is None:
        return Data(numbers, labels, protocol | {"data": {"resolution": resolution}})
    sized = OmegaConf.merge(config, {"resolution": resolution})
    real, _ = open_source(sized, CleanImages(flip=0.0), {})
    num = min(config.images or len(real), len(real))
    described = {
        **{"name": real.name, "fingerprint": real.fingerprint()},
        **{"images": num, "resolution": resolution},
    }
    return Data(numbers, labels, protocol | {"data": described}, real, num)


def open_source(config: DictConfig, task: Any, models: dict[str, GPEN]) -> tuple[SourcePairs, dict[str, Any]]:
    """The images of a source, degraded by the task; and how, for the protocol."""
    settings = OmegaConf.to_container(config.data)
    if settings["kind"] != "pairs":
        settings.pop("degraded")
    if config.part == "all":
        settings["num_held_out"] = 0
    settings |= {"cache": False, "seed": config.seed}
    resolution = config.resolution or _resolution_of(config, models)
    data = build(OmegaConf.create(settings), resolution=resolution, task=task, images=1)
    source = {"all": data.train, "held_out": data.held_out}.get(config.part)
    if not source:
        raise ValueError(
            f"part is {config.part}, of which {data.name} has no images; set it to all or held_out"
        )
    if settings["kind"] == "folder" and not is_url(settings["root"]):
        check_colour(Path(settings["root"], source.label(index)) for index in range(len(source)))
    if not models:
        return SourcePairs(source, None, config.seed), {}
    # Without mirroring, the pairs are those of a frozen set with the same preset and seed.
    degrade = task.chain if task.name == "bfr" else task
    return SourcePairs(source, degrade, config.seed), {"settings": task.settings, "seed": config.seed}


def _resolution_of(config: DictConfig, models: dict[str, GPEN]) -> int:
    if models:
        return next(iter(models.values())).output_resolution
    return ImageFolder(listed(config.restored)[0]).check()[0]
