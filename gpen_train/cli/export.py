"""gpen export: any readable weights into any layout that we write."""

import argparse
from pathlib import Path

from gpen_train.checkpoints.exports import export
from gpen_train.checkpoints.exports.layouts import layout_for
from gpen_train.checkpoints.layouts.yangxy_write import facegan_options
from gpen_train.checkpoints.read import Weights, check_chosen, read
from gpen_train.cli.checkpoint import said
from gpen_train.cli.output import local, writable_folder
from gpen_train.devices import dtype_named
from gpen_train.files import sha256_of
from gpen_train.models.gpen import GPEN
from gpen_train.models.prior import Prior
from gpen_train.words import decimal, plural


def run(options: argparse.Namespace) -> int:
    """Export; returns 0 when every file is written."""
    layout = options.layout or layout_for(options.output)
    form = export.Form(layout, dtype_named(options.dtype), options.legacy)
    output, beside = local(options.output), [local(options.discriminator)] if options.discriminator else []
    is_folder = output.is_dir() or options.output.endswith("/")

    export.check_form(form, with_discriminator=bool(beside))
    check_free(beside if is_folder else [output, *beside], options.force)
    weights = read(said(options.source), key=options.key)
    check_chosen(weights, options.key)
    model = export.check_weights(weights, form, with_discriminator=bool(beside))
    targets = [output / export.name_in_folder(model, layout) if is_folder else output, *beside]
    check_free(targets, options.force)
    for target in targets:
        writable_folder(target.parent)

    print_source(weights, model, with_discriminator=bool(beside))
    export.write_model(model, targets[0], form)
    if beside and weights.discriminator is not None:
        export.write_discriminator(weights.discriminator, targets[1], form)
    for target in targets:
        print(f"wrote {target}  {target.stat().st_size / 1e6:,.2f} MB  SHA-256 {sha256_of(target)}")
    print_hints(model, targets[0], layout)
    return 0


def check_free(targets: list[Path], force: bool) -> None:
    """Raise ValueError where a target is there already and ``force`` is not given, or is named twice."""
    if len({target.absolute() for target in targets}) < len(targets):
        raise ValueError(f"OUTPUT and --discriminator are both {targets[0]}; choose two files")
    for target in targets:
        if target.is_dir():
            raise ValueError(f"{target} is a folder; expected the name of a file")
        if target.exists() and not force:
            raise ValueError(f"{target} is there already; choose another name, or overwrite it with --force")


def print_source(weights: Weights, model: GPEN | Prior, with_discriminator: bool) -> None:
    """One line about what was read, and one about what of it is left out."""
    print(f"read {weights.source}: {weights.layout}, {model.output_resolution} px")
    left = [f"{name} ({plural(count, 'value')})" for name, count in weights.unused.items()]
    if weights.discriminator is not None and not with_discriminator:
        left.append("the discriminator, which --discriminator FILE writes")
    if getattr(model, "constant_noise", None):
        left.append("the constant noise")
    if left:
        print(f"left out: {', '.join(left)}")
    for part, reason in weights.unread.items():
        print(f"not read: the {part}: {reason}")


def print_hints(model: GPEN | Prior, target: Path, layout: str) -> None:
    """What the programs that the file is for need to be told."""
    side = model.output_resolution
    if layout == "onnx" and export.reactor_side(target) != side:
        sizes = "512 px, or 1024 or 2048 where the file's name contains that"
        print(f"note: the model takes {side} px; by this name it does not fit ReActor, which feeds {sizes}")
    if layout == "yangxy":
        found = facegan_options(model.settings)
        if found is None:
            print("note: GPEN's FaceGAN builds no network of these widths")
        else:
            print(
                f"note: GPEN's FaceGAN needs {', '.join(f'{name}={decimal(found[name])}' for name in found)}"
            )
