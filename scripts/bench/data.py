"""Decoding and degradation of training images against a plain reference of the same distribution, in one run.

The reference works the way of the released codes: a PNG of 1024 px, decoded and shrunk; float32 throughout,
full 2-D kernels, noise of NumPy (`plain_stages.py`). Ours reads a file prepared at the training size. Both
carry out the same plans, in turn, image by image: A B A B; medians over the runs. One thread, CPU time.

    python scripts/bench/data.py                       # every preset at 256, 512, 1024, 2048
    python scripts/bench/data.py --short               # the gpen preset at 512, in seconds
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import plain_stages
from omegaconf import OmegaConf

from gpen_train.cli.settings.compose import build
from gpen_train.cli.settings.configs import configs_folder
from gpen_train.degradations.chain import Chain
from gpen_train.degradations.stages import NAMES
from gpen_train.drawn import draw_face
from gpen_train.images import decode_image, resize_area

FACES = 4
WHOLE_COLOUR = [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
STORED_AS = {  # as `gpen data shard` packs
    "png": (".png", []),
    "jpeg": (".jpg", [cv2.IMWRITE_JPEG_QUALITY, 95, *WHOLE_COLOUR]),
}


class Clock:
    """Seconds of CPU time by name; ``clock(name, function)`` is the function with a clock beside it.

    Everything is one thread that never waits, and so other work on the machine counts little.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    def __call__(self, name: str, function: Callable) -> Callable:
        def timed(*args: Any, **kwargs: Any) -> Any:
            start = time.process_time()
            try:
                return function(*args, **kwargs)
            finally:
                self.seconds[name] += time.process_time() - start

        return timed


def photos(resolution: int) -> list[np.ndarray]:
    """Drawn faces with the noise of a camera, so that their files are as large as those of photographs."""
    rng, faces = np.random.default_rng(0), []
    for index in range(FACES):
        face = cv2.resize(draw_face(0, index, 512), (resolution, resolution), interpolation=cv2.INTER_CUBIC)
        faces.append(np.clip(face + rng.normal(0, 2, face.shape), 0, 255).round().astype(np.uint8))
    return faces


def stored(image: np.ndarray, stored_as: str) -> bytes:
    """The bytes of a file."""
    suffix, flags = STORED_AS[stored_as]
    return cv2.imencode(suffix, image[..., ::-1], flags)[1].tobytes()


def plain_decode(content: bytes, resolution: int) -> np.ndarray:
    image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    return cv2.resize(image, (resolution, resolution), interpolation=cv2.INTER_AREA)[..., ::-1]


def plain_tensors(*images: np.ndarray) -> list[np.ndarray]:
    """What the released codes send to the device: float32 [3, H, W] in [-1, 1]."""
    return [
        np.ascontiguousarray((image / 255 - 0.5).transpose(2, 0, 1) / 0.5, np.float32) for image in images
    ]


def decode(content: bytes, resolution: int) -> np.ndarray:
    return resize_area(decode_image(content, "a file", min_side=resolution), resolution)


class Bench:
    """A preset at one resolution, and files to read."""

    def __init__(self, preset: str, resolution: int, folder_of_files: dict[str, list[bytes]]):
        values = OmegaConf.load(configs_folder() / "degradation" / f"{preset}.yaml")
        self.chain: Chain = build(values)
        self.resolution, self.files = resolution, folder_of_files
        self.frame = self.chain.frame(np.empty((resolution, resolution, 3), np.uint8))

    def run(self, num_images: int, seed: int) -> dict[str, dict[str, float]]:
        """Images in turn, each way; milliseconds an image by stage, "decode: png" .. and "degradation"."""
        theirs, ours = Clock(), Clock()
        for index in range(num_images):
            plan = self.chain.draw(self.frame, np.random.default_rng([seed, index]))
            number = index % FACES
            clean = theirs("decode", plain_decode)(self.files["source"][number], self.resolution)
            self._plainly(clean, plan, theirs)
            for stored_as in STORED_AS:
                clean = ours(f"decode {stored_as}", decode)(self.files[stored_as][number], self.resolution)
            self._quickly(clean, np.random.default_rng([seed, index]), ours)
        return {
            who: {name: 1000 * seconds / num_images for name, seconds in clock.seconds.items()}
            for who, clock in (("reference", theirs), ("ours", ours))
        }

    def _plainly(self, clean: np.ndarray, plan: list, clock: Clock) -> None:
        clock("degradation", lambda: plain_tensors(*plain_stages.degrade(self.chain, clean, plan, clock)))()

    def _quickly(self, clean: np.ndarray, rng: np.random.Generator, clock: Clock) -> None:
        stages = self.chain.shared | self.chain.stages
        for stage in stages.values():
            stage.apply = clock(NAMES[type(stage)], stage.apply)
        clock("degradation", self.chain)(clean, rng)  # draws the same plan again
        for stage in stages.values():
            del stage.apply  # leaves the method


