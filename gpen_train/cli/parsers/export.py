"""What `gpen export` takes."""

import argparse

from gpen_train.checkpoints.exports.layouts import LAYOUTS
from gpen_train.cli.parsers.command import add_command
from gpen_train.devices import DTYPES

EXAMPLE = """examples:
  gpen export runs/faces exported/                               # the bundle of a run, under its usual name
  gpen export GPEN-BFR-512.pth gpen-bfr-512.onnx                 # for facefusion and ReActor
  gpen export runs/faces small.pth --dtype float16               # half the size
  gpen export runs/faces GPEN-512.pth --layout yangxy --discriminator GPEN-512-D.pth

layouts:
  bundle       .pth, {encoder, mapper, generator, args}: ours
  yangxy       .pth, the state dict that GPEN's own code loads; gpen_v1 models alone
  onnx         .onnx, input [N, 3, S, S] and output [N, 3, S, S], RGB in [-1, 1], S the output's resolution;
               compared with PyTorch through onnxruntime before it is kept; with --dtype float16 its
               convolutions compute in float16
  safetensors  .safetensors, the bundle's tensors, its args as JSON in the metadata

A bundle holds no discriminator: that goes into a file of its own beside it, usually named NAME-D.pth.
"""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add `export` to the commands."""
    parser = add_command(
        subparsers,
        "export",
        "write weights as a bundle, for yangxy/GPEN, as ONNX or as safetensors",
        EXAMPLE,
    )
    parser.add_argument("source", metavar="SOURCE", help="a checkpoint of any layout, or a run's folder")
    parser.add_argument(
        "output", metavar="OUTPUT", help="the file to write, or a folder, in which it gets its usual name"
    )
    parser.add_argument(
        "--layout", choices=LAYOUTS, help="without it, what OUTPUT's ending says; else bundle"
    )
    parser.add_argument("--dtype", choices=DTYPES, default="float32", help="of the weights in the file")
    parser.add_argument("--legacy", action="store_true", help="torch.save's format of before PyTorch 1.6")
    parser.add_argument(
        "--discriminator", metavar="FILE", help="write the discriminator too, as yangxy/GPEN's in that layout"
    )
    parser.add_argument(
        "--key", default="g_ema", metavar="KEY", help="which model, where there are several: g_ema or g"
    )
    parser.add_argument("--force", action="store_true", help="overwrite what is there")
