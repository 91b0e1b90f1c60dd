"""The page of what is called from Python: names that mkdocstrings makes its text of."""

import gpen_train

HEAD = """# From Python

`gpen_train` itself has `load`, `save`, `from_pretrained` and `Restorer`, which are imported when they are
first used. What follows them is what these give or take. Errors are `ValueError` and `OSError`, in one
line.

"""
# Beside the public names, what they give and what the pages name.
FURTHER = (
    "gpen_train.models.gpen.GPEN",
    "gpen_train.models.prior.Prior",
    "gpen_train.models.gpen.build_gpen",
    "gpen_train.restoration.restorer.Restored",
    "gpen_train.restoration.restorer.RestoredFace",
    "gpen_train.checkpoints.load.load_gpen",
    "gpen_train.checkpoints.bundle.save_bundle",
    "gpen_train.checkpoints.prior_file.save_prior",
    "gpen_train.checkpoints.exports.hub.HubGPEN",
    "gpen_train.integrations.spandrel.install",
    "gpen_train.integrations.spandrel.load",
)


def page() -> str:
    """The page, in Markdown with mkdocstrings' blocks."""
    public = {f"gpen_train.{name}": place for name, place in gpen_train._LAZY.items()}
    parts = [block(name, place) for name, place in sorted(public.items())]
    return HEAD + "\n".join([*parts, *(block(name, name) for name in FURTHER)])


def block(name: str, place: str) -> str:
    """What stands at ``place``, under ``name``."""
    return f"::: {place}\n    options:\n      heading: {name}\n      toc_label: {name.rpartition('.')[2]}\n"