def summary(runs: list[dict[str, dict[str, float]]]) -> dict[str, dict[str, float]]:
    """Medians over the runs."""
    return {
        who: {name: statistics.median(run[who].get(name, 0) for run in runs) for name in runs[0][who]}
        for who in ("reference", "ours")
    }


def row(preset: str, resolution: int, times: dict[str, dict[str, float]]) -> str:
    reference, ours = times["reference"], times["ours"]
    cells = [f"{reference['degradation']:.1f}", f"{ours['degradation']:.1f}"]
    cells.append(f"{reference['degradation'] / ours['degradation']:.1f}")
    loaded = reference["decode"] + reference["degradation"]
    cells.append(f"{1000 / loaded:.1f}")
    for stored_as in STORED_AS:
        mine = ours[f"decode {stored_as}"] + ours["degradation"]
        cells += [f"{1000 / mine:.1f}", f"{loaded / mine:.1f}"]
    return f"| {preset} | {resolution} | " + " | ".join(cells) + " |"


def by_stage(preset: str, resolution: int, times: dict[str, dict[str, float]]) -> str:
    names = sorted(set(times["reference"]) | set(times["ours"]))
    lines = [f"\n{preset} at {resolution} px, ms an image:\n", "| | reference | ours |", "|---|---|---|"]
    for name in names:
        cells = (f"{times[who][name]:.2f}" if name in times[who] else "" for who in ("reference", "ours"))
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    presets = sorted(path.stem for path in (configs_folder() / "degradation").glob("*.yaml"))
    parser.add_argument("--presets", nargs="+", default=presets, choices=presets)
    parser.add_argument("--resolutions", nargs="+", type=int, default=[256, 512, 1024, 2048])
    parser.add_argument("--images", type=int, default=24, help="of a run at 512 px; more below, fewer above")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument(
        "--stages", action="store_true", help="print the stages of every preset, not of gpen alone"
    )
    parser.add_argument("--short", action="store_true", help="gpen at 512 px, one run of a few images")
    options = parser.parse_args()
    if options.short:
        options.presets, options.resolutions, options.images, options.runs = ["gpen"], [512], 8, 1
    cv2.setNumThreads(1)
    print(HEAD)
    details = []
    for resolution in options.resolutions:
        source, own = photos(max(1024, resolution)), photos(resolution)
        files = {"source": [stored(photo, "png") for photo in source]}
        files |= {stored_as: [stored(photo, stored_as) for photo in own] for stored_as in STORED_AS}
        num_images = max(4, min(96, options.images * 512 // resolution))
        for preset in options.presets:
            bench = Bench(preset, resolution, files)
            bench.run(2, seed=99)  # a warm-up
            times = summary([bench.run(num_images, seed) for seed in range(options.runs)])
            print(row(preset, resolution, times), flush=True)
            if options.stages or preset == "gpen":
                details.append(by_stage(preset, resolution, times))
    print("\n".join(details))


HEAD = """One thread. The chain alone in ms an image; loaders (decoding and chain) in images/s a core.

| preset | px | chain: reference | ours | ratio | loader: reference | ours, PNG | ratio | ours, JPEG | ratio |
|---|---|---|---|---|---|---|---|---|---|"""

if __name__ == "__main__":
    main()
