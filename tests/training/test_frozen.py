"""What learns in a run: parts that are frozen by name, and low-rank adapters in the place of weights."""

import copy

import pytest
import torch

from gpen_train.checkpoints.load import load
from gpen_train.losses.adversarial import Adversarial
from gpen_train.losses.path_length import PathLength
from gpen_train.models.adapters import merged
from gpen_train.training.callbacks.checkpointing import Checkpoints
from gpen_train.training.compute import ComputeSettings
from gpen_train.training.ema import AveragingSettings, power_averages

ADAPTERS = {"adapters": 2}
FACES = torch.linspace(-1, 1, 2 * 3 * 32 * 32).reshape(2, 3, 32, 32)


def state(module):
    return {name: tensor.clone() for name, tensor in module.state_dict().items()}


def changed(before, after):
    """The names of the tensors that training has changed, adapters' by the name of the weight."""
    return {name for name in before if not torch.equal(before[name], after[name])}


def test_frozen_parts_stay_bit_equal_in_the_average_too(make_module, make_data, make_trainer):
    frozen = ["mapper", "encoder.layer1", "generator.b4", "generator.b8.conv0", "discriminator.b32"]
    module = make_module(rates={"frozen": frozen})
    before = state(module)
    make_trainer().fit(module, make_data(images=12))
    names = changed(before, state(module))
    starts = [name if name.startswith("disc") else f"model.{name}" for name in frozen]
    starts += [f"averaged.{start}" for start in starts if start.startswith("model.")]
    for start in starts:
        assert any(name.startswith(f"{start}.") for name in before), start
        assert not any(name.startswith(f"{start}.") for name in names), start
    for moved in ("model.encoder.conv1", "model.generator.b8.conv1", "discriminator.b16", "averaged.model"):
        assert any(name.startswith(moved) for name in names), moved


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (
            ["generator.b9"],
            "has 'generator.b9', which is no part of these networks; did you mean generator.b",
        ),
        (["maper"], "has 'maper', which is no part of these networks; did you mean mapper"),
        (["?"], ".*; choose one of: encoder, mapper, generator, discriminator$"),
    ],
)
def test_a_name_that_there_is_not_is_refused(make_module, names, message):
    with pytest.raises(ValueError, match=rf"^optimizer\.frozen {message}"):
        make_module(rates={"frozen": names})


@pytest.mark.parametrize(
    ("rates", "network"),
    [
        ({"frozen": ["encoder", "mapper", "generator"]}, "model"),
        ({"frozen": ["encoder", "mapper"], "generator": 0.0}, "model"),
        ({"encoder": 0.0, "generator": 0.0}, "model"),
        ({"frozen": ["discriminator"]}, "discriminator"),
        ({"discriminator": 0.0}, "discriminator"),
    ],
)
def test_something_of_both_networks_has_to_learn(make_module, rates, network):
    with pytest.raises(ValueError, match=f"^nothing of the {network} is left to learn; name less of it"):
        make_module(rates=rates)


@pytest.mark.parametrize(
    ("rates", "learning"),
    [
        ({"encoder": 0.0}, {"generator"}),  # the mapper has the encoder's rate
        ({"mapper": 0.0}, {"encoder", "generator"}),
        ({"generator": 0.0}, {"encoder", "mapper"}),
        ({"frozen": ["encoder", "mapper"]}, {"generator"}),
    ],
)
def test_what_learns_does_so_under_path_length_too(make_module, make_data, make_trainer, rates, learning):
    """Whose gradient is to w, whether w comes of parts that learn or not."""
    module = make_module(rates=rates, path_length=PathLength(2.0, every=2))
    before = state(module)
    make_trainer().fit(module, make_data(images=12))
    moved = {name.split(".")[1] for name in changed(before, state(module)) if name.startswith("model.")}
    assert moved == learning


def test_a_prior_whose_mapper_stays_learns_with_path_length(make_prior, make_data, make_trainer):
    module = make_prior(rates={"mapper": 0.0})
    before = state(module)
    make_trainer().fit(module, make_data(images=12))
    names = changed(before, state(module))
    assert not any(name.startswith("model.mapper") for name in names)
    assert any(name.startswith("model.generator") for name in names)


def test_the_finest_blocks_of_the_discriminator_stay(make_module):
    module = make_module(rates={"frozen_blocks": 2})
    judge = module.discriminator
    learning = [side for side in judge.sides if getattr(judge, f"b{side}").skip.weight.requires_grad]
    assert learning == list(judge.sides[2:])


def test_a_prior_has_no_encoder_to_freeze(make_prior):
    with pytest.raises(ValueError, match=r"choose one of: mapper, generator, discriminator|did you mean"):
        make_prior(rates={"frozen": ["encoder"]})


def test_of_the_model_adapters_alone_move(make_module, make_data, make_trainer):
    """And at first they change nothing: the first step is shown the images that the weights make."""
    plain, module = make_module(), make_module(rates=ADAPTERS | {"frozen": ["mapper"]})
    assert torch.equal(plain.model(FACES), module.model(FACES))
    before = state(module)
    make_trainer().fit(module, make_data(images=12))
    names = {name for name in changed(before, state(module)) if name.startswith("model.")}
    assert names == {name for name in before if name.startswith("model.") and name[-3:] in (".up", "own")}
    assert not any(name.startswith("model.mapper") for name in names)


