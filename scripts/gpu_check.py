"""All presets on the GPU of this machine, by `gpen bench`: what the table of docs/speed.md is made of.

python scripts/gpu_check.py --output gpu.json
"""

import sys

import torch

from gpen_train.cli.main import main
from gpen_train.cli.settings.configs import choices_of

if __name__ == "__main__":
    if not torch.cuda.is_available():
        sys.exit(
            "PyTorch finds no CUDA device here; run this on a machine with a GPU, or gpen bench on the CPU"
        )
    presets = sorted(name for name in choices_of("model") if not name.startswith("tiny"))
    sys.exit(main(["bench", "--device", "cuda", "--models", *presets, *sys.argv[1:]]))
