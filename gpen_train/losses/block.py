"""What a loss is: a block of settings that says what it needs, builds it, and computes its terms."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from torch import Tensor, nn

from gpen_train.bounds import START, WEIGHT, bounded, whole
from gpen_train.losses.outcome import Outcome

EVERY = whole(1, 1e6, "a number of steps from 1, such as 16")

Terms = dict[str, Tensor]  # of a loss, by the names they are logged under: weighted, to be summed


@dataclass
class LossBlock:
    """The settings of a loss, and what is made of them. A subclass overrides what it has.

    What is no setting is a class variable: what the loss is called, and what it needs.
    """

    name: ClassVar[str]  # its field in LossSettings, and its term in the log
    needs_pairs: ClassVar[bool] = True  # the clean image of each made one: not for a prior
    needs_features: ClassVar[bool] = False  # the discriminator's maps of both
    needs_coarser: ClassVar[bool] = False  # the made images of the generator's coarser blocks
    needs_judge: ClassVar[bool] = False  # a pretrained network: what ``build`` loads, frozen
    trains_discriminator: ClassVar[bool] = False  # by a term that does not wait for the start
    penalizes: ClassVar[str] = ""  # the network whose gradient it looks at: "discriminator", "model"; or none
    gradient_at: ClassVar[str] = ""  # of the discriminator: at "clean" images or at those "made"

    weight: float = bounded(WEIGHT, 0.0)  # 0 leaves it out
    start: int = bounded(START, 0)  # images seen before it counts

    def term_weights(self) -> dict[str, float]:
        """The weights of its terms, by their names in the log; a loss that has none is left out."""
        return {self.name: self.weight}

    def compared(self) -> Collection[str]:
        """Which of its terms are distances to clean images: an adaptive weight is in balance with them."""
        return self.term_weights() if self.needs_pairs else ()

    @property
    def is_on(self) -> bool:
        """Whether any term has a weight."""
        return any(self.term_weights().values())

    @property
    def interval(self) -> int:
        """Steps from one that carries it to the next."""
        return 1

    def counts(self, images_seen: int) -> bool:
        """Whether its terms count then."""
        return images_seen >= self.start

    def check(self) -> None:
        """Raise ValueError for a choice that there is not. Numbers are checked by their bounds."""

    def files_needed(self) -> list[str]:
        """The usual names of the pretrained files that ``build`` looks for, where no setting names one."""
        return []

    def build(self) -> nn.Module | None:
        """The network that the loss rests on, if any; ``terms`` are given it.

        Of a judge: raises FileNotFoundError that names the file and the setting where its weights are
        missing. Any other learns with the discriminator, and stands in training checkpoints.
        """
        return None

    def discriminator_terms(self, outcome: Outcome, network: Any) -> Terms:
        """What the discriminators descend; none of it moves the model."""
        return {}

    def generator_terms(self, outcome: Outcome, network: Any) -> Terms:
        """What the model descends, while the discriminators are frozen."""
        return {}

    def scheduled(self, images_seen: int) -> dict[str, float]:
        """What its schedule, where it has one that is on, makes of a setting, under a name for the log."""
        return {}

    def confidence(self, outcome: Outcome) -> Tensor:
        """[B, 1]: above 0 where the discriminator takes clean images for clean; what ADA follows.

        Of a loss that ``trains_discriminator``.
        """
        return outcome.clean_logits

    def after_step(self, network: Any, averaged: Callable[[Tensor], Tensor]) -> None:
        """Called at a step's end; ``averaged`` takes a tensor to its mean over all devices."""


@dataclass
class GradientPenalty(LossBlock):
    """A lazy loss: one step in ``every`` carries it, and its terms are ``every`` times as heavy there.

    Source: StyleGAN2, arXiv:1912.04958, appendix B.
    """

    every: int = bounded(EVERY, 16)  # steps

    @property
    def interval(self) -> int:
        return self.every


def weighted(weights: Mapping[str, float], values: Mapping[str, Tensor]) -> Terms:
    """``values`` by their weights; those without one are left out."""
    return {name: weights[name] * value for name, value in values.items() if weights[name]}
