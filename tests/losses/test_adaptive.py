"""The adaptive adversarial weight: its formula, what it is in balance with, and when there is none."""

import pytest
import torch

from gpen_train.losses.adaptive import Balance, adaptive_weight, balance_of
from gpen_train.losses.adversarial import Adversarial
from gpen_train.losses.built import Judges, build_losses
from gpen_train.losses.components import Components
from gpen_train.losses.content import Content
from gpen_train.losses.feature_matching import FeatureMatching
from gpen_train.losses.settings import LossSettings

ADAPTIVE = Adversarial(0.8, adaptive=True, adaptive_most=50.0)


def losses(with_pairs=True, **blocks):
    return build_losses(LossSettings(**{"adversarial": ADAPTIVE, **blocks}), Judges({}), with_pairs)


@pytest.fixture
def layer():
    torch.manual_seed(0)
    return torch.nn.Parameter(torch.randn(2, 3).double())


@pytest.fixture
def balance(layer):
    return balance_of(losses(), layer, learns=True)


def test_it_is_the_ratio_of_the_lengths():
    ours, theirs = torch.tensor([[3.0, 4.0]]).double(), torch.tensor([[0.0, 2.0]]).double()
    assert adaptive_weight(ours, theirs, 1e4).item() == pytest.approx(5 / (2 + 1e-6), rel=1e-12)
    assert adaptive_weight(ours, theirs, 1.5).item() == 1.5
    assert adaptive_weight(ours, 0 * theirs, 1e4).item() == 1e4


def terms_of(layer, factor):
    """Of a part: two that are compared, one that is not, and the adversarial one; none is linear."""
    return {
        "adversarial": 0.8 * factor * layer.sin().sum(),
        "feature_matching": factor * layer.square().sum(),
        "content": layer.exp().sum(),
        "path_length": 1e3 * layer.cos().sum(),
    }


@pytest.mark.parametrize("factors", [(2.0,), (2.0, -0.5, 3.0)])
def test_the_terms_get_the_weight_of_the_whole_batch(balance, layer, factors):
    """The gradients are summed before their lengths are taken, over parts and, here two, devices."""
    asked = []

    def parts(with_penalties=True):
        asked.append(with_penalties)
        yield from (terms_of(layer, factor) for factor in factors)

    def averaged(gradients):
        return gradients + 1  # as if the other device's were larger by 2

    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
    found = list(balance.balanced(parts, len(factors), averaged, scaler))

    mean = sum(factors) / len(factors)
    of_compared = mean * 2 * layer + layer.exp() + 1
    of_adversarial = mean * layer.cos() + 1
    weight = of_compared.norm() / (of_adversarial.norm() + 1e-6)
    assert 0.1 < weight < 50
    for terms, factor in zip(found, factors, strict=True):
        wanted = terms_of(layer, factor)
        wanted["adversarial"] = weight * wanted["adversarial"]
        assert terms.keys() == wanted.keys()
        for name in terms:
            torch.testing.assert_close(terms[name], wanted[name])
    sum(sum(terms.values()) for terms in found).backward()  # their graphs are whole
    torch.testing.assert_close(balance.logged["adversarial_weight"], 0.8 * weight)
    assert asked == ([True] if len(factors) == 1 else [False, True])


@pytest.mark.parametrize("missing", ["adversarial", "compared"])
def test_before_both_sides_count_there_is_none(balance, layer, missing):
    gone = {"adversarial"} if missing == "adversarial" else {"content", "feature_matching"}

    def parts(with_penalties=True):
        yield {name: term for name, term in terms_of(layer, 1.0).items() if name not in gone}

    (found,) = balance.balanced(parts, 1, lambda x: x, torch.amp.GradScaler("cpu", enabled=False))
    (wanted,) = parts()
    assert {name: term.item() for name, term in found.items()} == {
        name: term.item() for name, term in wanted.items()
    }
    assert not balance.logged


def test_it_is_in_balance_with_distances_to_clean_images(layer):
    found = balance_of(losses(components=Components(1.0, style=1.0, width=4)), layer, learns=True)
    assert isinstance(found, Balance)
    assert set(found.compared) == {"content", "feature_matching", "components_style"}
    assert (found.weight, found.most) == (0.8, 50.0)
    assert balance_of(losses(adversarial=Adversarial()), layer, learns=True) is None
    assert balance_of(losses(adversarial=Adversarial(0.0, adaptive=True)), layer, learns=True) is None


def test_with_nothing_to_weigh_it_is_refused(layer):
    nothing = {"content": Content(0.0), "feature_matching": FeatureMatching(0.0)}
    for left in (losses(**nothing), losses(with_pairs=False)):
        with pytest.raises(
            ValueError, match=r"^losses\.adversarial\.adaptive is a balance with .* none is on"
        ):
            balance_of(left, layer, learns=True)
    with pytest.raises(
        ValueError, match=r"last layer, which optimizer\.generator=0, frozen or adapters keep"
    ):
        balance_of(losses(), layer, learns=False)
