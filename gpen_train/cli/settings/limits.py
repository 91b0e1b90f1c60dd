"""The bounds and choices of settings that are of the command line alone, or of groups without a dataclass."""

from gpen_train.bounds import WEIGHT, Bounds, whole

IMAGES = whole(1, 1e12, "a number of images from 1, such as 64000")
EVERY = whole(0, 1e12, "a number of images from 1, such as 1000, or 0 for never")
OFTEN = whole(0, 1e12, "null for a tenth of the run, a number of images from 1, or 0 for never")
CHECKPOINTS = whole(1, 1e6, "a number of checkpoints from 1, such as 3")
SEED = whole(0, 2**32 - 1, "a number from 0")
MEMORY = Bounds(0, 1e6, "GB above 0, such as 24", is_open=True)
PIXELS = whole(8, 1 << 14, "pixels a side from 8, such as 512")
BATCH = whole(1, 1e6, "a number of images from 1, such as 8")
DEVICES = whole(1, 1024, "a number of processes from 1")

_LAYERS = whole(1, 64, "a number of layers from 1")
_CHANNELS = whole(1, 1e7, "a number of channels from 1")
_SIZE = whole(1, 1 << 14, "pixels a side from 1")
# Of the groups that are checked by what they build; those of the dataclasses stand in these.
# [] stands for any place in a list.
OF_GROUPS = {
    "data.min_size": _SIZE,
    "data.held_out_share": Bounds(0, 1 - 1e-9, "a share from 0 to below 1, such as 0.02"),
    "data.num_held_out": whole(0, 1e9, "a number of images from 0"),
    "data.num_images": whole(1, 1e9, "a number of images from 1, such as 1200"),
    "data.limit": IMAGES,
    "data.batch_size": BATCH,
    "data.num_workers": whole(0, 1024, "null for one a core, or a number of processes from 0"),
    "data.attempts": whole(1, 1000, "a number of requests from 1, such as 7"),
    "data.time_out": Bounds(0, 1e6, "seconds above 0, such as 15", is_open=True),
    "data.parts[].weight": WEIGHT,
    **{f"model.network.{side}_resolution": PIXELS for side in ("input", "output")},
    "model.network.encoder_width": _CHANNELS,
    "model.network.encoder_depths[]": _LAYERS,
    "model.network.style_dim": _CHANNELS,
    "model.network.mapper_layers": _LAYERS,
    "model.discriminator.resolution": PIXELS,
    **{
        f"model.{network}.channel_{part}": _CHANNELS
        for network in ("network", "discriminator")
        for part in ("base", "max")
    },
    "model.discriminator.group_size": whole(0, 1e6, "a number of images from 1, or 0 for the whole batch"),
    "degradation.input_resolution": PIXELS,
    "trainer.devices": whole(1, 1024, "auto, or a number of devices from 1", words=("auto",)),
    "trainer.devices[]": whole(0, 1024, "the numbers of devices, from 0"),
    "trainer.num_nodes": whole(1, 1e5, "a number of machines from 1"),
    "trainer.timeout": Bounds(0, 1e7, "seconds above 0, such as 1800", is_open=True),
}
MAY_BE_NULL = (
    *("data.min_size", "data.limit", "data.num_workers", "data.parts[].limit"),
    *("model.network.input_resolution", "degradation.input_resolution"),
)
# Of a degradation and a task, whose classes know closer ones, and of anything added.
OTHERS = Bounds(-1e6, 1e6, "a number from -1e6")
CHOICES_OF_GROUPS = {
    "trainer.accelerator": ("auto", "cpu", "mps", "tpu", "gpu", "cuda"),
}
