"""What the task of a model needs around its network."""

from dataclasses import replace
from functools import partial
from pathlib import Path

from gpen_train.conventions.labels import read_label_map, to_colours, to_labels
from gpen_train.conventions.tasks import SEG2FACE
from gpen_train.models.gpen import GPEN
from gpen_train.photos.photo import Photo
from gpen_train.photos.read import read_photo
from gpen_train.restoration.pictures import Method
from gpen_train.restoration.settings import Settings
from gpen_train.restoration.treatments import Treatment, as_it_is, colorize, fill_hole, take_labels


def method_for(model: GPEN, settings: Settings, task: str) -> Method:
    """How ``model``, trained for ``task``, restores pictures; ValueError for settings that it cannot have."""
    treatments: dict[str, Treatment] = {
        "inpainting": partial(fill_hole, resolution=model.input_resolution, paste=settings.paste_known),
        "colorization": partial(colorize, keep=settings.keep_luma),
        SEG2FACE: partial(take_labels, resolution=model.input_resolution),
    }
    if task == SEG2FACE:
        settings = for_labels(settings)
    return Method(settings, model.input_resolution, task, treatments.get(task, as_it_is))


def for_labels(settings: Settings) -> Settings:
    """The settings with which no face is looked for: a label map is one, as a whole."""
    if settings.faces not in ("auto", "aligned"):
        raise ValueError(f"faces is {settings.faces!r}; in label maps no faces are looked for: leave it out")
    if settings.strength != 1:
        raise ValueError(f"strength is {settings.strength}; of a label map nothing is kept: leave it out")
    return replace(settings, faces="aligned")


def read_input(path: str | Path, task: str) -> Photo:
    """The picture in a file, or for seg2face the label map, in its colours; raises as their readers do."""
    return Photo(read_label_map(path)) if task == SEG2FACE else read_photo(path)


def as_input(photo: Photo, task: str) -> Photo:
    """The same of pixels that are there already; ValueError where they are no label map for seg2face."""
    return Photo(to_colours(to_labels(photo.rgb))) if task == SEG2FACE else photo


def task_of(model: GPEN) -> str | None:
    """The task that a model's file names; None where it does not say."""
    return getattr(getattr(model, "args", None), "task", None)
