"""The weights of the loss terms, as plain values."""

from dataclasses import dataclass, field

from gpen_train.losses.pixel import CONTENT_LOSSES


@dataclass
class LpipsSettings:
    """Optional LPIPS between restored and clean."""

    weight: float = 0.0  # 0 leaves it out, and needs no weights file
    net: str = "vgg"  # "vgg" or "alex"
    weights: str | None = None  # file of torchvision's backbone; None: ./weights or torch.hub's cache


@dataclass
class R1Settings:
    """Lazy R1: one discriminator step in ``every`` carries it, ``every`` times as heavy."""

    weight: float = 10.0  # gamma; the term is gamma / 2 * |gradient|^2
    every: int = 16  # steps


@dataclass
class LossSettings:
    """Weight 0 leaves a term out."""

    adversarial: float = 1.0
    content: float = 1.0
    content_kind: str = "smooth_l1"  # "smooth_l1", "l1" or "charbonnier"
    feature_matching: float = 0.02
    lpips: LpipsSettings = field(default_factory=LpipsSettings)
    r1: R1Settings = field(default_factory=R1Settings)

    def check(self) -> None:
        """Raise ValueError for an unknown content loss, a negative weight or an interval below 1."""
        if self.content_kind not in CONTENT_LOSSES:
            raise ValueError(
                f"losses.content_kind is {self.content_kind!r}; choose one of: {', '.join(CONTENT_LOSSES)}"
            )
        weights = {
            "adversarial": self.adversarial,
            "content": self.content,
            "feature_matching": self.feature_matching,
            "lpips.weight": self.lpips.weight,
            "r1.weight": self.r1.weight,
        }
        for name, weight in weights.items():
            if weight < 0:
                raise ValueError(f"losses.{name} is {weight}; give 0 to leave it out, or more")
        if self.r1.every < 1:
            raise ValueError(f"losses.r1.every is {self.r1.every}; give a number of steps from 1, such as 16")
