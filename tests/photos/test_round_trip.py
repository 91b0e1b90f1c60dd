"""What a file holds comes back from the file that is written: pixels, depth, alpha, profile and EXIF."""

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps

from gpen_train.images import UnreadableImageError, read_image
from gpen_train.photos.photo import Photo
from gpen_train.photos.read import read_photo
from gpen_train.photos.write import write_photo

ORIENTATION, MAKE, WHEN, DETAILS = 0x0112, 0x010F, 0x9003, 0x8769
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
LOSSLESS = (".png", ".tif", ".bmp")


def exif(**more: int) -> Image.Exif:
    tags = Image.Exif()
    tags[MAKE] = "Leica"
    tags.get_ifd(DETAILS)[WHEN] = "1927:10:29 12:00:00"
    if more:
        tags[ORIENTATION] = more["orientation"]
    return tags


def noise(channels: int, dtype: type = np.uint8) -> np.ndarray:
    return np.random.default_rng(0).integers(0, np.iinfo(dtype).max + 1, (20, 30, channels), dtype=dtype)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".bmp", ".webp", ".jpg"])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_all_that_the_format_can_hold_comes_back(suffix, channels, alpha, dtype, tmp_path):
    photo = Photo(
        noise(channels, dtype),
        noise(1, dtype)[..., 0] if alpha else None,
        exif().tobytes(),
        PROFILE if channels == 3 else None,
    )
    write_photo(tmp_path / f"photo{suffix}", photo)
    found = read_photo(tmp_path / f"photo{suffix}")
    assert found.size == (30, 20)
    if suffix in (".png", ".tif") or (suffix == ".bmp" and dtype == np.uint8 and not alpha):
        kept = found.pixels[..., :channels]  # OpenCV writes grey with alpha, 16 bits deep, in colour
        np.testing.assert_array_equal(kept, photo.pixels)
    if alpha and suffix in (".png", ".tif"):
        np.testing.assert_array_equal(found.alpha, photo.alpha)
    if suffix != ".bmp":
        assert found.profile == photo.profile
        tags = Image.Exif()
        tags.load(found.exif)
        assert tags[MAKE] == "Leica"
        assert ORIENTATION not in tags
        if not (suffix == ".tif" and dtype == np.uint16):
            assert tags.get_ifd(DETAILS)[WHEN].startswith("1927")


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("deep", [False, True])
def test_photographs_are_turned_upright(orientation, deep, tmp_path):
    path = tmp_path / "turned.png"
    levels = noise(3, np.uint8)
    Image.fromarray(levels).save(path, exif=exif(orientation=orientation))
    expected = np.array(ImageOps.exif_transpose(Image.open(path)))
    if deep:
        write_photo(path, Photo(levels.astype(np.uint16) * 257, exif=exif(orientation=orientation).tobytes()))
        expected = expected.astype(np.uint16) * 257
    found = read_photo(path)
    np.testing.assert_array_equal(found.pixels, expected)
    np.testing.assert_array_equal(found.rgb, read_image(path))


def test_sixteen_bits_of_opencv_are_read_whole(tmp_path):
    for name, levels in {"grey.png": noise(1, np.uint16), "colour.tif": noise(3, np.uint16)}.items():
        cv2.imwrite(str(tmp_path / name), levels[..., ::-1])
        np.testing.assert_array_equal(read_photo(tmp_path / name).pixels, levels)


@pytest.mark.parametrize(
    ("mode", "name", "channels", "alpha"),
    [
        ("CMYK", "a.jpg", 3, False),
        ("CMYK", "a.tif", 3, False),
        ("P", "a.gif", 3, False),
        ("P", "a.png", 3, False),
        ("1", "a.png", 1, False),
        ("LA", "a.png", 1, True),
        ("I;16", "a.tif", 1, False),
    ],
)
def test_other_kinds_of_pixels(mode, name, channels, alpha, tmp_path):
    image = Image.fromarray(noise(3))
    if mode == "I;16":
        image = Image.fromarray(noise(1, np.uint16)[..., 0])
    elif mode != "LA":
        image = image.convert(mode)
    else:
        image = Image.fromarray(noise(2))
    image.save(tmp_path / name)
    photo = read_photo(tmp_path / name)
    assert photo.pixels.shape == (20, 30, channels)
    assert (photo.alpha is not None) == alpha
    np.testing.assert_allclose(photo.rgb.astype(int), read_image(tmp_path / name).astype(int), atol=1)


def test_a_thumbnail_does_not_survive(tmp_path):
    tags = exif()
    thumbnail = tags.get_ifd(1)
    thumbnail[0x0201] = 0
    Image.fromarray(noise(3)).save(tmp_path / "a.jpg", exif=tags)
    found = Image.Exif()
    found.load(read_photo(tmp_path / "a.jpg").exif)
    assert not found.get_ifd(1)


def test_what_cannot_be_read_is_named_in_one_line(tmp_path):
    whole = tmp_path / "a.png"
    write_photo(whole, Photo(noise(3, np.uint16)))
    whole.write_bytes(whole.read_bytes()[:300])
    (tmp_path / "b.png").write_text("no image")
    for name in ("a.png", "b.png"):
        with pytest.raises(UnreadableImageError, match=name) as refusal:
            read_photo(tmp_path / name)
        assert "\n" not in str(refusal.value)
    with pytest.raises(ValueError, match=r"choose one of: \.png"):
        write_photo(tmp_path / "a.heic", Photo(noise(3)))
    with pytest.raises(FileNotFoundError):
        read_photo(tmp_path / "none.png")


def test_enlarging_keeps_kind_and_alpha():
    photo = Photo(noise(1, np.uint16), noise(1, np.uint16)[..., 0]).enlarged(2)
    assert photo.pixels.shape == (40, 60, 1)
    assert photo.alpha.shape == (40, 60)
    assert photo.pixels.dtype == np.uint16
