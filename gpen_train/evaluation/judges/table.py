"""Every judge of single images: the metrics that it gives, the files that it needs, and how it is built."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from gpen_train.evaluation.judges.likeness import lpips_measures
from gpen_train.evaluation.judges.persons import identity_measures, landmark_measures
from gpen_train.evaluation.measures import Measure
from gpen_train.feature_nets.arcface import ARCFACE_FILE
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
    Judge(("identity", "deg"), {"arcface": ARCFACE_FILE}, identity_measures),
    Judge(("lmd",), {"landmarks": LANDMARKS_FILE}, landmark_measures),
)
BUILDERS = {metric: judge for judge in JUDGES for metric in judge.metrics}
