"""The layouts that we write, and the endings of their files."""

from pathlib import Path

SUFFIXES = {"bundle": ".pth", "yangxy": ".pth", "onnx": ".onnx", "safetensors": ".safetensors"}
LAYOUTS = tuple(SUFFIXES)
LEGACY_LAYOUTS = ("bundle", "yangxy")


def layout_for(output: str | Path) -> str:
    """The layout that the ending of ``output`` stands for: .onnx, .safetensors, else a bundle."""
    found = [layout for layout, suffix in SUFFIXES.items() if suffix == Path(output).suffix.lower()]
    return found[0] if found else "bundle"
