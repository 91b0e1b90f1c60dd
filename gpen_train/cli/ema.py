"""gpen ema: a power-function average of a width that a run did not keep, of those that it has stored."""

import argparse
from pathlib import Path

from gpen_train.checkpoints.averages import FOLDER, combined, profiles_in
from gpen_train.checkpoints.exports import export
from gpen_train.checkpoints.load import load
from gpen_train.cli.export import check_free
from gpen_train.cli.output import local, writable_folder
from gpen_train.files import sha256_of
from gpen_train.profiles import SIGMA, Profile, combine
from gpen_train.words import decimal, percent, plural


def run(options: argparse.Namespace) -> int:
    """Make it, of as many images as the newest that are stored; returns 0 when it is written."""
    SIGMA.check("--sigma-rel", options.sigma_rel)
    folder = local(options.run)
    stored = stored_in(folder)
    if options.output:
        check_free([local(options.output)], options.force)
    *_, newest = stored
    wanted = Profile(stored[newest].images, options.sigma_rel)
    target = local(options.output) if options.output else usual_place(folder, newest, wanted)
    check_free([target], options.force)
    writable_folder(target.parent)

    found = combine(list(stored.values()), wanted)
    widths = ", ".join(decimal(width) for width in sorted({profile.sigma_rel for profile in stored.values()}))
    print(f"{plural(len(stored), 'average')} of width {widths}, up to {plural(wanted.images, 'image')}")
    model = combined(zip(stored, found.factors.tolist(), strict=True))
    model.args.sigma_rel = wanted.sigma_rel
    export.write_model(model, target, export.Form("bundle"))
    print(f"met width {decimal(wanted.sigma_rel)} but for {percent(found.error)} of its profile")
    print(f"wrote {target}  {target.stat().st_size / 1e6:,.2f} MB  SHA-256 {sha256_of(target)}")
    return 0


def stored_in(folder: Path) -> dict[Path, Profile]:
    """The run's averages; ValueError where there are none."""
    stored = profiles_in(folder / FOLDER)
    if not stored:
        raise ValueError(
            f"{folder / FOLDER} holds no averages; expected the folder of a run that was trained with "
            "'ema.profiles=[0.05,0.1]'"
        )
    return stored


def usual_place(folder: Path, newest: Path, wanted: Profile) -> Path:
    """Beside the run's export, with the width in its name."""
    name = Path(export.name_in_folder(load(newest), "bundle"))
    return folder / "export" / f"{name.stem}-sigma{wanted.sigma_rel:g}{name.suffix}"
