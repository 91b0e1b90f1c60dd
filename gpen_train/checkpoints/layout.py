"""Which layout a file's content is in, told from its keys alone."""

from collections.abc import Mapping
from typing import Any

from gpen_train.checkpoints.formats.nvlabs import Persistent
from gpen_train.quote import quoted_names

BUNDLE = "bundle"
STATE = "GPEN state dict"
PRIOR = "prior"
DISCRIMINATOR = "discriminator"
LIGHTNING = "lightning checkpoint"
YANGXY_GENERATOR = "yangxy generator"
YANGXY_DISCRIMINATOR = "yangxy discriminator"
YANGXY_TRAINING = "yangxy training checkpoint"
ROSINALITY = "rosinality StyleGAN2"
NVLABS = "NVlabs StyleGAN2"
RESNET = "torchvision ResNet-50"

# A layout is the first whose keys are all there.
KEYS = {
    BUNDLE: ("encoder", "mapper", "generator"),
    STATE: ("encoder.fc.weight", "generator.b4.const", "generator.b4.torgb.weight"),
    PRIOR: ("mapper", "generator", "w_average"),
    DISCRIMINATOR: ("discriminator", "args"),
    LIGHTNING: ("state_dict", "pytorch-lightning_version"),
    YANGXY_GENERATOR: ("ecd0.0.0.weight", "generator.input.input", "final_linear.0.weight"),
    YANGXY_DISCRIMINATOR: ("convs.0.0.weight", "final_conv.0.weight", "final_linear.1.weight"),
    RESNET: ("conv1.weight", "bn1.running_mean", "layer4.0.conv3.weight", "fc.weight"),
}

# A network by itself, and the key under which the file of its training has it.
BARE = {
    "g_ema": ("input.input", "style.1.weight"),  # rosinality's
    "G_ema": ("synthesis.b4.conv1.weight", "mapping.fc0.weight"),
    "D": ("b4.conv.weight", "b4.fc.weight", "b4.out.weight"),  # NVlabs', and ours
}
# Where a layout has state dicts, if it is none itself, and where single tensors.
STATES = {
    BUNDLE: ("encoder", "mapper", "generator"),
    PRIOR: ("mapper", "generator"),
    DISCRIMINATOR: ("discriminator",),
    LIGHTNING: ("state_dict",),
    YANGXY_TRAINING: ("g", "d", "g_ema"),
    ROSINALITY: ("g", "d", "g_ema"),
    NVLABS: ("G", "D", "G_ema"),
}
VALUES = {PRIOR: ("w_average",), ROSINALITY: ("latent_avg",)}


def find_layout(content: Any) -> str | None:
    """The layout that ``content`` is in, a network by itself (``filed``) too; None where it is none."""
    content = filed(content)
    if not isinstance(content, Mapping):
        return None
    for layout, keys in KEYS.items():
        if all(key in content for key in keys):
            return layout
    # Both keep the model in training and its average side by side.
    for state in (content.get("g_ema"), content.get("g")):
        if isinstance(state, Mapping) and "generator.input.input" in state:
            return YANGXY_TRAINING
        if isinstance(state, Mapping) and "input.input" in state:
            return ROSINALITY
    return NVLABS if any(map(_is_nvlabs, map(content.get, STATES[NVLABS]))) else None


def filed(content: Any) -> Any:
    """``content``, with networks that stand by themselves under the keys that their training's file has.

    NVlabs' network alone, their tuple of (G, D, G_ema), and a plain state dict.
    """
    if isinstance(content, Persistent):
        return {"D" if "b4.out.weight" in content.state else "G_ema": content}
    if type(content) in (tuple, list) and len(content) == 3 and any(map(_is_nvlabs, content)):
        return dict(zip(STATES[NVLABS], content, strict=True))
    for key, names in BARE.items():
        if isinstance(content, Mapping) and all(name in content for name in names):
            return {key: content}
    return content


def _is_nvlabs(network: Any) -> bool:
    """A network of their pickles, or the state dict of a StyleGAN, 3 included, or of a discriminator."""
    names = [str(name) for name in network] if isinstance(network, Mapping) else []
    is_state = any(name.startswith("synthesis.") for name in names) or "b4.out.weight" in names
    return isinstance(network, Persistent) or is_state


def layout_of(content: Any, source: str, around: list[str] | None = None) -> str:
    """The name of the layout that ``content``, as ``safe_load`` gives it, is in.

    Raises ValueError where it is none of them; ``source`` names the file there, and ``around`` what the
    content was wrapped in.
    """
    whose = f"its {quoted_names(around, 2)}" if around else "it"
    if not isinstance(content, Mapping):
        raise ValueError(f"{source} holds a {type(content).__name__}; expected a dict of tensors")
    layout = find_layout(content)
    if layout is None:
        raise ValueError(
            f"{source} is in no layout known here: {whose} starts with the keys {quoted_names(content, 3)}; "
            f"expected one of: {', '.join([*KEYS, YANGXY_TRAINING, ROSINALITY, NVLABS])}"
        )
    return layout
