"""The weights of the loss terms, as plain values."""

from dataclasses import dataclass, field

from gpen_train.bounds import KEY, SHARE, START, WEIGHT, Bounds, bounded, check_numbers, whole
from gpen_train.feature_nets.vgg import layer_names
from gpen_train.losses.pixel import CONTENT_LOSSES

GFPGAN_LAYERS = {"conv1_2": 0.1, "conv2_2": 0.1, "conv3_4": 1.0, "conv4_4": 1.0, "conv5_4": 1.0}

EVERY = whole(1, 1e6, "a number of steps from 1, such as 16")
PARTS = whole(1, 1024, "a number of parts from 1, such as 2")
CHANNELS = whole(1, 4096, "a number of channels from 1, such as 64")
DECAY = Bounds(1e-6, 1, "a share above 0, such as 0.01")
EPSILON = Bounds(0, 1e3, "more than 0, such as 0.001", is_open=True)


@dataclass
class LpipsSettings:
    """LPIPS between restored and clean."""

    weight: float = bounded(WEIGHT, 0.0)  # 0 leaves it out, and needs no weights file
    start: int = bounded(START, 0)  # images seen before it counts
    net: str = "vgg"  # "vgg" or "alex"
    weights: str | None = None  # file of torchvision's backbone; None: ./weights or torch.hub's cache


@dataclass
class PerceptualSettings:
    """Distances of VGG-19's features and of their Gram matrices."""

    weight: float = bounded(WEIGHT, 0.0)  # of the features
    style: float = bounded(WEIGHT, 0.0)  # of the Gram matrices
    start: int = bounded(START, 0)  # images
    layers: dict[str, float] = field(default_factory=GFPGAN_LAYERS.copy, metadata={KEY: WEIGHT})
    weights: str | None = None  # torchvision's vgg19-dcbb9e9d.pth; None: ./weights or torch.hub's cache


@dataclass
class IdentitySettings:
    """1 - cosine of IR-SE50's features."""

    weight: float = bounded(WEIGHT, 0.0)
    start: int = bounded(START, 0)  # images
    weights: str | None = None  # model_ir_se50.pth; None: ./weights or torch.hub's cache


@dataclass
class ComponentSettings:
    """Discriminators for the eyes and the mouth; without either weight they are not built."""

    weight: float = bounded(WEIGHT, 0.0)  # of their verdict
    style: float = bounded(WEIGHT, 0.0)  # of the Gram matrices of their features
    start: int = bounded(START, 0)  # images before they count and learn
    width: int = bounded(CHANNELS, 64)  # channels of their first convolution


@dataclass
class R1Settings:
    """Lazy R1: one discriminator step in ``every`` carries it, ``every`` times as heavy."""

    weight: float = bounded(WEIGHT, 10.0)  # gamma; the term is gamma / 2 * |gradient|^2
    every: int = bounded(EVERY, 16)  # steps


@dataclass
class PathLengthSettings:
    """Lazy path-length regularisation, of one generator step in ``every``, ``every`` times as heavy."""

    weight: float = bounded(WEIGHT, 0.0)  # StyleGAN2: 2
    start: int = bounded(START, 0)  # images
    every: int = bounded(EVERY, 4)  # steps
    decay: float = bounded(DECAY, 0.01)  # of the running mean
    shrink: int = bounded(PARTS, 2)  # it is computed on the batch divided by this


@dataclass
class LossSettings:
    """Weight 0 leaves a term out; before its ``start`` (images seen) a term does not count."""

    adversarial: float = bounded(WEIGHT, 1.0)
    adversarial_start: int = bounded(START, 0)  # for the generator; the discriminator starts at once
    content: float = bounded(WEIGHT, 1.0)
    content_start: int = bounded(START, 0)
    content_kind: str = "smooth_l1"  # "smooth_l1", "l1" or "charbonnier"
    content_epsilon: float = bounded(EPSILON, 1e-3)  # charbonnier's
    feature_matching: float = bounded(WEIGHT, 0.02)
    feature_matching_start: int = bounded(START, 0)
    lpips: LpipsSettings = field(default_factory=LpipsSettings)
    perceptual: PerceptualSettings = field(default_factory=PerceptualSettings)
    identity: IdentitySettings = field(default_factory=IdentitySettings)
    components: ComponentSettings = field(default_factory=ComponentSettings)
    r1: R1Settings = field(default_factory=R1Settings)
    path_length: PathLengthSettings = field(default_factory=PathLengthSettings)
    style_mixing: float = bounded(SHARE, 0.9)  # of a prior: share of images with styles of two vectors

    def generator_terms(self) -> dict[str, tuple[str, float, int]]:
        """The generator's terms by the names they are logged under -> the weight's setting, weight, start."""
        perceptual, components = self.perceptual, self.components
        return {
            "content": ("content", self.content, self.content_start),
            "adversarial": ("adversarial", self.adversarial, self.adversarial_start),
            "feature_matching": ("feature_matching", self.feature_matching, self.feature_matching_start),
            "lpips": ("lpips.weight", self.lpips.weight, self.lpips.start),
            "perceptual": ("perceptual.weight", perceptual.weight, perceptual.start),
            "style": ("perceptual.style", perceptual.style, perceptual.start),
            "identity": ("identity.weight", self.identity.weight, self.identity.start),
            "components": ("components.weight", components.weight, components.start),
            "components_style": ("components.style", components.style, components.start),
            "path_length": ("path_length.weight", self.path_length.weight, self.path_length.start),
        }

    def weights_at(self, images_seen: int) -> dict[str, float]:
        """The weight of each of the generator's terms; 0 for one that is left out or not yet on."""
        terms = self.generator_terms()
        return {name: weight if images_seen >= start else 0.0 for name, (_, weight, start) in terms.items()}

    def check(self) -> None:
        """Raise ValueError for an unknown choice and for numbers out of their bounds."""
        if self.content_kind not in CONTENT_LOSSES:
            raise ValueError(
                f"losses.content_kind is {self.content_kind!r}; choose one of: {', '.join(CONTENT_LOSSES)}"
            )
        check_numbers(self, "losses")
        self._check_layers()

    def _check_layers(self) -> None:
        layers, known = self.perceptual.layers, layer_names()
        for layer in layers:
            if layer not in known:
                raise ValueError(f"losses.perceptual.layers has {layer!r}; choose from: {', '.join(known)}")
        if (self.perceptual.weight or self.perceptual.style) and not any(layers.values()):
            raise ValueError("losses.perceptual.layers gives no layer a weight; give one, such as conv3_4: 1")
