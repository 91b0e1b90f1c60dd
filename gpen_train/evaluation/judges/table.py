"""Every judge of single images: the metrics that it gives, the files that it needs, and how it is built."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from gpen_train.evaluation.judges.likeness import dists_measures, lpips_measures
from gpen_train.evaluation.judges.persons import identity_measures, landmark_measures
from gpen_train.evaluation.judges.quality import arniqa_measures
from gpen_train.evaluation.measures import Measure
from gpen_train.feature_nets.arcface import ARCFACE_FILE
from gpen_train.feature_nets.arniqa import ENCODER_FILE, REGRESSOR_FILE
from gpen_train.feature_nets.dists import VGG16_FILE
from gpen_train.feature_nets.landmarks import LANDMARKS_FILE
from gpen_train.feature_nets.lpips_net import BACKBONE_FILES


class Judge(NamedTuple):
    """A network, or several that judge together."""

    metrics: tuple[str, ...]
    files: dict[str, str]  # what `weights` calls each -> its usual name
    # of their paths, in this order, and the device; ImportError where a package that it needs is missing
    build: Callable[..., Sequence[Measure]]
    needs_clean: bool = True


JUDGES = (
    Judge(("lpips_alex",), {"alex": BACKBONE_FILES["alex"]}, partial(lpips_measures, "alex")),
    Judge(("lpips_vgg",), {"vgg": BACKBONE_FILES["vgg"]}, partial(lpips_measures, "vgg")),
    Judge(("dists",), {"vgg": VGG16_FILE}, dists_measures),
    Judge(("identity", "deg"), {"arcface": ARCFACE_FILE}, identity_measures),
    Judge(("lmd",), {"landmarks": LANDMARKS_FILE}, landmark_measures),
    Judge(
        ("arniqa",),
        {"arniqa": ENCODER_FILE, "arniqa_regressor": REGRESSOR_FILE},
        arniqa_measures,
        needs_clean=False,
    ),
)
BUILDERS = {metric: judge for judge in JUDGES for metric in judge.metrics}
