"""How many channels the networks have at each resolution, and which resolutions there are."""


def channels_at(resolution: int, channel_base: int, channel_max: int) -> int:
    """Channels of the feature maps of side ``resolution``: halved with each doubling, up to a limit.

    Source: StyleGAN2's ``fmap_base`` and ``fmap_max``. The releases of yangxy/GPEN follow the same rule:
    (8192, 256) at 256 px and (32768, 512) from 512 px on.
    """
    return min(channel_base // resolution, channel_max)


def check_resolution(name: str, resolution: int) -> None:
    """Raise ValueError unless ``resolution`` is a power of two from 8 to 4096 (pixels per side)."""
    is_power_of_two = resolution > 0 and resolution & (resolution - 1) == 0
    if not is_power_of_two or not 8 <= resolution <= 4096:
        raise ValueError(f"{name} is {resolution}; choose a power of two from 8 to 4096, for example 512")


def resolutions_up_to(resolution: int) -> list[int]:
    """[4, 8, .. resolution], the sides of the synthesis blocks."""
    return [2**power for power in range(2, resolution.bit_length())]
