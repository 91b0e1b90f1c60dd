"""Which recipe makes the best faces: trains each on a folder of aligned faces, and judges it on others.

    python scripts/bench/quality.py FACES OUT --recipes base content_20 unet --seeds 0 1 --images 6000
    python scripts/bench/quality.py FACES OUT --recipes base --minutes 24          of CPU, for each run
    python scripts/bench/quality.py FACES OUT --recipe mine="losses.r1.weight=1" --images 6000
    python scripts/bench/quality.py FACES OUT --judged-on test       the table, on faces that chose nothing
    python scripts/bench/quality.py FACES OUT --experiment portraits_128 --recipes with_prior own --minutes 90

Of the files by their SHA-256 the lowest 100 are the test, the next 100 choose (validation), and the rest are
trained on. All are seen at the experiment's size with its degradations, drawn once. A run that is in OUT is
not trained again; OUT/results.json has all scores. Recipes are those of quality_recipes.yaml; `unet` and
`unet_adversarial` are plain networks beside them. A recipe with a prior trains that first, in a fifth of the
images or minutes.
"""

import argparse
import hashlib
import json
import resource
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from omegaconf import OmegaConf
from quality_judge import Judge
from quality_unet import UNet, train
from rich.console import Console
from rich.table import Table
from torch import Tensor

from gpen_train.checkpoints.load import load_gpen
from gpen_train.cli.run.build import build_data
from gpen_train.cli.settings.compose import build, compose
from gpen_train.image_files import images_below
from gpen_train.images import read_image, resize_area, to_float, to_uint8
from gpen_train.restoration.network import Network

HELD_OUT, POINTS = 100, 4  # faces to test on and to choose by; checkpoints that are judged
WIDE = 120  # characters, where the output is no terminal
PRIOR_SHARE = 1 / 5  # of a run's images or minutes, where it has a prior
PROBED = (320, 960)  # images whose CPU time tells what an image costs
RECIPES = Path(__file__).with_name("quality_recipes.yaml")
UNETS = ("unet", "unet_adversarial")
SHOWN = {"psnr": 2, "ssim": 4, "frechet": 1, "feature": 3, "landmarks": 2, "sharpness": 2}  # digits


@dataclass
class Cost:
    """Of one training: images seen, and CPU time in seconds, that of workers included."""

    images: int
    cpu_seconds: float


@dataclass
class Recipe:
    """Settings of gpen train, on top of the experiment, and of which experiment its prior is."""

    settings: list[str]
    prior: str | None = None

    @classmethod
    def of(cls, given: list[str] | dict[str, Any]) -> "Recipe":
        """As quality_recipes.yaml has it."""
        return cls(**given) if isinstance(given, dict) else cls(given)