def test_a_part_at_rate_zero_has_none(make_module):
    module = make_module(rates=ADAPTERS | {"generator": 0.0})
    assert not any("parametrizations" in name for name in module.model.generator.state_dict())
    assert any("parametrizations" in name for name in module.model.encoder.state_dict())


def test_the_average_is_that_of_the_merged_weights(make_module, make_data, make_trainer):
    """The sum over the steps by hand; its names are those of a model without adapters."""
    plain, module = make_module(), make_module(rates=ADAPTERS)
    wanted = {name: tensor.double() for name, tensor in plain.model.state_dict().items()}
    step, update = module.step, module.step.averaged.update

    def note(model, num_images, images_seen):
        share = 1 - 0.5 ** (num_images / step.averaged.half_life(images_seen))
        for name, weight in merged(model.state_dict()).items():
            wanted[name] += share * (weight.double() - wanted[name])
        update(model, num_images, images_seen)

    step.averaged.update = note
    make_trainer().fit(module, make_data(images=12))
    found = step.averaged.model.state_dict()
    assert found.keys() == wanted.keys()
    for name, tensor in found.items():
        torch.testing.assert_close(tensor.double(), wanted[name], rtol=1e-5, atol=1e-6)


def test_power_averages_follow_the_merged_weights(make_module):
    module = make_module(rates=ADAPTERS)
    (average,) = power_averages(make_module().model, AveragingSettings(profiles=[0.1]).profiles)
    average.update(module.model, num_images=4, images_seen=4)  # the first takes the model itself
    assert torch.equal(average.model(FACES), module.model(FACES))


@pytest.mark.parametrize("micro_batch", [None, 2])
def test_a_resumed_run_ends_bit_equal(make_module, make_data, make_trainer, tmp_path, micro_batch):
    def make():
        compute = ComputeSettings(micro_batch=micro_batch)
        module = make_module(compute=compute, rates=ADAPTERS | {"frozen": ["generator.b4"]})
        module.step.discriminator.settings["group_size"] = 2
        return module

    whole, first, second = make(), make(), make()
    make_trainer().fit(whole, make_data(16))
    make_trainer(Checkpoints(tmp_path, every=8)).fit(first, make_data(8))
    make_trainer().fit(second, make_data(16), ckpt_path=tmp_path / "last.ckpt", weights_only=True)
    wanted, found = state(whole), state(second)
    assert not changed(wanted, found)


def test_checkpoints_give_the_models_without_adapters(make_module, make_data, make_trainer, tmp_path):
    """Both of them, with the names of a bundle; the one in training computes the same to the last bit."""
    module = make_module(rates=ADAPTERS)
    make_trainer(Checkpoints(tmp_path, every=8)).fit(module, make_data(8))
    exported = load(module.export(tmp_path))
    for key, model in (("g", module.model), ("g_ema", module.step.averaged.model)):
        found = load(tmp_path / "last.ckpt", key=key)
        assert found.state_dict().keys() == exported.state_dict().keys()
        assert torch.equal(found(FACES), model(FACES))
    assert torch.equal(found(FACES), exported(FACES))


def test_a_checkpoint_that_lacks_an_adapter_is_refused(make_module, make_data, make_trainer, tmp_path):
    module = make_module(rates=ADAPTERS)
    make_trainer(Checkpoints(tmp_path, every=4)).fit(module, make_data(4))
    content = torch.load(tmp_path / "last.ckpt", weights_only=True)
    del content["state_dict"]["model.mapper.fc1.parametrizations.weight.0.up"]
    torch.save(content, tmp_path / "damaged.ckpt")
    with pytest.raises(ValueError, match=r"damaged.ckpt lacks mapper\.fc1\.weight \[16, 16\]"):
        load(tmp_path / "damaged.ckpt", key="g")


def test_the_adaptive_weight_needs_a_last_layer_that_learns(make_module):
    for rates in (ADAPTERS, {"frozen": ["generator.b32.torgb"]}):
        with pytest.raises(ValueError, match=r"the generator's last layer, which .* frozen or adapters keep"):
            make_module(rates=rates, adversarial=Adversarial(adaptive=True))


@pytest.mark.slow
def test_adapted_regions_compile(graphs, make_module, make_data, make_trainer):
    """Whole: nothing in them breaks a graph, and they train as they do uncompiled."""
    plain, quick = (
        make_module(rates=ADAPTERS, compute=ComputeSettings(compile=kind)) for kind in ("false", "default")
    )
    explained = torch._dynamo.explain(copy.deepcopy(plain.model))(FACES)
    assert (explained.graph_break_count, explained.graph_count) == (0, 1), explained.break_reasons
    for module in (plain, quick):
        make_trainer().fit(module, make_data(images=8))
    assert graphs
    for name, tensor in plain.state_dict().items():
        torch.testing.assert_close(quick.state_dict()[name], tensor, rtol=1e-4, atol=1e-5, msg=name)
