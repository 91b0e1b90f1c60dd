"""One pass of gpen evaluate over drawn faces with every judge: images a second by stage, and the memory.

Judges have random weights, which take as long as trained ones; the model is a small one.

    python scripts/bench/evaluation.py --images 2000 --resolution 256
"""

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path

import torch
import torchvision

import gpen_train
from gpen_train.cli.main import main as gpen
from gpen_train.feature_nets.arcface import ARCFACE_FILE, IRSE50
from gpen_train.feature_nets.inception import INCEPTION_FILE, Inception
from gpen_train.feature_nets.lpips_net import BACKBONE_FILES
from gpen_train.models.gpen import build_gpen

BACKBONES = {"alex": torchvision.models.alexnet, "vgg": torchvision.models.vgg16}


def write_judges(folder: Path) -> dict[str, Path]:
    """Files of random weights, by the names of the options that take them."""
    networks = {name: (BACKBONE_FILES[name], build(weights=None)) for name, build in BACKBONES.items()}
    networks |= {"arcface": (ARCFACE_FILE, IRSE50()), "inception": (INCEPTION_FILE, Inception())}
    for file, network in networks.values():
        torch.save(network.state_dict(), folder / file)
    return {option: folder / file for option, (file, _) in networks.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=2000)
    parser.add_argument("--resolution", type=int, default=256)
    parser.add_argument("--workers", type=int, default=1, help="processes that draw and degrade")
    parser.add_argument("--threads", type=int, default=2, help="of the process that restores and measures")
    parser.add_argument("--without", nargs="*", default=[], help="of alex, vgg, arcface, inception")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        widths = {"encoder_width": 8, "style_dim": 64, "channel_base": 1024, "channel_max": 32}
        model = build_gpen(options.resolution, **widths)
        gpen_train.save(model, folder / "small.pth")
        judges = write_judges(folder)
        given = [f"weights.{name}={file}" for name, file in judges.items() if name not in options.without]
        began = time.perf_counter()
        data = ["data=drawn", f"data.num_images={options.images}", f"data.num_workers={options.workers}"]
        gpen(["evaluate", f"checkpoint={folder / 'small.pth'}", f"output={folder / 'report'}", *data, *given])
        seconds = time.perf_counter() - began
        speed = json.loads((folder / "report" / "report.json").read_text())["speed"]
    print(f"{options.images} faces at {options.resolution} px in {seconds:.0f} s, with the report")
    for stage, rate in speed.items():
        print(f"{rate:10.2f} images/s  {stage}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{peak:10.2f} GiB at most, in the process that measures")


if __name__ == "__main__":
    main()