def main() -> None:
    """Divide, train what is missing, judge, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("faces", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--experiment", default="quickstart", help="what all recipes start from")
    parser.add_argument("--recipes", nargs="+", default=[], metavar="NAME")
    parser.add_argument("--recipe", action="append", default=[], metavar="NAME=SETTINGS")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0], metavar="S")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--images", type=int)
    length.add_argument("--minutes", type=float, help="of CPU for each run, in place of --images")
    parser.add_argument("--judged-on", choices=("validation", "test"), default="validation")
    options = parser.parse_args()
    recipes = {name: Recipe.of(given) for name, given in OmegaConf.to_object(OmegaConf.load(RECIPES)).items()}
    for name, _, settings in (one.partition("=") for one in options.recipe):
        recipes[name] = Recipe(settings.split())
    wanted = [*options.recipes, *(one.partition("=")[0] for one in options.recipe)]
    unknown = [name for name in wanted if name not in (*recipes, *UNETS)]
    if unknown:
        parser.error(f"there is no recipe {unknown[0]}; choose from: {', '.join((*recipes, *UNETS))}")
    divide(options.faces, options.out)
    for seed in options.seeds:  # a whole row of recipes first, then the next seed
        for name in wanted:
            run = options.out / f"{name}-{seed}"
            if not (run / "cost.json").exists():
                if not (options.images or options.minutes):
                    parser.error(f"{run.name} is yet to be trained; expected --images or --minutes")
                train_recipe(run, name, recipes.get(name, Recipe([])), seed, options)
    results = judged(options.out, options.experiment, options.judged_on)
    (options.out / "results.json").write_text(json.dumps(results, indent=1))
    console = Console() if sys.stdout.isatty() else Console(width=WIDE)
    console.print(table(results, options.judged_on))


def divide(faces: Path, out: Path) -> None:
    """out/train, out/validation and out/test, by the content of the files alone."""
    if (out / "test").is_dir():
        return
    files = [faces / label for label in images_below(faces)]
    files.sort(key=lambda file: hashlib.sha256(file.read_bytes()).hexdigest())
    parts = {
        "test": files[:HELD_OUT],
        "validation": files[HELD_OUT : 2 * HELD_OUT],
        "train": files[2 * HELD_OUT :],
    }
    for part in reversed(parts):  # the test last: it says that all are there
        (out / part).mkdir(parents=True, exist_ok=True)
        for file in parts[part]:
            shutil.copy(file, out / part)


def pairs(out: Path, experiment: str, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Degraded and clean faces, uint8 [N, R, R, 3], the same for every recipe."""
    config = compose("train", common_settings(experiment, out, seed=0))
    chain, side = build(config.degradation), config.model.network.output_resolution
    clean = [resize_area(read_image(out / part / label), side) for label in images_below(out / part)]
    draws = (
        chain.draw(chain.frame(face), np.random.default_rng([0, number])) for number, face in enumerate(clean)
    )
    made = [chain.apply(face, plan) for face, plan in zip(clean, draws, strict=True)]
    return np.stack([degraded for degraded, _ in made]), np.stack([target for _, target in made])


def train_recipe(run: Path, name: str, recipe: Recipe, seed: int, options: argparse.Namespace) -> None:
    """Train into ``run``, a prior beside it before, and note what each took in run/cost.json."""
    common = common_settings(options.experiment, run.parent, seed)
    own = [*common, *recipe.settings]
    stages = [(run, own, 1.0)]
    if recipe.prior:
        prior = run.with_name(f"{run.name}-prior")
        stages = [
            (prior, [*common, f"experiment={recipe.prior}"], PRIOR_SHARE),
            (run, [*own, f"init_from={prior}"], 1 - PRIOR_SHARE),
        ]
    costs = []
    for folder, settings, share in stages:
        images = share * (options.images or affordable(folder, name, settings, 60 * options.minutes))
        costs.append(Cost(round(images), one_run(folder, name, settings, round(images))))
    (run / "cost.json").write_text(json.dumps([asdict(cost) for cost in costs]))


def affordable(run: Path, name: str, settings: list[str], seconds: float) -> float:
    """How many images a run of so many seconds of CPU sees, by two short ones."""
    probe = run.with_name("probe")
    first, second = (one_run(probe, name, settings, images) for images in PROBED)
    return seconds / (second - first) * (PROBED[1] - PROBED[0])


def one_run(run: Path, name: str, settings: list[str], images: int) -> float:
    """CPU seconds of a training from the beginning, workers included."""
    shutil.rmtree(run, ignore_errors=True)
    before = cpu_seconds()
    given = [f"save_every={images // POINTS}", f"keep={POINTS}", *settings, f"images={images}"]
    if name in UNETS:
        train_unet(run, name == "unet_adversarial", given)
    else:
        command = [sys.executable, "-m", "gpen_train", "train", *given, f"run_dir={run}"]
        subprocess.run(command, check=True)
    return cpu_seconds() - before


def common_settings(experiment: str, out: Path, seed: int) -> list[str]:
    """The settings that all recipes have."""
    data = ["data=folder", f"data.root={out / 'train'}", "data.num_held_out=0", "keep_best=null"]
    return [f"experiment={experiment}", "init_from=null", *data, f"seed={seed}", "report_every=0"]


