"""What a reader of a report should know of each metric, and the plain words for the protocol's terms."""

from collections.abc import Mapping
from typing import Any

from gpen_train.conventions.tasks import TASKS
from gpen_train.evaluation.report.model import Report
from gpen_train.evaluation.report.table import speeds
from gpen_train.evaluation.scores import PREFIX, SCORES
from gpen_train.words import noun, plural

PHRASES = {name: task.phrase for name, task in TASKS.items()} | {"prior": "faces of a prior"}
EXPLANATIONS = {
    "psnr": "How far pixels are from the clean image: 10 log(255² / mean squared error) over RGB. It is "
    "exact, and kind to blur: a smooth guess scores higher than sharp details that are slightly off.",
    "psnr_y": "PSNR of the luma alone, as papers on super-resolution give it.",
    "ssim": "Likeness of local means, contrasts and structures in a Gaussian window; 1 for equal images.",
    "ms_ssim": "SSIM at several scales together: it sees coarse structure as well as detail.",
    "lpips_alex": "Distance of two images in AlexNet's features, fitted to human judgements; the LPIPS that "
    "most papers evaluate with.",
    "lpips_vgg": "Distance of two images in VGG-16's features, fitted to human judgements; often a loss too.",
    "dists": "Distance of two images in VGG-16's features that forgives another texture of the same kind.",
    "arniqa": "How free of distortions an image looks to a network, without a look at the clean one: it "
    "rewards sharp faces, the right ones or not.",
    "fd_dinov2": "FID's formula on features of DINOv2 ViT-L/14, which follow what people see more closely "
    "than Inception's.",
    "fid": "Distance between two sets of images: means and covariances of Inception's features. It does not "
    "compare image with image, falls with the number of images, and needs thousands to be stable.",
    "kid": "Distance between two sets of images: squared maximum mean discrepancy of Inception's features, "
    "unbiased for small sets.",
    "precision": "Share of the faces that lie among the real ones, by neighbours in Inception's features: "
    "how many look real. It falls where noise or artefacts are.",
    "recall": "Share of the real faces that lie among those made: how much of their variety is there.",
    "frechet": "FID's formula on the features of a fixed random network: it orders the stages of one "
    "training and compares with nothing else.",
    "identity": "Cosine of the angle between two faces in a face-recognition network: whether it is still "
    "the same person.",
    "deg": "Angle between two faces in a face-recognition network, degrees: identity as papers on face "
    "restoration give it.",
    "lmd": "Mean distance of facial landmarks from those of the clean face.",
    "colourfulness": "Spread and strength of the colours (Hasler and Süsstrunk, 2003), without a look at "
    "the clean image.",
    "colourfulness_gap": "How far the colourfulness of an image is from that of its clean one, either way.",
    "chroma_psnr": "PSNR of Cb and Cr alone: how far the colours are off, whatever the brightness.",
    "chroma_error": "Mean distance of the colours from the clean image's, whatever the brightness.",
    "label_fit": "Share of the variance of the colours that the classes of the label map explain: a face "
    "that does not follow its map has less, one in flat colours has 1.",
    "label_fit_gap": "How far the fit to the map is from that of the clean face, either way.",
}
EQUAL_SIZES = (
    "Degraded and clean images are of one size, so bicubic resampling would change nothing: it has no row."
)
CURVES = {  # of metrics.csv, by what they are of
    "held out": {f"{PREFIX}{name}": score.in_words for name, score in SCORES.items()},
    "losses": {
        "content": "Content: distance of pixels",
        "adversarial": "Adversarial, of the generator",
        "feature_matching": "Feature matching",
        "lpips": "LPIPS",
        "perceptual": "Perceptual",
        "style": "Style",
        "identity": "Identity",
        "components": "Facial components",
        "components_style": "Style of facial components",
        "path_length": "Path length",
        "d_adversarial": "Adversarial, of the discriminator",
        "d_components": "Facial components, of their discriminators",
        "r1": "R1 penalty, of the discriminator",
        "r2": "R2 penalty, of the discriminator",
    },
    "run": {
        "skipped_steps": "Steps skipped so far",
        "augment_p": "Probability of augmentation",
        "encoder_rate": "Learning rate of the encoder",
        "mapper_rate": "Learning rate of the mapper",
        "generator_rate": "Learning rate of the generator",
        "discriminator_rate": "Learning rate of the discriminator",
        "adversarial_weight": "Weight of the adversarial loss",
        "r1_gamma": "Gamma of R1",
        "r2_gamma": "Gamma of R2",
        "ema_half_life": "Half-life of the averaged model, images",
    },
}
OF_RUN = ("_loss_scale", "_rate", "_gamma", "_weight")  # ends of names that are no loss terms
REGIONS = {
    "pyiqa:": "As the package pyiqa takes it. ",
    "hole_": "In the hole alone. ",
    "outside_": "Outside the hole, where nothing should change. ",
}
READING_INTERVALS = (
    "The small numbers are 95 % bootstrap intervals over the images: how far a mean may be off because other "
    "faces could have come, of sets by the influence of each image. They say nothing about another data set."
)


