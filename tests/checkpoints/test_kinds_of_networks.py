"""Networks in the wild: bare ones, and such as are not read, whose kind is said."""

import argparse

import pytest
import torch

from gpen_train.checkpoints.describe import describe
from gpen_train.checkpoints.exports import export
from gpen_train.checkpoints.read import read
from gpen_train.checkpoints.safe_load import safe_load
from gpen_train.cli import inspect


@pytest.fixture
def prior_of(fixtures):
    return lambda content, path: (torch.save(content, path), read(path))[1]


def test_a_bare_rosinality(fixtures, tmp_path, prior_of):
    content = safe_load(fixtures / "rosinality_stylegan2_64.pt")
    weights = prior_of(content["g_ema"], tmp_path / "bare.pt")
    assert weights.layout == "rosinality StyleGAN2"
    assert torch.equal(weights.model.generator.b4.const, content["g_ema"]["input.input"])
    drawn = weights.model.mapper(torch.randn(4096, 48))
    torch.testing.assert_close(weights.model.w_average, drawn.mean(0), atol=0.1, rtol=0)
    assert weights.model.w_average.abs().max() > 0
    assert describe(tmp_path / "bare.pt").facts.output_resolution == 64


def test_nvlabs_networks_by_themselves(write_nvlabs, nvlabs_state, tmp_path, prior_of):
    states = {"G": nvlabs_state("G"), "D": nvlabs_state("D"), "G_ema": nvlabs_state("G")}
    whole = read(write_nvlabs(tmp_path / "whole.pkl", **states))
    pickles = {
        "bare": write_nvlabs(tmp_path / "bare.pkl", pick=lambda all: all["G_ema"], **states),
        "judge": write_nvlabs(tmp_path / "judge.pkl", pick=lambda all: all["D"], **states),
        "tuple": write_nvlabs(
            tmp_path / "tuple.pkl", pick=lambda all: (all["G"], all["D"], all["G_ema"]), **states
        ),
    }
    found = {name: read(path) for name, path in pickles.items()}
    for name, content in {
        "state": states["G_ema"],
        "judge_state": states["D"],
        "G_ema": {"G_ema": states["G_ema"]},
        "tuple_of_states": tuple(states.values()),
    }.items():
        found[name] = prior_of(content, tmp_path / f"{name}.pt")
    for name, weights in found.items():
        assert weights.layout == "NVlabs StyleGAN2"
        assert (weights.model is None) == ("judge" in name), name
        assert (weights.discriminator is not None) == ("judge" in name or "tuple" in name), name
        for part in ("model", "discriminator"):
            if getattr(weights, part) is not None:
                expected = getattr(whole, part).state_dict()
                state = getattr(weights, part).state_dict()
                assert all(torch.equal(state[key], tensor) for key, tensor in expected.items())
    for path in [*pickles.values(), tmp_path / "state.pt", tmp_path / "tuple_of_states.pt"]:
        assert describe(path).facts.family == "stylegan2"
        assert not describe(path).facts.problems


def test_yangxys_network_whose_input_is_smaller_is_named(fixtures, tmp_path):
    """FullGenerator_SR has fewer stages in its encoder than in its generator."""
    state = safe_load(fixtures / "official_bfr_64.pth")
    stages = {f"ecd{i}.": f"ecd{i - 1}." for i in range(2, 5)}
    for name in [name for name in state if name.startswith("ecd1.")]:
        state.pop(name)
    for old, new in stages.items():
        for name in [name for name in state if name.startswith(old)]:
            state[new + name.removeprefix(old)] = state.pop(name)
    torch.save(state, tmp_path / "sr.pth")
    with pytest.raises(ValueError, match=r"sr\.pth is yangxy/GPEN's FullGenerator_SR, from 32 px to 64 px"):
        read(tmp_path / "sr.pth")
    assert "FullGenerator_SR" in describe(tmp_path / "sr.pth").facts.problems[0]


