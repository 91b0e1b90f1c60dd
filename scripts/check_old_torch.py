"""Whether an older PyTorch reads our bundles with plain torch.load, to the last bit.

Writes bundles of a small gpen_v1 and gpen_v2 in every variant with this environment, has another interpreter
read them, compares the SHA-256 of every tensor and prints a table. The exit code is 1 on any difference.

    python scripts/check_old_torch.py --python /path/to/old/bin/python

The other environment needs PyTorch 1.8 or later and nothing else: no numpy, no gpen_train.
"""

import argparse
import hashlib
import json
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import torch

PARTS = ("encoder", "mapper", "generator")
MODELS = {
    "gpen_v1": {"encoder": "plain", "mapper": "stylegan2", "mapper_layers": 8, "injection": "concat"},
    "gpen_v2": {"encoder_width": 4, "encoder_depths": (1, 1, 1, 1)},
}
WIDTHS = {"output_resolution": 32, "style_dim": 16, "channel_base": 256, "channel_max": 16}
VARIANTS = [(dtype, legacy) for dtype in ("float32", "float16", "bfloat16") for legacy in (False, True)]
COLUMNS = ("model", "dtype", "format", "bytes", "tensors", "read by PyTorch", "result")


def digests(content):
    """{part.name: SHA-256} over each tensor's dtype, shape and values, these as float64, which holds all."""
    found = {}
    for part in PARTS:
        for name, tensor in content[part].items():
            values = tensor.reshape(-1).double().tolist()
            told = f"{tensor.dtype} {list(tensor.shape)} ".encode()
            packed = struct.pack(f"<{len(values)}d", *values)
            found[f"{part}.{name}"] = hashlib.sha256(told + packed).hexdigest()
    return found


def read(path):
    """Print, as JSON, what plain torch.load makes of ``path``: run by the other interpreter."""
    content = torch.load(path, map_location="cpu")
    told = {"torch": torch.__version__, "version": content["args"].version, "digests": digests(content)}
    print(json.dumps(told))


def check(python, family, dtype, legacy, path):
    """Write a bundle to ``path`` and have ``python`` read it: the row for the table, and whether it fits."""
    import gpen_train
    from gpen_train.models.gpen import build_gpen

    torch.manual_seed(0)
    model = build_gpen(**WIDTHS, **MODELS[family])
    gpen_train.save(model, path, dtype=getattr(torch, dtype), legacy=legacy)
    model.to(getattr(torch, dtype))
    expected = digests({part: getattr(model, part).state_dict() for part in PARTS})
    done = subprocess.run([python, __file__, "--read", path], capture_output=True, text=True)
    if done.returncode == 0:
        found = json.loads(done.stdout)
        fits = found["digests"] == expected and found["version"].startswith("GPEN-BFR-")
        result = "the same" if fits else "other tensors"
    else:
        found, fits, result = {"torch": "-"}, False, done.stderr.strip().splitlines()[-1]
    form = "legacy" if legacy else "zip"
    return (family, dtype, form, path.stat().st_size, len(expected), found["torch"], result), fits


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--python", metavar="PATH", help="the other interpreter, with PyTorch 1.8 or later")
    what.add_argument("--read", metavar="FILE", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        read(options.read)
        return 0
    print(f"written by PyTorch {torch.__version__}\n")
    print(f"| {' | '.join(COLUMNS)} |\n{'|---' * len(COLUMNS)}|")
    all_fit = True
    with tempfile.TemporaryDirectory() as folder:
        for family in MODELS:
            for dtype, legacy in VARIANTS:
                row, fits = check(options.python, family, dtype, legacy, Path(folder) / "bundle.pth")
                print(f"| {' | '.join(map(str, row))} |", flush=True)
                all_fit &= fits
    return 0 if all_fit else 1


if __name__ == "__main__":
    sys.exit(main())
