"""Reading every kind of file, refusing damaged ones, resizing and converting."""

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from gpen_train import images
from gpen_train.images import decode_size, read_image, resize_area, to_float, to_uint8, write_image


@pytest.fixture
def photo() -> np.ndarray:
    """Smooth colours with some structure, uint8 [48, 40, 3]."""
    rows, columns = np.mgrid[0:48, 0:40]
    channels = (rows * 5, columns * 6, 128 + 100 * np.sin(rows / 9 + columns / 7))
    return np.stack(channels, axis=2).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".tiff", ".bmp"])
def test_lossless_formats_come_back_as_written(tmp_path, photo, suffix):
    write_image(tmp_path / f"a{suffix}", photo)
    np.testing.assert_array_equal(read_image(tmp_path / f"a{suffix}"), photo)
    assert decode_size((tmp_path / f"a{suffix}").read_bytes(), "a") == (48, 40)


@pytest.mark.parametrize("suffix", [".jpg", ".jpeg", ".webp", ".JPG"])
def test_lossy_formats_come_back_close(tmp_path, photo, suffix):
    write_image(tmp_path / f"a{suffix}", photo)
    error = np.abs(read_image(tmp_path / f"a{suffix}").astype(int) - photo)
    assert error.mean() < 4


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("grey", [True, False])
def test_sixteen_bits_keep_the_high_byte(tmp_path, photo, suffix, grey):
    deep = photo.astype(np.uint16) * 257  # 0..255 -> 0..65535
    cv2.imwrite(str(tmp_path / f"a{suffix}"), deep[:, :, 0] if grey else deep[:, :, ::-1])
    expected = np.repeat(photo[:, :, :1], 3, axis=2) if grey else photo
    np.testing.assert_array_equal(read_image(tmp_path / f"a{suffix}"), expected)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".webp"])
def test_grey_is_repeated(tmp_path, photo, suffix):
    Image.fromarray(photo).convert("L").save(tmp_path / f"a{suffix}")
    image = read_image(tmp_path / f"a{suffix}")
    assert image.shape == (48, 40, 3)
    assert np.ptp(image, axis=2).max() <= 1


def test_palette_is_looked_up(tmp_path, photo):
    palette = Image.fromarray(photo).quantize(16)
    palette.save(tmp_path / "a.png")
    np.testing.assert_array_equal(read_image(tmp_path / "a.png"), np.array(palette.convert("RGB")))


@pytest.mark.parametrize("suffix", [".png", ".tif", ".webp"])
def test_transparency_is_composited_on_white(tmp_path, suffix):
    rgba = np.full((16, 16, 4), (200, 100, 0, 255), np.uint8)
    rgba[:8, :, 3] = 0
    rgba[8:12, :, 3] = 51  # a fifth
    Image.fromarray(rgba).save(tmp_path / f"a{suffix}", lossless=True)
    image = read_image(tmp_path / f"a{suffix}")
    assert (image[:8] == 255).all()
    assert np.abs(image[8:12].astype(int) - (244, 224, 204)).max() <= 1
    assert (image[12:] == (200, 100, 0)).all()


@pytest.mark.parametrize("suffix", [".jpg", ".tif"])
def test_cmyk_becomes_rgb(tmp_path, suffix):
    red = np.zeros((16, 16, 4), np.uint8)
    red[..., 1:3] = 255  # magenta and yellow ink
    Image.frombytes("CMYK", (16, 16), red.tobytes()).save(tmp_path / f"a{suffix}")
    assert np.abs(read_image(tmp_path / f"a{suffix}").astype(int) - (255, 0, 0)).max() <= 3


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".webp"])
@pytest.mark.parametrize(("orientation", "stored"), [(3, 2), (6, 1), (8, 3)])
def test_exif_orientation_turns_the_image_upright(tmp_path, suffix, orientation, stored):
    upright = np.zeros((32, 48, 3), np.uint8)
    upright[:16, :16] = 255  # a white corner, top left
    exif = Image.Exif()
    exif[274] = orientation
    quality = {".jpg": {"quality": 95}, ".webp": {"lossless": True}}.get(suffix, {})
    Image.fromarray(np.rot90(upright, stored)).save(tmp_path / f"a{suffix}", exif=exif, **quality)
    image = read_image(tmp_path / f"a{suffix}")
    assert image.shape == upright.shape
    assert np.abs(image.astype(int) - upright).mean() < 3


def test_mirrored_orientation(tmp_path, photo):
    exif = Image.Exif()
    exif[274] = 2
    Image.fromarray(photo[:, ::-1]).save(tmp_path / "a.png", exif=exif)
    np.testing.assert_array_equal(read_image(tmp_path / "a.png"), photo)


