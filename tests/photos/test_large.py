"""Large images are converted in strips to the same pixels, and what would fill the memory is refused."""

import numpy as np
import pytest
from PIL import Image

from gpen_train import image_limits
from gpen_train.images import read_image
from gpen_train.photos import read as photos
from gpen_train.photos.read import read_photo


@pytest.mark.parametrize("mode", ["L", "LA", "1", "P", "RGB", "RGBA", "I;16", "CMYK"])
@pytest.mark.parametrize("orientation", [1, 6])
def test_strips_make_the_same_pixels(mode, orientation, tmp_path, monkeypatch):
    rng, exif = np.random.default_rng(0), Image.Exif()
    exif[0x0112] = orientation
    if mode == "I;16":
        image = Image.fromarray(rng.integers(0, 65536, (37, 24), dtype=np.uint16))
    else:
        image = (
            Image.fromarray(rng.integers(0, 256, (37, 24, 4), dtype=np.uint8)).convert("RGB").convert(mode)
        )
    path = tmp_path / ("a.tif" if mode == "CMYK" else "a.png")
    image.save(path, exif=exif)
    whole = read_image(path), read_photo(path)
    monkeypatch.setattr(image_limits, "STRIP", 100)
    np.testing.assert_array_equal(read_image(path), whole[0])
    np.testing.assert_array_equal(read_photo(path).pixels, whole[1].pixels)


def test_more_pixels_than_are_decoded(tmp_path, monkeypatch):
    Image.new("RGB", (40, 30)).save(tmp_path / "a.png")
    for module in (image_limits, photos):
        monkeypatch.setattr(module, "MOST_PIXELS", 1000)
    monkeypatch.setattr("gpen_train.images.MOST_PIXELS", 1000)
    for read in (read_image, read_photo):
        with pytest.raises(ValueError, match=r"a\.png is no readable image: it declares 1200 pixels, 1000"):
            read(tmp_path / "a.png")
