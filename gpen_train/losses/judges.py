"""The losses that rest on pretrained networks, gathered: what they need is looked for before a run starts."""

from collections.abc import Mapping

from torch import Tensor, nn

from gpen_train.feature_nets.arcface import load_arcface
from gpen_train.feature_nets.lpips_net import load_lpips
from gpen_train.feature_nets.vgg import load_vgg19
from gpen_train.losses.identity import IdentityLoss
from gpen_train.losses.perceptual import PerceptualLoss
from gpen_train.losses.settings import LossSettings


class LpipsLoss(nn.Module):
    """restored and clean [B, 3, H, W] in [-1, 1] -> {"lpips": ..}."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, restored: Tensor, clean: Tensor) -> dict[str, Tensor]:
        return {"lpips": self.network(restored, clean).mean()}


TERMS = {"lpips": ("lpips",), "perceptual": ("perceptual", "style"), "identity": ("identity",)}


class Judges(nn.ModuleDict):
    """The judged losses by name; frozen, and in eval mode whatever the model around them is in."""

    def __init__(self, losses: Mapping[str, nn.Module]) -> None:
        super().__init__(losses)
        self.eval().requires_grad_(False)

    def train(self, mode: bool = True) -> "Judges":
        return super().train(False)

    def forward(self, restored: Tensor, clean: Tensor, weights: Mapping[str, float]) -> dict[str, Tensor]:
        """The weighted terms, by name; a network none of whose terms has a weight is not run."""
        terms: dict[str, Tensor] = {}
        for name, loss in self.items():
            weighted = [term for term in TERMS[name] if weights.get(term)]
            values = loss(restored, clean) if weighted else {}
            terms |= {term: weights[term] * values[term] for term in weighted}
        return terms


def build_judges(settings: LossSettings) -> Judges:
    """The judges that ``settings`` gives a weight, with their pretrained weights.

    Raises FileNotFoundError that names the file and the option where one is missing.
    """
    losses: dict[str, nn.Module] = {}
    if settings.lpips.weight:
        losses["lpips"] = LpipsLoss(load_lpips(settings.lpips.net, settings.lpips.weights))
    if settings.perceptual.weight or settings.perceptual.style:
        layers = {layer: weight for layer, weight in settings.perceptual.layers.items() if weight}
        losses["perceptual"] = PerceptualLoss(load_vgg19(list(layers), settings.perceptual.weights), layers)
    if settings.identity.weight:
        losses["identity"] = IdentityLoss(load_arcface(settings.identity.weights))
    return Judges(losses)
