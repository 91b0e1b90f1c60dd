"""The settings of all losses."""

from dataclasses import dataclass, field, fields

from gpen_train.bounds import SHARE, bounded, check_values
from gpen_train.losses.adversarial import Adversarial
from gpen_train.losses.block import LossBlock
from gpen_train.losses.components import Components
from gpen_train.losses.content import Content
from gpen_train.losses.feature_matching import FeatureMatching
from gpen_train.losses.focal_frequency import FocalFrequency
from gpen_train.losses.judged.dists import Dists
from gpen_train.losses.judged.features import Features
from gpen_train.losses.judged.identity import Identity
from gpen_train.losses.judged.lpips import Lpips
from gpen_train.losses.judged.perceptual import Perceptual
from gpen_train.losses.path_length import PathLength
from gpen_train.losses.pyramid import Pyramid
from gpen_train.losses.r1 import R1
from gpen_train.losses.r2 import R2


@dataclass
class LossSettings:
    """A block for each loss, in the order in which a step computes them."""

    adversarial: Adversarial = field(default_factory=Adversarial)
    feature_matching: FeatureMatching = field(default_factory=FeatureMatching)
    content: Content = field(default_factory=Content)
    pyramid: Pyramid = field(default_factory=Pyramid)
    focal_frequency: FocalFrequency = field(default_factory=FocalFrequency)
    lpips: Lpips = field(default_factory=Lpips)
    dists: Dists = field(default_factory=Dists)
    perceptual: Perceptual = field(default_factory=Perceptual)
    features: Features = field(default_factory=Features)
    identity: Identity = field(default_factory=Identity)
    components: Components = field(default_factory=Components)
    r1: R1 = field(default_factory=R1)
    r2: R2 = field(default_factory=R2)
    path_length: PathLength = field(default_factory=PathLength)

    style_mixing: float = bounded(SHARE, 0.9)  # of a prior: share of images with styles of two vectors

    def blocks(self) -> dict[str, LossBlock]:
        """The losses by name."""
        own = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: block for name, block in own.items() if isinstance(block, LossBlock)}

    def check(self) -> None:
        """Raise ValueError for an unknown choice and for numbers out of their bounds."""
        check_values(self, "losses")
        for block in self.blocks().values():
            block.check()
