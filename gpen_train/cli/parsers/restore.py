"""What `gpen restore` takes."""

import argparse

from gpen_train.cli.parsers.command import add_command
from gpen_train.cli.parsers.options import add_detector, add_device_options, add_part, add_workers
from gpen_train.conventions.tasks import TASKS
from gpen_train.image_files import FORMATS
from gpen_train.restoration.film.codecs import CODECS
from gpen_train.restoration.settings import FACES, UPSCALES

FILMS = """\
Films (.mp4, .mov, .m4v, .mkv, .webm, .avi) need pip install "gpen-train[film]". Faces are followed from frame
to frame and their landmarks smoothed in time, so that they do not shake. Sound, subtitles and the time of
every frame stay as they are; a film that is stored on its side comes out upright, one with oblong pixels with
square ones. OUT is a file, or for several films a folder. Ctrl-C leaves NAME.unfinished.mp4, which plays; the
same command again goes on there. NAME.mp4.json says what was done.
"""
EXAMPLE = f"""examples:
  gpen restore family.jpg --checkpoint gpen-bfr-512.pth --output restored/
  gpen restore album/ --checkpoint gpen-bfr-512.pth --output restored/ --upscale 2 --save-faces
  gpen restore album/ --checkpoint gpen-bfr-512.pth --output large/ --upscale 4 --background RealESRGAN_x4.pth
  gpen restore faces/ --checkpoint GPEN-Inpainting-1024.pth --output filled/ --mask masks/ --paste-known
  gpen restore old.png --checkpoint GPEN-Colorization-1024.pth --output coloured/ --keep-luma
  gpen restore maps/ --checkpoint GPEN-Seg2face-512.pth --output faces/
  gpen restore small/ --checkpoint GPEN-SR-512.pth --output large/ --faces aligned
  gpen restore film.mp4 --checkpoint gpen-bfr-512.pth --output restored.mp4

A photograph keeps its size (times --upscale), format, depth, alpha, colour profile and EXIF. Each of its
faces is turned upright, cut out as the training data were, restored, and put back with a soft border; all
other pixels stay as they are, to the bit in PNG, TIFF and BMP. A photograph without a face comes out as it
went in. A square picture that is one aligned face becomes the network's result, at the network's size; so
does a square in which no face is seen (--faces says otherwise).

With --upscale, what is no face is resampled (Lanczos), or enlarged by the network in --background: any for
super-resolution that the package spandrel reads, whatever its own factor. It sees a tile of 512 px at a time.

Folders are searched through and through; every file keeps its name, and its place below the folder; a.heic
and others that are not written become a.heic.png. OUT/restored.json says which faces were found and what was
done. The same command again goes on where it was stopped. A file that cannot be read is named, the others go
on, and the exit code is 1. On several machines or GPUs, give each its --part 1/4, 2/4 .., or start them with
torchrun.

Inpainting fills in what is white in the mask that --mask gives; in an aligned face, without a mask, what is
pure white. In a photograph it fills in what lies in the squares of faces. Colorization takes grey, toned and
coloured images alike, and begins with their luma; in a photograph the faces alone get colour, which fades
away around them, and all else stays as it was. Models of seg2face take square label maps with the classes of
CelebAMask-HQ, as PNG: their numbers, 0 to 18, or their colours.

{FILMS}"""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add `restore` to the commands."""
    parser = add_command(subparsers, "restore", "restore photographs, aligned faces and films", EXAMPLE)
    parser.add_argument("inputs", nargs="+", metavar="INPUT", help="an image, a folder of images, or a film")
    parser.add_argument(
        "--checkpoint",
        required=True,
        metavar="FILE",
        help="a bundle, a release of yangxy/GPEN, or a run's folder",
    )
    parser.add_argument(
        "--output",
        required=True,
        metavar="OUT",
        help="the folder for the restored images; of one film, the file",
    )
    parser.add_argument(
        "--task",
        choices=list(TASKS),
        help="what the model is for, where its file does not say (default: bfr)",
    )
    _add_faces(parser)
    _add_result(parser)
    inpainting = parser.add_argument_group("for models of inpainting")
    inpainting.add_argument(
        "--mask", metavar="FILE|DIR", help="white where pixels are missing; a folder holds one of each name"
    )
    inpainting.add_argument(
        "--paste-known", action="store_true", help="keep the pixels of the input outside of the hole"
    )
    colorization = parser.add_argument_group("for models of colorization")
    colorization.add_argument(
        "--keep-luma", action="store_true", help="keep the brightness of the input, take the colours alone"
    )
    _add_films(parser)
    _add_work(parser)


def _add_faces(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("which faces")
    group.add_argument(
        "--faces",
        choices=FACES,
        default="auto",
        help="auto: all of a photograph, or an aligned face as it is (default); aligned: every input is one; "
        "largest, all: every input is a photograph",
    )
    add_detector(group)
    group.add_argument(
        "--min-face",
        type=float,
        default=0.0,
        metavar="PX",
        help="leave faces whose square, about twice the face, is smaller in the photograph (default: 0)",
    )
    group.add_argument(
        "--require-face", action="store_true", help="exit code 1 where a photograph has no face"
    )


def _add_result(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what comes out")
    group.add_argument(
        "--strength", type=float, default=1.0, metavar="S", help="0: the input, 1: restored (default)"
    )
    group.add_argument(
        "--upscale", type=int, choices=UPSCALES, default=1, help="enlarge photographs (default: 1)"
    )
    group.add_argument(
        "--background",
        metavar="FILE",
        help='a network to enlarge the rest of photographs with; needs pip install "gpen-train[background]" '
        "(default: Lanczos)",
    )
    group.add_argument(
        "--keep-colours",
        choices=("true", "false"),
        default="true",
        help="faces of photographs take the colours that were there (default: true)",
    )
    group.add_argument(
        "--format", choices=[name[1:] for name in FORMATS], help="of the files (default: the input's)"
    )
    group.add_argument(
        "--save-faces",
        action="store_true",
        help="write each face before and after, and a sheet of all, to OUT/faces",
    )


def _add_work(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("how it is done")
    group.add_argument("--batch-size", type=int, default=1, metavar="N", help="faces at a time (default 1)")
    add_workers(group)
    add_part(group, "files")
    add_device_options(group)


def _add_films(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("for films")
    group.add_argument(
        "--codec",
        choices=CODECS,
        help="default: h264, but h265 for films of more than 8 bits, and vp9 for .webm",
    )
    usual = ", ".join(f"{codec.crf} for {name}" for name, codec in CODECS.items())
    group.add_argument(
        "--crf", type=int, metavar="Q", help=f"quality: lower is better, and larger (default: {usual})"
    )
