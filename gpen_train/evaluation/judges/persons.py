"""Whether it is still the same face: identity, as a cosine and as an angle (Deg), and landmarks (LMD)."""

from pathlib import Path

import torch
from torch import Tensor

from gpen_train.evaluation.faces import Faces
from gpen_train.evaluation.measures import Measure
from gpen_train.evaluation.report.model import Metric
from gpen_train.feature_nets import arcface, landmarks


def identity_measures(path: Path, device: torch.device) -> tuple[Measure, Measure]:
    """The cosine of the angle between ArcFace's vectors of an image and its clean one, and the angle.

    Source: ArcFace, arXiv:1801.07698, section 2; the angle is what tables since VQFR, arXiv:2205.06803, call
    Deg.
    """
    network = arcface.load_arcface(path).to(device)

    def embed(images: Tensor) -> Tensor:
        return network(arcface.crop_face(images))

    def cosine(images: Faces, clean: Faces, degraded: Tensor | None) -> Tensor:
        return (images.seen_by(embed) * clean.seen_by(embed)).sum(dim=1)

    def angle(images: Faces, clean: Faces, degraded: Tensor | None) -> Tensor:
        # atan2 and not arccos, which turns the last bit of 1 into 0.03°.
        ours, theirs = images.seen_by(embed), clean.seen_by(embed)
        return 2 * torch.atan2((ours - theirs).norm(dim=1), (ours + theirs).norm(dim=1)).rad2deg()

    crop = "rows {} to {}, columns {} to {} of 256".format(*arcface.FACE)
    resize = f"{arcface.SIDE} px, bilinear, antialiased"
    settings = {"network": "ArcFace IR-SE50", "crop": crop, "resize": resize}
    return (
        Measure(Metric("identity", "identity", "cosine", "higher", "image"), cosine, settings),
        Measure(Metric("deg", "Deg", "°", "lower", "image"), angle, settings),
    )


def landmark_measures(path: Path, device: torch.device) -> tuple[Measure]:
    """LMD: the mean distance of landmarks from those of the clean image, pixels of a face of 512 px.

    Source: the landmark distance of VQFR, arXiv:2205.06803, with the network of the file.
    """
    network = landmarks.load_landmarks(path)

    def formula(images: Faces, clean: Faces, degraded: Tensor | None) -> Tensor:
        return (images.seen_by(network) - clean.seen_by(network)).norm(dim=2).mean(dim=1)

    metric = Metric("lmd", "LMD", f"px at {landmarks.REFERENCE}", "lower", "image")
    return (Measure(metric, formula, {"network": path.name, "resize": f"{network.side} px, antialiased"}),)
