"""What is measured with pretrained networks, which are looked for before the work; some may be missing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import lpips
import torch
from torch import Tensor, nn

from gpen_train.evaluation.faces import Faces, SetNetwork
from gpen_train.evaluation.measures import Measure
from gpen_train.evaluation.report.model import Metric, NotComputed
from gpen_train.feature_nets import arcface, inception, landmarks, lpips_net
from gpen_train.feature_nets.weights import find_weights
from gpen_train.files import sha256_of

Weights = Mapping[str, str | Path | None]  # alex, vgg, arcface, landmarks, inception -> file, or None


def _lpips(net: str, path: Path, option: str, device: torch.device) -> Measure:
    network: nn.Module = lpips_net.load_lpips(net, path, option).to(device)

    def see(images: Tensor) -> list[Tensor]:
        return [lpips.normalize_tensor(maps) for maps in network.net(network.scaling_layer(images))]

    def formula(images: Faces, clean: Faces, degraded: Tensor) -> Tensor:
        # The package's forward pass, but for the clean images, which it would look at for every system.
        pairs = zip(network.lins, see(images.floats), clean.seen_by(see), strict=True)
        return sum(weigh((ours - theirs) ** 2).mean(dim=(1, 2, 3)) for weigh, ours, theirs in pairs)

    metric = Metric(f"lpips_{net}", f"LPIPS ({net})", "", "lower", "image")
    return Measure(metric, formula, {"network": f"LPIPS 0.1, {net}", "range": "[-1, 1]", "resize": "none"})


def _identity(path: Path, option: str, device: torch.device) -> Measure:
    network = arcface.load_arcface(path, option).to(device)

    def embed(images: Tensor) -> Tensor:
        return network(arcface.crop_face(images))

    def formula(images: Faces, clean: Faces, degraded: Tensor) -> Tensor:
        return (images.seen_by(embed) * clean.seen_by(embed)).sum(dim=1)

    metric = Metric("identity", "identity", "cosine", "higher", "image")
    crop = "rows {} to {}, columns {} to {} of 256".format(*arcface.FACE)
    resize = f"{arcface.SIDE} px, bilinear, antialiased"
    return Measure(metric, formula, {"network": "ArcFace IR-SE50", "crop": crop, "resize": resize})


def _landmarks(path: Path, option: str, device: torch.device) -> Measure:
    network = landmarks.load_landmarks(path, option)

    def formula(images: Faces, clean: Faces, degraded: Tensor) -> Tensor:
        return (images.seen_by(network) - clean.seen_by(network)).norm(dim=2).mean(dim=1)

    metric = Metric("landmarks", "landmarks", f"px at {landmarks.REFERENCE}", "lower", "image")
    return Measure(metric, formula, {"network": path.name, "resize": f"{network.side} px, antialiased"})


BUILDERS: dict[str, tuple[str, str, Callable[[Path, str, torch.device], Measure]]] = {
    # metric: what `weights` calls its file, the file's usual name, how it is built
    "lpips_alex": ("alex", lpips_net.BACKBONE_FILES["alex"], lambda *given: _lpips("alex", *given)),
    "lpips_vgg": ("vgg", lpips_net.BACKBONE_FILES["vgg"], lambda *given: _lpips("vgg", *given)),
    "identity": ("arcface", arcface.ARCFACE_FILE, _identity),
    "landmarks": ("landmarks", landmarks.LANDMARKS_FILE, _landmarks),
}
SETS = ("fid", "kid")  # taken with Inception's features


@dataclass
class Judges:
    """The networks that are there, and what is missing for want of the others."""

    measures: list[Measure] = field(default_factory=list)
    features: SetNetwork | None = None  # Inception's, for FID and KID
    feature_settings: dict[str, object] = field(default_factory=dict)
    not_computed: list[NotComputed] = field(default_factory=list)


def files_needed(wanted: Sequence[str], weights: Weights) -> list[str]:
    """The usual names of the files that the metrics ``wanted`` need, but for those that ``weights`` names."""
    needed = [BUILDERS[name][:2] for name in wanted if name in BUILDERS]
    if any(_is_of_sets(name) for name in wanted):
        needed.append(("inception", inception.INCEPTION_FILE))
    return [usual for entry, usual in needed if not weights.get(entry)]


def find_judges(
    wanted: Sequence[str],
    weights: Weights,
    resize: str = "antialiased",
    device: torch.device | str = "cpu",
    not_fetched: Mapping[str, str] | None = None,  # a file's usual name -> why it could not be fetched
) -> Judges:
    """The judges for the metrics ``wanted``; others than ours are passed over.

    A file that is missing is noted with its name and what would bring it, or with why that failed. Raises
    ValueError for one that is there and cannot be used.
    """
    judges, device = Judges(), torch.device(device)
    look_for = partial(_look_for, judges=judges, not_fetched=not_fetched or {})
    for name in wanted:
        if name in BUILDERS:
            entry, usual, build = BUILDERS[name]
            path = look_for(usual, weights.get(entry), [name], f"weights.{entry}")
            if path:
                measure = build(path, f"weights.{entry}", device)
                settings = {**measure.settings, "weights": path.name, "sha256": sha256_of(path)}
                judges.measures.append(measure._replace(settings=settings))
    of_sets = [name for name in wanted if _is_of_sets(name)]
    if of_sets:
        given = weights.get("inception")
        path = look_for(inception.INCEPTION_FILE, given, of_sets, "weights.inception")
        if path:
            judges.features = inception.load_inception(path, resize).to(device)
            judges.feature_settings = {
                **{"network": "Inception v3 of 2015, pool3", "range": "[-1, 1]", "dtype": "float32"},
                **{"resize": f"{inception.SIDE} px, {resize}", "weights": path.name},
                "sha256": sha256_of(path),
            }
    return judges


def _is_of_sets(metric: str) -> bool:
    return metric in SETS or metric.startswith("fid_")


def _look_for(
    usual: str,
    given: str | Path | None,
    metrics: Sequence[str],
    option: str,
    judges: Judges,
    not_fetched: Mapping[str, str],
) -> Path | None:
    """The file, or None and a note for the metrics that need it; one that is given must be there."""
    try:
        return find_weights(usual, given, metrics[0] if given else "it", option)
    except FileNotFoundError as error:
        if given:
            raise
        reason = not_fetched.get(usual, str(error))
        judges.not_computed += [NotComputed(name, reason) for name in metrics]
        return None
