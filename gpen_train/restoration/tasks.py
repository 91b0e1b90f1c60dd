"""What the task of a model needs around its network."""

from functools import partial

from gpen_train.models.gpen import GPEN
from gpen_train.restoration.pictures import Method
from gpen_train.restoration.settings import Settings
from gpen_train.restoration.treatments import Treatment, as_it_is, colorize, fill_hole


def method_for(model: GPEN, settings: Settings, task: str) -> Method:
    """How ``model``, trained for ``task``, restores pictures."""
    treatments: dict[str, Treatment] = {
        "inpainting": partial(fill_hole, resolution=model.input_resolution, paste=settings.paste_known),
        "colorization": partial(colorize, keep=settings.keep_luma),
    }
    return Method(settings, model.input_resolution, task, treatments.get(task, as_it_is))


def task_of(model: GPEN) -> str | None:
    """The task that a model's file names; None where it does not say."""
    return getattr(getattr(model, "args", None), "task", None)
