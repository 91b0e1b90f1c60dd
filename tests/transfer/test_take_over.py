"""Embedding and growing keep the function; everything is accounted for; what cannot be done is said."""

import pytest
import torch

from gpen_train.models import filters
from gpen_train.transfer.take_over import take_over

CLOSE = {"atol": 1e-4, "rtol": 0}


def random_features(model, num):
    channels = model.encoder.feature_channels
    return {side: torch.randn(num, c, side, side).double() for side, c in channels.items()}


def upsampled(images, times):
    for _ in range(times):
        images = filters.upsample(images)
    return images


def downsampled(images, times):
    for _ in range(times):
        images = filters.downsample(images)
    return images


def train_two_steps(model, discriminator, resolution):
    """Two steps of a GAN's two losses."""
    parameters = [*model.parameters(), *discriminator.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=1e-2)
    for _ in range(2):
        optimizer.zero_grad()
        restored = model(torch.randn(2, 3, model.input_resolution, model.input_resolution).double())
        clean = torch.randn(2, 3, resolution, resolution).double()
        loss = (restored - clean).abs().mean() + discriminator(restored).mean() - discriminator(clean).mean()
        loss.backward()
        optimizer.step()


@torch.no_grad()
@pytest.mark.parametrize("family", ["gpen_v1", "gpen_v2"])
@pytest.mark.parametrize("wider", [1, 2])
@pytest.mark.parametrize("finer", [1, 2])
def test_an_embedded_prior_makes_the_same_images(
    family, wider, finer, make_gpen, make_prior, make_discriminator, make_weights
):
    prior = make_prior(32)
    model = make_gpen(family, 32 * finer, channel_base=1024 * wider, channel_max=32 * wider)
    account = take_over([make_weights(model=prior)], model, make_discriminator(32 * finer))
    w = torch.randn(3, 16).double()
    expected = upsampled(prior.generator(w, noise={}), finer - 1)
    torch.testing.assert_close(model.generator(w, random_features(model, 3)), expected, **CLOSE)
    torch.testing.assert_close(model.generator(w, noise={}), expected, **CLOSE)
    assert account.counts["generator", "initial"] == 0


@pytest.mark.parametrize("family", ["gpen_v1", "gpen_v2"])
def test_features_count_after_two_steps(family, make_gpen, make_prior, make_discriminator, make_weights):
    model, discriminator = make_gpen(family, 32), make_discriminator()
    take_over([make_weights(model=make_prior(32))], model, discriminator)
    w, features = torch.randn(2, 16).double(), random_features(model, 2)
    before = model.generator(w, features).detach()
    train_two_steps(model, discriminator, 32)
    with torch.no_grad():
        with_features = model.generator(w, features)
        assert (with_features - before).abs().max() > 1e-3
        assert (with_features - model.generator(w, random_features(model, 2))).abs().max() > 1e-3


@torch.no_grad()
def test_a_concatenating_prior_goes_into_a_concatenating_model(
    make_gpen, make_prior, make_discriminator, make_weights
):
    prior, model = make_prior(32, "concat"), make_gpen("gpen_v1", 32)
    account = take_over([make_weights(model=prior)], model, make_discriminator())
    z = torch.randn(2, 16).double()
    torch.testing.assert_close(
        model.generator(model.mapper(z), noise={}), prior(z, noise={}), atol=1e-12, rtol=0
    )
    assert account.counts["generator", "embedded"] == 0


@torch.no_grad()
@pytest.mark.parametrize("family", ["gpen_v1", "gpen_v2"])
@pytest.mark.parametrize("doublings", [0, 1, 2])
@pytest.mark.parametrize("wider", [1, 2])
def test_a_grown_model_gives_the_old_output_doubled(
    family, doublings, wider, make_gpen, make_discriminator, make_weights
):
    """Of the input filtered down, where the encoder has grown too."""
    old, size = make_gpen(family, 32), 32 * 2**doublings
    new = make_gpen(family, size, channel_base=1024 * wider, channel_max=32 * wider)
    account = take_over([make_weights(model=old)], new, make_discriminator(size))
    degraded = torch.randn(2, 3, new.input_resolution, new.input_resolution).double()
    seen = downsampled(degraded, doublings if family == "gpen_v1" else 0)
    torch.testing.assert_close(new(degraded), upsampled(old(seen), doublings), **CLOSE)
    assert (account.counts["generator", "grown"] > 0) == (doublings > 0)


