"""What of the networks takes a gradient: in the whole run, or for a while."""

from collections.abc import Mapping, Sequence

from torch import nn

from gpen_train.models.adapters import adapt
from gpen_train.models.discriminator import Discriminator
from gpen_train.models.gpen import GPEN
from gpen_train.models.prior import Prior
from gpen_train.near import near_names
from gpen_train.training.optimizers import LearningRates


def choose(model: GPEN | Prior, discriminator: Discriminator, rates: LearningRates) -> None:
    """Leave a gradient to what learns alone: adapters, where there are to be any, in the place of weights.

    What is named in ``rates.frozen``, has rate 0, or is one of the discriminator's ``frozen_blocks`` finest
    blocks stays as it is. Raises ValueError for a name that there is not, and where nothing would learn.

    Source: of the discriminator's blocks FreezeD, arXiv:2002.10964.
    """
    parts = {part: getattr(model, part) for part in rates.of(model)} | {"discriminator": discriminator}
    freeze(rates.frozen, parts)
    for part, rate in (rates.of(model) | {"discriminator": rates.discriminator}).items():
        if rate == 0:
            parts[part].requires_grad_(False)
    for side in discriminator.sides[: rates.frozen_blocks]:
        getattr(discriminator, f"b{side}").requires_grad_(False)
    for name, network in (("model", model), ("discriminator", discriminator)):
        if not any(parameter.requires_grad for parameter in network.parameters()):
            raise ValueError(
                f"nothing of the {name} is left to learn; name less of it in optimizer.frozen, or give it a "
                "rate above 0"
            )
    for part, rate in rates.of(model).items():
        if rate and rates.adapters:
            adapt(parts[part], rates.adapters)


def freeze(names: Sequence[str], networks: Mapping[str, nn.Module]) -> None:
    """Let what has these names take no gradient in the whole run: a network, or a part, as generator.b8.

    Parts have the names that a bundle's state dicts give them, after their network's in ``networks``. Raises
    ValueError, with the nearest, for a name that there is not.
    """
    parts = dict(networks)
    for network, module in networks.items():
        parts |= {f"{network}.{name}": part for name, part in module.named_modules() if name}
    for name in names:
        if name not in parts:
            near = near_names(name, parts, most=4)
            also = f"did you mean {' or '.join(near)}?" if near else f"choose one of: {', '.join(networks)}"
            raise ValueError(f"optimizer.frozen has {name!r}, which is no part of these networks; {also}")
        parts[name].requires_grad_(False)


class frozen:  # noqa: N801  a context manager, read as a word
    """Within it, the modules' parameters take no gradient; gradients still flow through them."""

    def __init__(self, modules: list[nn.Module]) -> None:
        self.parameters = [p for module in modules for p in module.parameters() if p.requires_grad]

    def __enter__(self) -> None:
        for parameter in self.parameters:
            parameter.requires_grad_(False)

    def __exit__(self, *exception: object) -> None:
        for parameter in self.parameters:
            parameter.requires_grad_(True)
