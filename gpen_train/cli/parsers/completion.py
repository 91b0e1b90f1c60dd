"""What `gpen completion` takes."""

import argparse

from gpen_train.cli.parsers.command import add_command

SHELLS = ("bash", "zsh", "fish")
EXAMPLE = """examples, whose folders may have to be made:
  gpen completion bash > ~/.local/share/bash-completion/completions/gpen
  gpen completion zsh > ~/.zfunc/_gpen        # in ~/.zshrc: fpath+=~/.zfunc; autoload -U compinit && compinit
  gpen completion fish > ~/.config/fish/completions/gpen.fish

or, for this shell alone:  source <(gpen completion bash)
Completed are commands, options, settings (losses.content.weight=), their choices (model=v2_512) and files.
"""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add `completion` to the commands."""
    parser = add_command(subparsers, "completion", "a script that completes commands in a shell", EXAMPLE)
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help="bash, zsh or fish")
    parser.add_argument("--line", help=argparse.SUPPRESS)  # what the script asks: the line up to the cursor
