"""The losses of a training, built from their settings; what is missing is found before a run starts."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from torch import nn

from gpen_train.losses.block import LossBlock, Terms
from gpen_train.losses.outcome import Outcome
from gpen_train.losses.settings import LossSettings


class BuiltLoss(NamedTuple):
    """The settings of a loss and the network that it rests on, if any."""

    block: LossBlock
    network: Any

    def is_due(self, images_seen: int, number: int) -> bool:
        """Whether the step of that number carries the model's terms."""
        return self.block.counts(images_seen) and number % self.block.interval == 0

    def discriminator_is_due(self, images_seen: int, number: int) -> bool:
        """Whether it carries the discriminators' terms: their training may start before the model's."""
        counts = self.block.trains_discriminator or self.block.counts(images_seen)
        return counts and number % self.block.interval == 0

    def discriminator_terms(self, outcome: Outcome) -> Terms:
        return self.block.discriminator_terms(outcome, self.network)

    def generator_terms(self, outcome: Outcome) -> Terms:
        return self.block.generator_terms(outcome, self.network)


class Judges(nn.ModuleDict):
    """Pretrained networks by the loss's name; frozen, and in eval mode whatever the model around is in."""

    def __init__(self, networks: dict[str, nn.Module]) -> None:
        super().__init__(networks)
        self.eval().requires_grad_(False)

    def train(self, mode: bool = True) -> "Judges":
        return super().train(False)


def judged(settings: LossSettings) -> dict[str, LossBlock]:
    """The losses with a weight that rest on pretrained networks."""
    return {name: block for name, block in settings.blocks().items() if block.needs_judge and block.is_on}


def files_needed(settings: LossSettings) -> list[str]:
    """The usual names of the pretrained files that ``build_judges`` looks for."""
    return [file for block in judged(settings).values() for file in block.files_needed()]


def build_judges(settings: LossSettings) -> Judges:
    """The pretrained networks that ``settings`` need, with their weights.

    Raises FileNotFoundError that names the file and the option where one is missing.
    """
    networks = {name: block.build() for name, block in judged(settings).items()}
    return Judges({name: network for name, network in networks.items() if network is not None})


def build_losses(settings: LossSettings, judges: Judges, with_pairs: bool) -> list[BuiltLoss]:
    """The losses with a weight, in the order of ``settings``; those whose judge is not there are left out.

    ``with_pairs``: whether each made image has its clean one. A penalty on a discriminator that nothing
    trains is left out too: it would move it to say nothing.
    """
    blocks = {
        name: block
        for name, block in settings.blocks().items()
        if block.is_on and (with_pairs or not block.needs_pairs) and (not block.needs_judge or name in judges)
    }
    if not any(block.trains_discriminator for block in blocks.values()):
        blocks = {name: block for name, block in blocks.items() if block.penalizes != "discriminator"}
    return [
        BuiltLoss(block, judges[name] if block.needs_judge else block.build())
        for name, block in blocks.items()
    ]


def learning(losses: Iterable[BuiltLoss]) -> dict[str, nn.Module]:
    """What losses have built for themselves, by name; judges never change."""
    networks = {loss.block.name: loss.network for loss in losses if not loss.block.needs_judge}
    return {name: network for name, network in networks.items() if network is not None}


def penalty_interval(losses: Iterable[BuiltLoss], network: str) -> int | None:
    """Steps between those with a penalty on the gradient of ``network``; None where there is no penalty."""
    return min((loss.block.interval for loss in losses if loss.block.penalizes == network), default=None)