GENERATORS = {
    "a network conditioned on classes": lambda g: {**g, "mapping.embed.weight": torch.ones(48, 3)},
    "a StyleGAN3; of NVlabs' networks only": lambda g: {"synthesis.input.freqs": torch.ones(2)},
    "a generator of architecture 'resnet'": lambda g: {**g, "synthesis.b8.skip.weight": torch.ones(1)},
    "a generator of architecture 'orig'": lambda g: {n: t for n, t in g.items() if "b4.torgb" not in n},
    r"a mapping from z_dim \[5\] to w_dim": lambda g: {
        **g,
        "mapping.fc0.weight": g["mapping.fc0.weight"][:, :5],
    },
}
JUDGES = {
    "conditioned on classes": lambda d: {
        **d,
        "mapping.fc0.weight": torch.ones(3),
        "b4.out.weight": torch.ones(8, 8),
    },
    "of architecture 'skip'": lambda d: {
        **{n: t for n, t in d.items() if ".skip." not in n},
        "b8.fromrgb.weight": torch.ones(1),
    },
    "of architecture 'orig'": lambda d: {n: t for n, t in d.items() if ".skip." not in n},
}


@pytest.mark.parametrize("kind", GENERATORS)
@pytest.mark.parametrize("judge", [None, *JUDGES])
def test_a_generator_of_another_kind_is_named(write_nvlabs, nvlabs_state, tmp_path, kind, judge):
    """Whatever stands beside it."""
    beside = JUDGES[judge](nvlabs_state("D")) if judge else nvlabs_state("D")
    path = write_nvlabs(tmp_path / "other.pkl", G_ema=GENERATORS[kind](nvlabs_state("G")), D=beside)
    with pytest.raises(ValueError, match=f"holds {kind}") as refusal:
        read(path)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("kind", GENERATORS)
def test_inspect_says_why(write_nvlabs, nvlabs_state, tmp_path, capsys, kind):
    path = write_nvlabs(tmp_path / "other.pkl", G_ema=GENERATORS[kind](nvlabs_state("G")))
    assert inspect.run(argparse.Namespace(file=str(path))) == 0
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("not read "))
    assert kind.split("[")[0].rstrip("\\") in line


@pytest.mark.parametrize("kind", JUDGES)
def test_a_discriminator_of_another_kind_leaves_the_generator(write_nvlabs, nvlabs_state, tmp_path, kind):
    path = write_nvlabs(tmp_path / "n.pkl", G_ema=nvlabs_state("G"), D=JUDGES[kind](nvlabs_state("D")))
    weights = read(path)
    assert torch.equal(weights.model.generator.b8.conv0.bias, nvlabs_state("G")["synthesis.b8.conv0.bias"])
    assert kind in weights.unread["discriminator"]
    assert any(kind in problem for problem in describe(path).facts.problems)
    with pytest.raises(ValueError, match=f"{kind}.*leave out --discriminator"):
        export.check_weights(weights, export.Form("bundle", torch.float32, False), with_discriminator=True)
    judge = JUDGES[kind](nvlabs_state("D"))
    path = write_nvlabs(tmp_path / "judge.pkl", pick=lambda all: all["D"], D=judge)
    with pytest.raises(ValueError, match=kind):
        read(path)


def test_another_discriminator_beside_rosinalitys(fixtures, tmp_path):
    content = safe_load(fixtures / "rosinality_stylegan2_64.pt")
    torch.save({**content, "d": {"convs.0.0.weight": torch.ones(4, 3, 1, 1)}}, tmp_path / "a.pt")
    weights = read(tmp_path / "a.pt")
    assert weights.model is not None
    assert "expected a yangxy/GPEN network" in weights.unread["discriminator"]


@pytest.mark.parametrize("name", ["dnnlib.tflib.network", "tfutil"])
@pytest.mark.parametrize("protocol", [2, 3])
def test_networks_of_tensorflow_have_a_refusal_of_their_own(tmp_path, name, protocol):
    (tmp_path / "ffhq.pkl").write_bytes(b"\x80%cc%s\nNetwork\n)\x81}b." % (protocol, name.encode()))
    with pytest.raises(ValueError, match=r"of TensorFlow, .*legacy\.py --source=ffhq\.pkl"):
        safe_load(tmp_path / "ffhq.pkl")
