"""The training step: what it moves, what its terms are, and that a resumed run is the same run."""

import copy

import pytest
import torch

from gpen_train.images import to_float
from gpen_train.losses import adversarial
from gpen_train.losses.adversarial import Adversarial
from gpen_train.losses.built import Judges
from gpen_train.losses.components import Components
from gpen_train.losses.content import Content
from gpen_train.losses.feature_matching import FeatureMatching
from gpen_train.losses.focal_frequency import FocalFrequency
from gpen_train.losses.judged.lpips import Lpips
from gpen_train.losses.path_length import PathLength
from gpen_train.losses.pyramid import Pyramid, pyramid
from gpen_train.losses.r1 import R1, squared_gradient
from gpen_train.losses.r2 import R2
from gpen_train.training.ada.settings import AugmentSettings
from gpen_train.training.callbacks.checkpointing import Checkpoints
from gpen_train.training.part import Part


def part(clean):
    return Part(clean, clean, number=0)


def weights(module):
    return {name: tensor.clone() for name, tensor in module.state_dict().items()}


def changed(before, after, prefix):
    names = [name for name in before if name.startswith(prefix)]
    assert names
    return [name for name in names if not torch.equal(before[name], after[name])]


def test_two_steps_move_every_part_and_the_average(make_module, make_data, make_trainer):
    module = make_module()
    before = weights(module)
    make_trainer().fit(module, make_data(images=8))
    after = weights(module)
    assert module.images_seen == 8
    for part in ("model.encoder", "model.mapper", "model.generator", "discriminator", "averaged.model"):
        assert changed(before, after, part), part
    assert all(tensor.isfinite().all() for tensor in after.values())
    assert set(module.step.means.peek()) == {
        "d_adversarial",
        "r1",
        "content",
        "adversarial",
        "feature_matching",
    }


def test_coarser_images_are_made_for_the_pyramid_until_its_end(make_module):
    module = make_module(pyramid=Pyramid(weight=2.0, end=8))
    clean = torch.randn(4, 3, 32, 32)
    made = module.step.made(part(clean))
    assert [image.shape[2] for image in made] == [4, 8, 16, 32]
    terms = module.step.generator_loss(part(clean), made[-1], made[:-1])
    torch.testing.assert_close(terms["pyramid"], 2 * pyramid(made[:-1], clean))
    module.step.images_seen = 8
    (alone,) = module.step.made(part(clean))
    assert torch.equal(alone, made[-1])
    assert "pyramid" not in module.step.generator_loss(part(clean), alone)


def test_the_adaptive_weight_is_the_ratio_of_the_last_layers_gradients(make_module, make_data, make_trainer):
    module, data = make_module(adversarial=Adversarial(0.5, adaptive=True)), make_data(images=4)
    start = copy.deepcopy(module.model)
    make_trainer().fit(module, data)
    batch = next(iter(make_data(images=4).train_dataloader()))
    judge, clean = module.discriminator, to_float(batch.clean)  # the model meets it after its own step
    restored = start(to_float(batch.degraded))
    pairs = zip(judge.features(restored), judge.features(clean), strict=True)
    content = torch.nn.functional.smooth_l1_loss(restored, clean)
    content = content + 0.02 * sum((ours - theirs).abs().mean() for ours, theirs in pairs)
    layer = start.generator.b32.torgb.weight
    norms = [
        torch.autograd.grad(loss, layer, retain_graph=True)[0].norm()
        for loss in (content, adversarial.logistic_g(judge(restored)))
    ]
    wanted = float(0.5 * norms[0] / (norms[1] + 1e-6))
    means = module.step.means.peek()
    assert means["adversarial_weight"] == pytest.approx(wanted, rel=1e-4)
    unweighted = adversarial.logistic_g(judge(restored)).item()
    assert means["adversarial"] == pytest.approx(wanted * unweighted, rel=1e-4)


def test_without_the_adversarial_loss_the_discriminator_stays(make_module, make_data, make_trainer):
    module = make_module(adversarial=Adversarial(0.0), feature_matching=FeatureMatching(0.0))
    before = weights(module)
    make_trainer().fit(module, make_data(images=8))
    assert not changed(before, weights(module), "discriminator")
    assert changed(before, weights(module), "model.generator")
    assert set(module.step.means.peek()) == {"content"}