@torch.no_grad()
@pytest.mark.parametrize("base", [1024, 2048])
def test_a_wider_discriminator_gives_the_old_logits(base, make_gpen, make_discriminator, make_weights):
    old, new = make_discriminator(32), make_discriminator(32, channel_base=base)
    take_over([make_weights(discriminator=old)], make_gpen("gpen_v2", 32), new)
    images = torch.randn(4, 3, 32, 32).double()
    torch.testing.assert_close(new(images), old(images), **CLOSE)


@pytest.mark.parametrize("old", [{"resolution": 32}, {"resolution": 16, "channel_max": 64}])
def test_a_finer_discriminator_starts_anew(old, make_gpen, make_discriminator, make_weights):
    """It would be blind to what the old one never saw; so their widths need not fit either."""
    old, new = make_discriminator(**old), make_discriminator(64)
    before = {name: value.clone() for name, value in new.state_dict().items()}
    account = take_over([make_weights(discriminator=old)], make_gpen("gpen_v2", 64), new)
    for name, value in new.state_dict().items():
        assert torch.equal(value, before[name]), name
    assert account.counts["discriminator", "initial"] == sum(p.numel() for p in new.parameters())
    number = sum(p.numel() for p in old.parameters())
    assert f"left unused: discriminator of {old.resolution} px {number:,}" in str(account).splitlines()


@pytest.mark.parametrize("family", ["gpen_v1", "gpen_v2"])
def test_the_new_blocks_learn(family, make_gpen, make_discriminator, make_weights):
    old, new = make_gpen(family, 32), make_gpen(family, 64)
    discriminator = make_discriminator(64)
    take_over([make_weights(model=old)], new, discriminator)
    degraded = torch.randn(2, 3, new.input_resolution, new.input_resolution).double()
    restored_before = new(degraded).detach()
    block = {name: parameter.clone() for name, parameter in new.generator.b64.named_parameters()}
    train_two_steps(new, discriminator, 64)
    assert (new(degraded) - restored_before).abs().max() > 1e-3
    for name in ("torgb.weight", "conv0.weight", "conv1.weight"):
        assert not torch.equal(dict(new.generator.b64.named_parameters())[name], block[name])


def test_every_value_is_accounted_for(make_gpen, make_prior, make_discriminator, make_weights):
    model, discriminator, prior = make_gpen("gpen_v2", 64), make_discriminator(64), make_prior(32)
    coarser = make_discriminator(32)
    files = [make_weights(model=prior, discriminator=coarser)]
    account = take_over(files, model, discriminator)
    for part in ("encoder", "mapper", "generator"):
        counted = sum(count for (name, _), count in account.counts.items() if name == part)
        assert counted == sum(p.numel() for p in getattr(model, part).parameters()), part
    counted = sum(count for (name, _), count in account.counts.items() if name == "discriminator")
    assert counted == sum(p.numel() for p in discriminator.parameters())
    assert account.counts["encoder", "initial"] == sum(p.numel() for p in model.encoder.parameters())
    assert account.unused["mapper"] == sum(p.numel() for p in prior.mapper.parameters())
    assert torch.equal(model.mapper.fc2.bias, prior.w_average)
    lines = str(account).splitlines()
    assert lines[0] == "init_from old.pth (bundle)"
    unread = sum(p.numel() for p in coarser.parameters())
    mapper = account.unused["mapper"]
    assert lines[-1] == f"left unused: mapper {mapper:,}, discriminator of 32 px {unread:,}"


