"""Wrappers and prefixes around every layout: read as what is inside, and said."""

import argparse

import pytest
import torch

from gpen_train.checkpoints.bundle import bundle_content
from gpen_train.checkpoints.describe import describe
from gpen_train.checkpoints.prior_file import save_prior
from gpen_train.checkpoints.read import read
from gpen_train.checkpoints.safe_load import safe_load
from gpen_train.cli import inspect
from gpen_train.models.prior import build_prior

WRAPPERS = ("params_ema", "params", "state_dict", "model")


def prefixed(prefix, state):
    return {f"{prefix}{name}": tensor for name, tensor in state.items()}


@pytest.fixture
def contents(fixtures, small_v2, tmp_path, nvlabs_state):
    """Layout -> content, and the keys of its state dicts (none where it is one itself)."""
    network, judge = (safe_load(fixtures / f"official_{n}_64.pth") for n in ("bfr", "discriminator"))
    save_prior(build_prior(8, style_dim=4, channel_max=4), tmp_path / "prior.pth")
    lightning = {
        "state_dict": prefixed("averaged.model.", small_v2.state_dict()),
        "pytorch-lightning_version": "2.6",
        "record": {"model": small_v2.settings, "task": "bfr"},
    }
    return {
        "bundle": (bundle_content(small_v2), ("encoder", "mapper", "generator")),
        "GPEN state dict": (small_v2.state_dict(), ()),
        "prior": (safe_load(tmp_path / "prior.pth"), ("mapper", "generator")),
        "lightning checkpoint": (lightning, ("state_dict",)),
        "yangxy generator": (network, ()),
        "yangxy discriminator": (judge, ()),
        "yangxy training checkpoint": ({"g": network, "d": judge, "g_ema": network}, ("g", "d", "g_ema")),
        "rosinality StyleGAN2": (safe_load(fixtures / "rosinality_stylegan2_64.pt"), ("g_ema",)),
        "NVlabs StyleGAN2": ({"G_ema": nvlabs_state("G"), "D": nvlabs_state("D")}, ("G_ema", "D")),
    }


LAYOUTS = (
    *(
        "bundle",
        "GPEN state dict",
        "prior",
        "lightning checkpoint",
        "yangxy generator",
        "yangxy discriminator",
    ),
    *("yangxy training checkpoint", "rosinality StyleGAN2", "NVlabs StyleGAN2"),
)


def same(weights, others):
    assert weights.layout == others.layout
    for part in ("model", "discriminator"):
        state, other = (getattr(w, part).state_dict() if getattr(w, part) else {} for w in (weights, others))
        assert state.keys() == other.keys()
        assert all(torch.equal(state[name], other[name]) for name in state)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_is_read_in_wrappers_and_behind_prefixes(contents, tmp_path, layout):
    content, keys = contents[layout]
    torch.save(content, tmp_path / "plain.pth")
    plain = read(tmp_path / "plain.pth")
    assert plain.layout == layout
    around = {
        **{key: ({key: content, "iter": 3}, [key]) for key in WRAPPERS},
        "two": ({"model": {"params_ema": content}}, ["model", "params_ema"]),
    }
    for prefix in ("module.", "_orig_mod.", "module._orig_mod."):
        behind = {**content, **{key: prefixed(prefix, content[key]) for key in keys}}
        behind = behind if keys else prefixed(prefix, content)
        words = ["module.", "_orig_mod."] if "." in prefix[:-1] else [prefix]
        around[prefix] = behind, words
        around[f"{prefix} in a wrapper"] = {"params_ema": behind}, ["params_ema", *words]
    for name, (wrapped, words) in around.items():
        torch.save(wrapped, tmp_path / "wrapped.pth")
        same(read(tmp_path / "wrapped.pth"), plain)
        found = describe(tmp_path / "wrapped.pth")
        assert (found.layout, found.around) == (layout, words), name