def test_a_rate_of_zero_keeps_a_part(make_module, make_data, make_trainer):
    module = make_module()
    module.step.rates.encoder = 0.0
    before = weights(module)
    make_trainer().fit(module, make_data(images=8))
    assert not changed(before, weights(module), "model.encoder")
    assert not changed(before, weights(module), "model.mapper")
    assert changed(before, weights(module), "model.generator")


def test_r1_is_lazy_and_counts_for_the_steps_it_misses(make_module):
    module = make_module(r1=R1(weight=10.0, every=4))
    restored, clean = torch.randn(4, 3, 32, 32), torch.randn(4, 3, 32, 32)
    for step in (1, 2, 3, 5):
        module.step.number = step
        assert "r1" not in module.step.discriminator_loss(part(clean), restored)
    module.step.number = 4
    term = module.step.discriminator_loss(part(clean), restored)["r1"]
    wanted = clean.clone().requires_grad_()
    penalty = squared_gradient(module.discriminator(wanted), wanted)
    torch.testing.assert_close(term, 4 * 10.0 / 2 * penalty)


def test_the_generators_terms_are_weighted(make_module):
    module = make_module(adversarial=Adversarial(0.5), content=Content(3.0))
    restored, clean = torch.randn(4, 3, 32, 32), torch.randn(4, 3, 32, 32)
    terms = module.step.generator_loss(part(clean), restored)
    torch.testing.assert_close(
        terms["adversarial"], 0.5 * adversarial.logistic_g(module.discriminator(restored))
    )
    torch.testing.assert_close(terms["content"], 3 * torch.nn.functional.smooth_l1_loss(restored, clean))


def test_one_step_is_the_textbooks(make_module, make_data, make_trainer):
    """Discriminator first, then the generator against the new discriminator, each by plain gradients."""
    module, data = make_module(r1=R1(weight=0.0)), make_data(images=4)
    model, discriminator = copy.deepcopy(module.model), copy.deepcopy(module.discriminator)
    make_trainer().fit(module, data)

    batch = next(iter(make_data(images=4).train_dataloader()))
    degraded, clean = to_float(batch.degraded), to_float(batch.clean)
    optimizer_d = torch.optim.Adam(discriminator.parameters(), lr=1e-3, betas=(0.0, 0.99))
    adversarial.logistic_d(discriminator(clean), discriminator(model(degraded).detach())).backward()
    optimizer_d.step()
    for wanted, found in zip(discriminator.parameters(), module.discriminator.parameters(), strict=True):
        torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-5)

    groups = [(model.encoder, 1e-3), (model.mapper, 1e-3), (model.generator, 2e-3)]
    optimizer_g = torch.optim.Adam(
        [{"params": part.parameters(), "lr": rate} for part, rate in groups], betas=(0.0, 0.99)
    )
    restored = model(degraded)
    loss = torch.nn.functional.smooth_l1_loss(restored, clean)
    loss = loss + adversarial.logistic_g(discriminator(restored))
    pairs = zip(discriminator.features(restored), discriminator.features(clean), strict=True)
    loss = loss + 0.02 * sum((ours - theirs.detach()).abs().mean() for ours, theirs in pairs)
    loss.backward()
    optimizer_g.step()
    for (name, wanted), found in zip(model.named_parameters(), module.model.parameters(), strict=True):
        # Adam's first step is the sign of the gradient: near zero it may differ, and by two rates at most.
        assert (found - wanted).abs().max() < 5e-3, name
        assert ((found - wanted).abs() > 1e-5).float().mean() < 0.02, name


def options():
    """Of the losses: what is off by default."""
    return {
        "adversarial": Adversarial(kind="relativistic", adaptive=True),
        "r2": R2(10.0, every=2),
        "focal_frequency": FocalFrequency(weight=1.0),
        "pyramid": Pyramid(weight=1.0, end=16),
        "augment": AugmentSettings(groups="bgc", p=0.5, target=0.9, every=1, speed=100),
    }