def test_format_is_told_by_content_not_by_name(tmp_path, photo):
    write_image(tmp_path / "a.jpg", photo)
    (tmp_path / "a.jpg").rename(tmp_path / "a.png")
    assert read_image(tmp_path / "a.png").shape == photo.shape


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".webp", ".bmp"])
@pytest.mark.parametrize("kept", [0.9, 0.5])
def test_truncated_file_is_refused(tmp_path, suffix, kept):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    path = tmp_path / f"a{suffix}"
    write_image(path, noise)
    path.write_bytes(path.read_bytes()[: int(kept * path.stat().st_size)])
    with pytest.raises(ValueError, match="no readable image") as error:
        read_image(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "empty"), (b"not an image\n", "no image format"), (b"\x89PNG\r\n", "no image format")],
)
def test_foreign_file_is_refused(tmp_path, content, reason):
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(images.UnreadableImageError, match=reason):
        read_image(tmp_path / "a.png")
    with pytest.raises(images.UnreadableImageError, match=reason):
        decode_size(content, "a.png")


def test_float_image_is_refused(tmp_path):
    Image.fromarray(np.zeros((8, 8), np.float32)).save(tmp_path / "a.tif")
    with pytest.raises(ValueError, match="32-bit floats"):
        read_image(tmp_path / "a.tif")


def test_missing_file_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"a\.png"):
        read_image(tmp_path / "a.png")


def test_large_jpeg_is_decoded_smaller_and_alike(tmp_path, photo):
    large = cv2.resize(photo, (640, 640), interpolation=cv2.INTER_CUBIC)
    write_image(tmp_path / "a.jpg", large)
    assert read_image(tmp_path / "a.jpg", min_side=64).shape == (160, 160, 3)
    quick = resize_area(read_image(tmp_path / "a.jpg", min_side=64), 64)
    whole = resize_area(read_image(tmp_path / "a.jpg"), 64)
    assert np.abs(quick.astype(int) - whole).mean() < 1


def test_write_is_atomic(tmp_path, photo, monkeypatch):
    path = tmp_path / "new" / "a.png"
    write_image(path, photo)

    def half_written(self, file, **options):
        file.write(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(Image.Image, "save", half_written)
    with pytest.raises(OSError, match="disk full"):
        write_image(path, photo[::-1])
    np.testing.assert_array_equal(read_image(path), photo)
    assert list(path.parent.iterdir()) == [path]


def test_write_refuses_what_it_cannot_write(tmp_path, photo):
    with pytest.raises(ValueError, match=r"'\.gif'; choose one of: \.png"):
        write_image(tmp_path / "a.gif", photo)
    with pytest.raises(ValueError, match=r"float64 \[48, 40, 3\]; expected uint8"):
        write_image(tmp_path / "a.png", photo / 255)


@pytest.mark.parametrize("factor", [2, 3, 4, 8])
def test_downsampling_is_the_block_mean(factor):
    image = np.random.default_rng(factor).integers(0, 256, (8 * factor, 8 * factor, 3), dtype=np.uint8)
    mean = image.reshape(8, factor, 8, factor, 3).mean(axis=(1, 3))
    assert np.abs(resize_area(image, 8) - mean).max() <= 0.5 + 1e-6


def test_resize_crops_the_centre_and_goes_up(photo):
    np.testing.assert_array_equal(resize_area(photo, 40), photo[4:44])
    assert resize_area(photo, 40).flags.c_contiguous
    larger = resize_area(photo, 160)
    assert larger.shape == (160, 160, 3)
    assert np.abs(resize_area(larger, 40).astype(int) - photo[4:44]).mean() < 2


def test_uint8_to_float_and_back_is_exact():
    levels = torch.arange(256, dtype=torch.uint8).reshape(1, 16, 16, 1).repeat(2, 1, 1, 3)
    floats = to_float(levels)
    assert floats.shape == (2, 3, 16, 16)
    assert floats.dtype == torch.float32
    assert (floats.min(), floats.max()) == (-1, 1)
    assert floats.is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(to_uint8(floats), levels)


def test_to_uint8_clamps_and_rounds():
    values = torch.tensor([-3.0, -1.0, 0.0, 0.0041, 1.0, 2.0]).reshape(1, 1, 1, 6).repeat(1, 3, 1, 1)
    assert to_uint8(values)[0, 0, :, 0].tolist() == [0, 0, 128, 128, 255, 255]


def test_conversions_check_the_layout():
    with pytest.raises(ValueError, match="images has the shape"):
        to_float(torch.zeros(1, 3, 8, 8, dtype=torch.uint8))
    with pytest.raises(ValueError, match="images has the shape"):
        to_uint8(torch.zeros(1, 8, 8, 3))


def test_grid_has_a_row_an_image_and_a_column_a_tensor():
    degraded = torch.full((2, 3, 4, 4), -1.0)
    restored = torch.zeros(2, 3, 8, 8)
    clean = torch.tensor([1.0, -1.0]).reshape(2, 1, 1, 1).expand(2, 3, 8, 8)
    sheet = images.grid([degraded, restored, clean])
    assert sheet.shape == (16, 24, 3)
    assert sheet.dtype == np.uint8
    assert (sheet[:, :8] == 0).all()
    assert (sheet[:, 8:16] == 128).all()
    assert (sheet[:8, 16:] == 255).all()
    assert (sheet[8:, 16:] == 0).all()
