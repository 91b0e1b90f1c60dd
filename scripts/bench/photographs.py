"""What restoring whole photographs gains and costs, beside the same network on aligned faces.

    python scripts/bench/photographs.py gain --checkpoint runs/quickstart     PSNR in the faces' squares
    python scripts/bench/photographs.py gain --checkpoint runs/quickstart --faces DIR      of a folder's faces
    python scripts/bench/photographs.py speed --checkpoint runs/quickstart    faces a second, memory

Photographs are made here: drawn faces that no run has seen, upright or turned, on soft colours. For `gain`
they are degraded whole by the quickstart's degradations; a face's square has the network's resolution.
"""

import argparse
import math
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path

import numpy as np
import torch
from alignment import put, soft_colours

import gpen_train
from gpen_train.checkpoints.load import load_gpen
from gpen_train.cli.settings.compose import build, compose
from gpen_train.degradations.stage import Frame
from gpen_train.devices import num_cores
from gpen_train.drawn.render import draw_face
from gpen_train.faces.crop import cut_out
from gpen_train.faces.square import Square
from gpen_train.image_files import images_below
from gpen_train.images import read_image, resize_area, write_image
from gpen_train.restoration.network import Network

FIRST = 900_000  # number of the first face
SHIFTS = ((1, 1), (3, 1), (5, 1), (1, 3), (3, 3), (5, 3))  # centres of a photograph's faces, in sides


def main() -> None:
    """Run one of the two."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("gain", "speed"))
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--num", type=int, default=40, help="photographs of six faces")
    parser.add_argument("--faces", type=Path, metavar="DIR", help="aligned faces (default: drawn ones)")
    parser.add_argument("--turned", type=float, default=0.0, help="degrees at most, to either side")
    parser.add_argument("--side", type=int, help="pixels of a face's square (default: the network's input)")
    parser.add_argument("--workers", type=int, default=num_cores())
    options = parser.parse_args()
    {"gain": gain, "speed": speed}[options.what](options)


def gain(options: argparse.Namespace) -> None:
    """PSNR inside the squares of degraded and of restored photographs, and of the same faces aligned."""
    model = load_gpen(options.checkpoint)
    side = options.side or model.input_resolution
    network, restorer = Network(model, batch_size=8), gpen_train.Restorer(model, device="cpu", batch_size=8)
    chain = build(compose("train", ["experiment=quickstart"]).degradation)
    rows: dict[str, list[float]] = {}
    missed = 0
    for number in range(options.num):
        photo, squares = photograph(number, options, side)
        frame = Frame(chain.frame(photo[:side, :side]).scale, photo.shape[:2])
        degraded, _ = chain.apply(photo, chain.draw(frame, np.random.default_rng([5, number])))
        restored = restorer(degraded)
        missed += len(squares) - len(restored.faces)
        crops = [
            [cut_out(image, square, side) for square in squares]
            for image in (photo, degraded, restored.photo)
        ]
        aligned = network(crops[1])
        for clean, before, after, alone in zip(*crops, aligned, strict=True):
            rows.setdefault("degraded", []).append(psnr(before, clean))
            rows.setdefault("restored whole", []).append(psnr(after, clean))
            rows.setdefault("restored aligned", []).append(psnr(alone, clean))
    means = {name: float(np.mean(values)) for name, values in rows.items()}
    print(f"{options.num} photographs, {len(rows['degraded'])} faces, {missed} more or fewer found")
    for name, mean in means.items():
        print(f"{name:>18} {mean:6.2f} dB, {mean - means['degraded']:+.2f}")


def speed(options: argparse.Namespace) -> None:
    """Faces a second of `gpen restore` against the network alone on the same faces; memory of both."""
    model = load_gpen(options.checkpoint)
    side = options.side or model.input_resolution
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(options.num):
            write_image(folder / "in" / f"{number:04d}.png", photograph(number, options, side)[0])
        faces = [draw_face(0, FIRST, model.input_resolution)] * len(SHIFTS) * options.num
        network = Network(model, batch_size=8)
        network(faces[:8])
        began = time.perf_counter()
        network(faces)
        alone = len(faces) / (time.perf_counter() - began)
        for share in (0.25, 1):
            some = sorted((folder / "in").iterdir())[: round(options.num * share)]
            command = [sys.executable, "-c", CHILD, options.checkpoint, str(folder / f"out{share}")]
            command += [str(options.workers), *map(str, some)]
            print(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip())
        print(f"the network alone: {alone:.2f} faces/s, {torch.get_num_threads()} threads")


CHILD = """
import resource, sys, time
from gpen_train.cli.main import main
checkpoint, output, workers, *files = sys.argv[1:]
options = ["--checkpoint", checkpoint, "--output", output, "--workers", workers, "--batch-size", "8"]
began = time.perf_counter()
main(["restore", *files, *options])
seconds = time.perf_counter() - began
kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
own, children = (resource.getrusage(kind).ru_maxrss // 1024 for kind in kinds)
print(f"{len(files)} photographs in {seconds:.1f} s, peak {own} MB, of the largest worker {children} MB")
"""


def photograph(number: int, options: argparse.Namespace, side: int) -> tuple[np.ndarray, list[Square]]:
    """Six faces on soft colours, uint8 [4 side, 6 side, 3], and their squares."""
    rng = np.random.default_rng([4, number])
    photo = soft_colours(rng, 6 * side, 4 * side)
    squares = []
    for place, (x, y) in enumerate(SHIFTS):
        angle = math.radians(rng.uniform(-options.turned, options.turned))
        across = np.array([math.cos(angle), math.sin(angle)]) * side / 2
        square = Square(np.array([x * side - 0.5, y * side - 0.5]), across)
        put(photo, face_number(number * len(SHIFTS) + place, options.faces, side), square)
        squares.append(square)
    return photo, squares


def face_number(number: int, folder: Path | None, side: int) -> np.ndarray:
    """An aligned face uint8 [side, side, 3]: of the folder, or drawn."""
    if folder is None:
        return draw_face(0, FIRST + number, side)
    labels = labels_in(folder)
    return resize_area(read_image(folder / labels[number % len(labels)]), side)


labels_in = cache(images_below)


def psnr(image: np.ndarray, clean: np.ndarray) -> float:
    """In dB, of uint8 images."""
    return float(10 * np.log10(255**2 / np.square(image.astype(float) - clean).mean()))


if __name__ == "__main__":
    main()