@pytest.mark.parametrize(
    ("unfed", "losses", "num_workers"),
    [("nothing", dict, 0), ("nothing", dict, 2), ("noise", dict, 0), ("noise", options, 2)],
)
def test_a_resumed_run_ends_bit_equal(
    make_module, make_data, make_trainer, tmp_path, unfed, losses, num_workers
):
    whole = make_module(unfed, **losses())
    make_trainer().fit(whole, make_data(24, num_workers))

    first = make_module(unfed, **losses())
    make_trainer(Checkpoints(tmp_path, every=12)).fit(first, make_data(12, num_workers))
    second = make_module(unfed, **losses())
    trainer = make_trainer()
    trainer.fit(second, make_data(24, num_workers), ckpt_path=tmp_path / "last.ckpt", weights_only=True)

    assert second.images_seen == whole.images_seen == 24
    wanted, found = weights(whole), weights(second)
    for name, tensor in wanted.items():
        assert torch.equal(tensor, found[name]), name
    for ours, theirs in zip(trainer.optimizers, whole.trainer.optimizers, strict=True):
        mine, yours = ours.state_dict()["state"], theirs.state_dict()["state"]
        for index, state in yours.items():
            assert torch.equal(state["exp_avg_sq"], mine[index]["exp_avg_sq"])


def test_noise_is_drawn_anew_each_step_and_the_same_again(make_module, make_data, make_trainer):
    module = make_module("noise")
    make_trainer().fit(module, make_data(images=4))
    like = part(torch.zeros(1, 3, 32, 32))

    def draw():
        return torch.randn(3, generator=module.step.noise_source(like))

    first = draw()
    assert torch.equal(first, draw())
    module.step.images_seen += 4
    assert not torch.equal(first, draw())


class Distance(torch.nn.Module):
    """A loss with a weight of its own, as LPIPS has."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.tensor(2.0))

    def forward(self, restored, clean):
        return self.weight * (restored - clean).abs()


def test_judges_count_and_stay_out_of_checkpoints(make_module, make_data, make_trainer, tmp_path):
    module = make_module(lpips=Lpips(weight=3.0), judges=Judges({"lpips": Distance()}))
    make_trainer(Checkpoints(tmp_path, every=8)).fit(module, make_data(images=8))
    restored, clean = torch.randn(4, 3, 32, 32), torch.randn(4, 3, 32, 32)
    terms = module.step.generator_loss(part(clean), restored)
    torch.testing.assert_close(terms["lpips"], 3 * 2 * (restored - clean).abs().mean())
    saved = torch.load(tmp_path / "last.ckpt", weights_only=True)["state_dict"]
    assert not any(name.startswith("judges") for name in saved)
    make_trainer().fit(module, make_data(images=16), ckpt_path=tmp_path / "last.ckpt")
    assert (module.images_seen, module.judges["lpips"].weight.item()) == (16, 2.0)


def test_terms_wait_for_their_start(make_module):
    module = make_module(content=Content(start=100))
    restored, clean = torch.randn(4, 3, 32, 32), torch.randn(4, 3, 32, 32)
    assert "content" not in module.step.generator_loss(part(clean), restored)
    module.step.images_seen = 100
    assert "content" in module.step.generator_loss(part(clean), restored)


def test_every_term_trains(make_module, make_data, make_trainer):
    module = make_module(
        components=Components(weight=1.0, style=1.0, width=4),
        path_length=PathLength(weight=2.0, every=2),
        augment=AugmentSettings(groups="bgc", p=0.5, target=None),
    )
    before = weights(module)
    make_trainer().fit(module, make_data(images=8))
    names = {"components", "components_style", "d_components", "path_length", "r1", "adversarial", "content"}
    assert names <= set(module.step.means.peek())
    assert changed(before, weights(module), "components")
    assert module.path_length.mean > 0


def test_p_follows_the_signs_of_clean_logits(make_module, make_data, make_trainer):
    module = make_module(augment=AugmentSettings(groups="b", p=0.5, target=0.9, every=2, speed=100))
    make_trainer().fit(module, make_data(images=16))
    assert module.augment.p == pytest.approx(0.5 - 16 / 100)  # a young discriminator is not that sure