def explain(name: str) -> str:
    """One or two sentences on the metric ``name``; empty where it is none of ours."""
    for prefix, where in REGIONS.items():
        if name.startswith(prefix):
            return where + explain(name.removeprefix(prefix))
    known = [known for known in EXPLANATIONS if name == known or name.startswith(f"{known}_")]
    return EXPLANATIONS[max(known, key=len)] if known else ""


def curve(name: str) -> tuple[str, str]:
    """The group of a column of metrics.csv, and its title in words; what is unknown here is a loss term."""
    for group, titles in CURVES.items():
        if name in titles:
            return group, titles[name]
    group = "held out" if name.startswith(PREFIX) else "run" if name.endswith(OF_RUN) else "losses"
    words = name.removeprefix(PREFIX).replace("_", " ")
    return group, words[:1].upper() + words[1:]


def origins(report: Report) -> list[tuple[str, str]]:
    """The lines of a report's head: when and how it was made, and of which checkpoints."""
    files = [system.source for system in report.systems if system.kind == "checkpoint" and system.source]
    about = report.about
    found = [
        ("made", about.made),
        ("command", about.command),
        (noun(len(files), "checkpoint"), ", ".join(files)),
    ]
    return [(name, value) for name, value in found if value]


def small_print(report: Report) -> dict[str, Mapping[str, Any]]:
    """What a reader who doubts a number wants, by group: every setting, fingerprints, versions, speed."""
    groups: dict[str, Mapping[str, Any]] = {}
    groups["systems"] = {
        system.name: {"from": system.source} | ({"SHA-256": system.fingerprint} if system.fingerprint else {})
        for system in report.systems
        if system.source
    }
    groups["evaluation"] = {k: v for k, v in report.protocol.items() if not isinstance(v, Mapping)}
    groups |= {name: value for name, value in report.protocol.items() if isinstance(value, Mapping)}
    groups["images a second, by stage"] = speeds(report)
    groups["machine"] = {"computed on": report.about.machine} if report.about.machine else {}
    return {name: group for name, group in groups.items() if group}


def title(protocol: Mapping[str, Any]) -> str:
    """Blind face restoration."""
    task = protocol.get("task")
    name = task.get("name") if isinstance(task, Mapping) else task
    phrase = PHRASES.get(str(name), "evaluation")
    return phrase[:1].upper() + phrase[1:]


def facts(report: Report) -> list[str]:
    """What the head of a page says: how many images of what, of which size, degraded how."""
    data, degradation = (report.protocol.get(name) for name in ("data", "degradation"))
    data = data if isinstance(data, Mapping) else {"name": data}
    degradation = degradation if isinstance(degradation, Mapping) else {"name": degradation}
    resolution, preset, seed = data.get("resolution"), degradation.get("preset"), degradation.get("seed")
    found = [
        plural(len(report.images), "image"),
        resolution and f"{resolution} px",
        data.get("name") and f"data: {data['name']}",
        preset and f"degradation: {preset}",
        f"seed {seed}" if seed is not None else None,
    ]
    return [fact for fact in found if fact]
