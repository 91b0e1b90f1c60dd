"""How a photograph is restored, in plain values."""

from dataclasses import dataclass

from gpen_train.faces.detectors.table import DEFAULT

FACES = ("auto", "aligned", "largest", "all")
UPSCALES = (1, 2, 4)


@dataclass(frozen=True)
class Settings:
    """What ``gpen restore`` and ``Restorer`` take; ``check`` raises ValueError for a value out of range."""

    faces: str = (
        "auto"  # one of FACES: "auto" takes an image that is one aligned face as such, else all faces
    )
    detector: str = DEFAULT  # one of faces.detectors.table's
    min_face: float = 0.0  # pixels of the photo: faces whose square has a smaller side are left as they are
    strength: float = 1.0  # 0 to 1: share of the restored face, the rest is the input
    upscale: int = 1  # one of UPSCALES: the output's size, of a photograph
    keep_colours: bool = True  # the face takes the colours of the photo around it
    keep_luma: bool = False  # colorization: the brightness is the input's
    paste_known: bool = False  # inpainting: outside of the hole the pixels are the input's

    def check(self) -> None:
        """Raise ValueError, in one line, for a value that is none of those above."""
        if self.faces not in FACES:
            raise ValueError(f"faces is {self.faces!r}; choose one of: {', '.join(FACES)}")
        if self.upscale not in UPSCALES:
            raise ValueError(f"upscale is {self.upscale}; choose one of: {', '.join(map(str, UPSCALES))}")
        if not 0 <= self.strength <= 1:
            raise ValueError(f"strength is {self.strength}; expected 0 (the input) to 1 (all restored)")
        if not 0 <= self.min_face < float("inf"):
            raise ValueError(f"min-face is {self.min_face}; expected 0 or more pixels")