def test_inspect_says_it(fixtures, tmp_path, capsys):
    state = prefixed("module.", safe_load(fixtures / "official_bfr_64.pth"))
    torch.save({"params_ema": state}, tmp_path / "gpen.pth")
    inspect.run(argparse.Namespace(file=str(tmp_path / "gpen.pth")))
    out = " ".join(capsys.readouterr().out.split())
    assert "layout yangxy generator wrapped in params_ema, module. family gpen_v1" in out


def test_the_average_is_taken_and_the_other_counted(fixtures, tmp_path):
    state = safe_load(fixtures / "official_bfr_64.pth")
    other = {**state, "final_linear.0.bias": state["final_linear.0.bias"] + 1}
    torch.save({"params": other, "params_ema": state}, tmp_path / "both.pth")
    weights = read(tmp_path / "both.pth")
    assert weights.unused == {"params": sum(tensor.numel() for tensor in other.values())}
    for key in ("g", "params"):
        model = read(tmp_path / "both.pth", key=key).model
        assert torch.equal(model.encoder.fc.bias, weights.model.encoder.fc.bias + 1)


def test_torchs_averaged_model_and_a_compiled_part(fixtures, small_v2, contents, tmp_path):
    average = torch.optim.swa_utils.AveragedModel(small_v2)
    inner = {name: tensor for name, tensor in average.module.state_dict().items()}
    parts = {
        part: prefixed("module.", getattr(small_v2, part).state_dict()) for part in contents["bundle"][1]
    }
    parts["encoder"]["n_averaged"] = torch.tensor(3)
    torch.save({**bundle_content(small_v2), **parts}, tmp_path / "averaged.pth")
    found = read(tmp_path / "averaged.pth").model.state_dict()
    assert all(torch.equal(found[name], tensor) for name, tensor in inner.items())
    content = dict(contents["lightning checkpoint"][0])
    content["state_dict"] = {
        n.replace("model.", "model._orig_mod."): t for n, t in content["state_dict"].items()
    }
    torch.save(content, tmp_path / "compiled.ckpt")
    found = read(tmp_path / "compiled.ckpt").model.state_dict()
    assert all(torch.equal(found[name], tensor) for name, tensor in inner.items())


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_half_and_bfloat16(contents, tmp_path, layout, dtype):
    content, keys = contents[layout]
    args = content.get("args")
    if args:
        del args.digest  # that of other dtypes

    def cast(state):
        return {n: t.to(dtype) if t.is_floating_point() else t for n, t in state.items()}

    singles = {key: content[key].to(dtype) for key in ("w_average", "latent_avg") if key in content}
    half = content | {key: cast(content[key]) for key in keys} | singles if keys else cast(content)
    torch.save(half, tmp_path / "a")
    torch.save(content, tmp_path / "b")
    found, whole = read(tmp_path / "a"), read(tmp_path / "b")
    for part in ("model", "discriminator"):
        if getattr(found, part) is not None:
            state = getattr(whole, part).state_dict()
            for name, tensor in getattr(found, part).state_dict().items():
                torch.testing.assert_close(tensor, state[name].to(dtype).float(), msg=name)
    assert describe(tmp_path / "a").layout == layout


def test_unknown_args_and_settings(small_v2, tmp_path):
    content = bundle_content(small_v2)
    vars(content["args"]).update(trainer={"a": [1, None]}, digests=3, **{"x" * 500: "y" * 500})
    torch.save(content, tmp_path / "bundle.pth")
    assert read(tmp_path / "bundle.pth").model.args.digests == 3
    content["args"].model["x" * 500] = list(range(5000))
    torch.save(content, tmp_path / "bundle.pth")
    with pytest.raises(ValueError, match=r"holds settings that build no model: .*unexpected") as refusal:
        read(tmp_path / "bundle.pth")
    assert len(str(refusal.value).replace(str(tmp_path), "")) <= 400


def test_what_is_under_the_key_is_said(tmp_path):
    for key in ("G_ema", "params_ema"):
        torch.save({key: {"a.weight": torch.ones(1)}}, tmp_path / "other.pth")
        with pytest.raises(
            ValueError, match=f"known here: its {key} starts with the keys a.weight; expected one"
        ):
            read(tmp_path / "other.pth")
