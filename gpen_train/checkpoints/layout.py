"""Which layout a file's content is in, told from its keys alone."""

from collections.abc import Mapping
from typing import Any

BUNDLE = "bundle"
YANGXY_GENERATOR = "yangxy generator"
YANGXY_DISCRIMINATOR = "yangxy discriminator"
YANGXY_TRAINING = "yangxy training checkpoint"
ROSINALITY = "rosinality StyleGAN2"
LIGHTNING = "lightning checkpoint"

# A layout is the first whose keys are all there.
KEYS = {
    BUNDLE: ("encoder", "mapper", "generator"),
    LIGHTNING: ("state_dict", "pytorch-lightning_version"),
    YANGXY_GENERATOR: ("ecd0.0.0.weight", "generator.input.input", "final_linear.0.weight"),
    YANGXY_DISCRIMINATOR: ("convs.0.0.weight", "final_conv.0.weight", "final_linear.1.weight"),
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
    averaged = content.get("g_ema")
    if isinstance(averaged, Mapping) and "generator.input.input" in averaged:
        return YANGXY_TRAINING
    if isinstance(averaged, Mapping) and "input.input" in averaged:
        return ROSINALITY
    first = ", ".join(str(key) for key in list(content)[:6])
    raise ValueError(
        f"{source} is in no layout known here: it starts with the keys {first}; "
        f"expected a bundle (encoder, mapper, generator, args) or a network of yangxy/GPEN"
    )