def cpu_seconds() -> float:
    """Of this process and of those that it has waited for."""
    used = [resource.getrusage(kind) for kind in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def train_unet(run: Path, is_adversarial: bool, settings: list[str]) -> None:
    """The same batches as the others see, through the plain network."""
    config = compose("train", settings)
    torch.manual_seed(config.seed)
    discriminator = build(config.model.discriminator) if is_adversarial else None
    data = build_data(config, build(config.model.network))
    data.setup("fit")
    network = UNet()

    def batches() -> Iterator[tuple[Tensor, Tensor]]:
        for batch in data.train_dataloader():
            yield to_float(batch.degraded), to_float(batch.clean)

    average = train(network, discriminator, batches())
    run.mkdir(parents=True)
    torch.save(average.module.state_dict(), run / "unet.pth")


def judged(out: Path, experiment: str, part: str) -> list[dict]:
    """The scores of every checkpoint of every run in ``out``, the input's among them."""
    degraded, clean = pairs(out, experiment, part)
    judge, known = Judge(clean), out / f"judged-{part}.json"
    scores = json.loads(known.read_text()) if known.exists() else {}
    rows = [{"recipe": "degraded", "seed": 0, "images": 0, "cpu_minutes": 0.0, **judge(degraded)}]
    for cost_file in sorted(out.glob("*/cost.json")):
        run = cost_file.parent
        *before, cost = costs_of(run)
        recipe, _, seed = run.name.rpartition("-")
        for file, images in checkpoints(run, cost.images):
            key = f"{run.name} {images} {cost_file.stat().st_mtime_ns}"
            if SHOWN.keys() - scores.get(key, {}).keys():
                scores[key] = judge(restored(file, degraded))
                known.write_text(json.dumps(scores))  # it takes minutes, and may be stopped
            seconds = cost.cpu_seconds * images / cost.images + sum(one.cpu_seconds for one in before)
            seen = images + sum(one.images for one in before)
            row = {"recipe": recipe, "seed": int(seed), "images": seen, "cpu_minutes": seconds / 60}
            rows.append(row | scores[key])
    return rows


def costs_of(run: Path) -> list[Cost]:
    """Of a run, after those of its prior."""
    return [Cost(**one) for one in json.loads((run / "cost.json").read_text())]


def checkpoints(run: Path, images: int) -> list[tuple[Path, int]]:
    """The files of a run that are judged, and after how many images each was written."""
    if (run / "unet.pth").exists():
        return [(run / "unet.pth", images)]
    numbered = [
        (file, int(file.stem)) for file in (run / "checkpoints").glob("*.ckpt") if file.stem.isdigit()
    ]
    return sorted(numbered, key=lambda one: one[1])


def restored(file: Path, degraded: np.ndarray) -> np.ndarray:
    """The faces that a checkpoint makes of the degraded ones."""
    if file.suffix == ".ckpt":
        return np.stack(Network(load_gpen(str(file)), batch_size=20)(list(degraded)))
    network = UNet()
    network.load_state_dict(torch.load(file, weights_only=True))
    with torch.inference_mode():
        return to_uint8(network(to_float(torch.from_numpy(degraded)))).numpy()


def table(results: list[dict], part: str) -> Table:
    """Each recipe at its end: the mean over the seeds, and half the distance of the extremes."""
    shown = Table("recipe", "seeds", "images", "CPU minutes", *SHOWN, title=f"{HELD_OUT} faces of {part}")
    for recipe in dict.fromkeys(row["recipe"] for row in results):
        rows = [row for row in results if row["recipe"] == recipe]
        ends = [
            max((row for row in rows if row["seed"] == seed), key=lambda row: row["images"])
            for seed in sorted({row["seed"] for row in rows})
        ]
        cells = [spread([row[name] for row in ends], digits) for name, digits in SHOWN.items()]
        minutes = statistics.mean(row["cpu_minutes"] for row in ends)
        shown.add_row(recipe, str(len(ends)), str(ends[0]["images"]), f"{minutes:.1f}", *cells)
    return shown


def spread(values: list[float], digits: int) -> str:
    """The mean, and how far seeds lie from the middle."""
    half = (max(values) - min(values)) / 2
    return f"{statistics.mean(values):.{digits}f}" + (f" ±{half:.{digits}f}" if len(values) > 1 else "")


if __name__ == "__main__":
    main()