@torch.no_grad()
def test_a_resnet_becomes_the_encoder(make_gpen, make_discriminator, make_weights, make_prior):
    donor, model = make_gpen("gpen_v2", 32), make_gpen("gpen_v2", 32)
    state = {name: t for name, t in donor.encoder.state_dict().items() if not name.startswith("fc.")}
    files = [make_weights(encoder=state), make_weights(model=make_prior(32))]
    account = take_over(files, model, make_discriminator())
    image = torch.randn(1, 3, 32, 32).double()
    ours, theirs = model.encoder(image)[0], donor.encoder(image)[0]
    assert all(torch.equal(ours[side], theirs[side]) for side in ours)
    assert account.counts["encoder", "initial"] == sum(p.numel() for p in model.encoder.fc.parameters())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            {"family": "gpen_v2", "resolution": 32},
            {"family": "gpen_v2", "resolution": 32, "channel_max": 16},
            r"old\.pth holds generator\.b4\.const of shape \[1, 32, 4, 4\], this model has it of shape "
            r"\[1, 16, 4, 4\]; model\.network\.channel_base=1024 model\.network\.channel_max=32 would fit",
        ),
        (
            {"family": "gpen_v2", "resolution": 64},
            {"family": "gpen_v2", "resolution": 32},
            r"64 px, this model of 32 px; model\.network\.output_resolution=64 or more would fit",
        ),
        (
            {"family": "gpen_v2", "resolution": 64},
            {"family": "gpen_v2", "resolution": 64, "input_resolution": 64},
            r"model\.network\.input_resolution=32 would fit",
        ),
        (
            {"family": "gpen_v2", "resolution": 32},
            {"family": "gpen_v2", "resolution": 32, "encoder_depths": (1, 2, 1, 1)},
            r"model\.network\.encoder_depths=\[1,1,1,1\] would fit",
        ),
        (
            {"family": "gpen_v1", "resolution": 32},
            {"family": "gpen_v1", "resolution": 32, "mapper_layers": 5},
            r"holds mapper\.fc3\.weight not at all.*model\.network\.mapper_layers=3 would fit",
        ),
        (
            {"family": "gpen_v1", "resolution": 32},
            {"family": "gpen_v2", "resolution": 32},
            r"\+\+model\.network\.injection=concat .*\+\+model\.network\.mapper_layers=3 .* would fit",
        ),
        (
            {"family": "gpen_v1", "resolution": 32},
            {"family": "gpen_v1", "resolution": 512, "channel_base": 1024},
            r"2 channels at 512 px; growing needs at least 6: model\.network\.channel_base=3072",
        ),
    ],
)
def test_what_does_not_fit_is_named_with_the_setting_that_would(
    old, new, message, make_gpen, make_discriminator, make_weights
):
    model = make_gpen(**new)
    with pytest.raises(ValueError, match=message) as refusal:
        take_over([make_weights(model=make_gpen(**old))], model, make_discriminator(new["resolution"]))
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"resolution": 16}, r"model\.network\.output_resolution=32 or more would fit"),
        ({"channel_max": 64}, r"model\.discriminator\.channel_max=32 would fit"),
        ({"channel_base": 512}, r"model\.discriminator\.channel_base=1024"),
    ],
)
def test_discriminators_that_do_not_fit(settings, message, make_gpen, make_discriminator, make_weights):
    new = make_discriminator(**settings)
    with pytest.raises(ValueError, match=message):
        take_over([make_weights(discriminator=make_discriminator(32))], make_gpen("gpen_v2", 32), new)


def test_two_files_with_the_same_part_are_refused(make_gpen, make_discriminator, make_weights):
    files = [make_weights(model=make_gpen("gpen_v2", 32)) for _ in range(2)]
    with pytest.raises(ValueError, match="holds a second generator; give init_from one file for each part"):
        take_over(files, make_gpen("gpen_v2", 32), make_discriminator())


def test_what_only_stylegan2_has_is_counted_as_unused(
    make_gpen, make_prior, make_discriminator, make_weights
):
    prior = make_prior(32)
    prior.constant_noise = {"b4.conv1": torch.zeros(4, 4), "b8.conv0": torch.zeros(8, 8)}
    account = take_over([make_weights(model=prior)], make_gpen("gpen_v1", 32), make_discriminator())
    assert account.unused == {"noise strengths": 7, "constant noise": 80, "average w": 16}
