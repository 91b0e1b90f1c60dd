"""Which layout a file's content is in, told from its keys alone."""

from collections.abc import Mapping
from typing import Any

BUNDLE = "bundle"
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
    PRIOR: ("mapper", "generator", "w_average"),
    DISCRIMINATOR: ("discriminator", "args"),
    LIGHTNING: ("state_dict", "pytorch-lightning_version"),
    YANGXY_GENERATOR: ("ecd0.0.0.weight", "generator.input.input", "final_linear.0.weight"),
    YANGXY_DISCRIMINATOR: ("convs.0.0.weight", "final_conv.0.weight", "final_linear.1.weight"),
    NVLABS: ("G_ema",),
    RESNET: ("conv1.weight", "bn1.running_mean", "layer4.0.conv3.weight", "fc.weight"),
}


def layout_of(content: Any, source: str) -> str:
    """The name of the layout that ``content``, as ``safe_load`` gives it, is in.

    Raises ValueError where it is none of them; ``source`` names the file there.
    """
    if not isinstance(content, Mapping):
        raise ValueError(f"{source} holds a {type(content).__name__}; expected a dict of tensors")
    for layout, keys in KEYS.items():
        if all(key in content for key in keys):
            return layout
    # Both keep the model in training and its average side by side.
    for state in (content.get("g_ema"), content.get("g")):
        if isinstance(state, Mapping) and "generator.input.input" in state:
            return YANGXY_TRAINING
        if isinstance(state, Mapping) and "input.input" in state:
            return ROSINALITY
    first = ", ".join(str(key) for key in list(content)[:6])
    raise ValueError(
        f"{source} is in no layout known here: it starts with the keys {first}; expected one of: "
        f"{', '.join([*KEYS, YANGXY_TRAINING, ROSINALITY])}"
    )
