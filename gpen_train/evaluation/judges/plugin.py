"""Metrics of pyiqa, which a user may install: pyiqa:NAME. It is for non-commercial use, and never needed.

Source: the interface of pyiqa's ``create_metric``: images RGB [B, 3, H, W] in [0, 1]. Its networks fetch
their own weights.
"""

import torch
from torch import Tensor

from gpen_train.evaluation.faces import Faces
from gpen_train.evaluation.measures import Measure
from gpen_train.evaluation.report.model import Metric
from gpen_train.quote import quoted, reason_of

PREFIX = "pyiqa:"
OF_SETS = ("fid", "fid_dinov2", "fid_mmd", "fid_swav", "inception_score")  # they take folders


def pyiqa_measure(name: str, device: torch.device) -> Measure:
    """The metric ``name``, such as pyiqa:musiq, which looks at the clean image where pyiqa's does.

    Raises ValueError, in one line, where pyiqa is not installed, does not know the name or cannot make the
    metric, and for a metric of whole sets.
    """
    try:
        import pyiqa
    except ImportError as error:
        raise ValueError(
            f"{name} needs pyiqa, which is not installed and for non-commercial use: pip install pyiqa"
        ) from error
    theirs = name.removeprefix(PREFIX)
    if theirs not in pyiqa.list_models() or theirs in OF_SETS:
        raise ValueError(
            f"pyiqa has no metric of single images named {quoted(theirs)}; pyiqa.list_models() names all"
        )
    try:
        network = pyiqa.create_metric(theirs, device=device)
    except Exception as error:  # of fetching, files, versions: anything
        raise ValueError(f"pyiqa cannot make its {theirs} ({reason_of(error)})") from error
    needs_clean = network.metric_mode == "FR"

    def formula(images: Faces, clean: Faces | None, degraded: Tensor | None) -> Tensor:
        looked_at = (images, clean) if needs_clean and clean else (images,)
        return network(*((one.floats + 1) / 2 for one in looked_at)).reshape(-1)

    metric = Metric(name, theirs, "", "lower" if network.lower_better else "higher", "image")
    settings = {"network": f"pyiqa {pyiqa.__version__}, {theirs}", "range": "[0, 1]", "resize": "its own"}
    return Measure(metric, formula, settings, needs_clean)
