"""What is no face, enlarged by small random networks of spandrel's own classes: by tiles as at once."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from torch import nn

from gpen_train.faces.face import face_of
from gpen_train.models.gpen import build_gpen
from gpen_train.photos.photo import Photo
from gpen_train.photos.read import read_photo
from gpen_train.photos.write import write_photo
from gpen_train.restoration import background
from gpen_train.restoration.background import Enlarger, load_enlarger, tiles
from gpen_train.restoration.bulk import Bench, restore_files
from gpen_train.restoration.jobs import Job
from gpen_train.restoration.network import Network
from gpen_train.restoration.restorer import Restorer
from gpen_train.restoration.settings import Settings
from gpen_train.restoration.tasks import method_for

pytest.importorskip("spandrel", reason='pip install "gpen-train[background]"')

from spandrel.architectures.Compact import Compact
from spandrel.architectures.ESRGAN import ESRGAN

CPU = torch.device("cpu")


def saved(network: nn.Module, path: Path, wrapper: str | None = "params_ema") -> Path:
    """Its random weights, a little livelier than at the start."""
    torch.manual_seed(0)
    for parameter in network.parameters():
        nn.init.normal_(parameter, std=0.2)
    state = network.state_dict()
    torch.save({wrapper: state} if wrapper else state, path)
    return path


@pytest.fixture
def enlarger(tmp_path):
    """``enlarger(scale, channels)``: a network that looks five pixels far."""

    def load(scale: int, channels: int = 3) -> Enlarger:
        network = Compact(num_in_ch=channels, num_out_ch=channels, num_feat=4, num_conv=3, upscale=scale)
        return load_enlarger(saved(network, tmp_path / f"{scale}.pth"), 2, CPU)

    return load


def noise(height: int, width: int, channels: int = 3, dtype: type = np.uint8) -> np.ndarray:
    top = np.iinfo(dtype).max + 1
    return np.random.default_rng(0).integers(0, top, (height, width, channels), dtype=dtype)


@pytest.mark.parametrize("size", [(100, 70), (64, 64), (65, 200), (1, 129), (33, 17)])
def test_tiles_cover_a_photograph_once(size):
    count = np.zeros(size, int)
    for tile in tiles(*size, tile=64, margin=8):
        for seen, used, length in zip(tile.seen, tile.used, size, strict=True):
            assert 0 < seen.stop - seen.start <= 64
            assert used.start - seen.start >= min(8, used.start)
            assert seen.stop - used.stop >= min(8, length - used.stop)
        count[tile.used] += 1
        assert np.arange(size[0])[tile.seen[0]][tile.within(1)[0]].tolist() == list(
            range(tile.used[0].start, tile.used[0].stop)
        )
    assert (count == 1).all()


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("factor", [2, 4])
def test_tiled_equals_the_whole(enlarger, scale, factor):
    whole = enlarger(scale)
    photo = Photo(noise(90, 61))
    expected = whole(photo, factor).pixels
    assert expected.std() > 30
    tiled = replace(whole, tile=48, margin=16)(photo, factor).pixels
    assert tiled.shape == (90 * factor, 61 * factor, 3)
    assert np.abs(tiled.astype(int) - expected).max() <= 1  # floats summed in another order
    assert (tiled != expected).mean() < 0.001
    bare = replace(whole, tile=48, margin=0)(photo, factor).pixels
    assert (bare != expected).mean() > 0.02  # the margin is what makes them equal


def test_the_network_sees_no_more_than_a_tile(enlarger, monkeypatch):
    sizes = []
    enlarge = enlarger(4)
    original = type(enlarge.network).__call__
    monkeypatch.setattr(
        type(enlarge.network),
        "__call__",
        lambda self, image: sizes.append(tuple(image.shape)) or original(self, image),
    )
    enlarge(Photo(noise(600, 1100)), 2)
    assert len(sizes) == 2 * 3
    assert max(side for shape in sizes for side in shape[2:]) == background.TILE


@pytest.mark.parametrize(("scale", "factor"), [(2, 2), (4, 2), (2, 4)])
def test_its_output_is_that_of_the_network_resampled(enlarger, scale, factor):
    enlarge, photo = enlarger(scale), Photo(noise(20, 30))
    x = torch.from_numpy(photo.pixels).permute(2, 0, 1)[None].float() / 255
    with torch.inference_mode():
        made = enlarge.network.model(x).clamp(0, 1)[0].permute(1, 2, 0).numpy()
    filter_ = cv2.INTER_AREA if scale > factor else cv2.INTER_LANCZOS4
    expected = cv2.resize(made, (30 * factor, 20 * factor), interpolation=filter_).clip(0, 1) * 255
    np.testing.assert_allclose(enlarge(photo, factor).pixels, expected, atol=0.51)


@pytest.mark.parametrize("network_channels", [1, 3])
@pytest.mark.parametrize("channels", [1, 3])
def test_depth_grey_alpha_and_the_rest_stay(enlarger, network_channels, channels):
    shallow = Photo(noise(20, 30, channels), noise(20, 30, 1)[..., 0], b"exif", b"profile")
    deep = Photo(shallow.pixels.astype(np.uint16) * 257, shallow.alpha.astype(np.uint16) * 257)
    enlarge = enlarger(2, network_channels)
    results = [enlarge(photo, 2) for photo in (shallow, deep)]
    for photo, result in zip((shallow, deep), results, strict=True):
        assert result.pixels.shape == (40, 60, channels)
        assert result.pixels.dtype == result.alpha.dtype == photo.pixels.dtype
        np.testing.assert_array_equal(result.alpha, photo.enlarged(2).alpha)
        assert (result.exif, result.profile) == (photo.exif, photo.profile)
    np.testing.assert_allclose(results[1].pixels / 257, results[0].pixels, atol=0.51)
    assert len(np.unique(results[1].pixels % 257)) > 50  # 16 bits of it, not 8


@pytest.mark.parametrize("wrapper", [None, "params", "params_ema", "state_dict"])
def test_reads_esrgan_in_its_usual_wrappers(tmp_path, wrapper):
    network = ESRGAN(in_nc=3, out_nc=3, num_filters=4, num_blocks=1, scale=4)
    enlarge = load_enlarger(saved(network, tmp_path / "esrgan.pth", wrapper), 4, CPU)
    assert enlarge(Photo(noise(12, 10)), 4).pixels.shape == (48, 40, 3)
    assert enlarge.network.architecture.name == "ESRGAN"


def test_what_is_no_network_for_it_is_refused_in_one_line(tmp_path, monkeypatch):
    other = tmp_path / "other.pth"
    torch.save({"weight": torch.zeros(3)}, other)
    text = tmp_path / "text.pth"
    text.write_text("no network")
    same = saved(Compact(num_feat=4, num_conv=1, upscale=1), tmp_path / "same.pth")
    wide = saved(Compact(num_in_ch=4, num_out_ch=4, num_feat=4, num_conv=1, upscale=2), tmp_path / "wide.pth")
    for path, words in (
        (other, "holds no network that spandrel knows; expected a super-resolution network"),
        (text, "is no checkpoint"),
        (same, "Compact, which is for pictures at their size; expected a super-resolution"),
        (wide, "4 channels in and 4 out; expected 3"),
    ):
        with pytest.raises(ValueError, match=words) as caught:
            load_enlarger(path, 2, CPU)
        assert "\n" not in str(caught.value)
    with pytest.raises(FileNotFoundError, match="does not exist"):
        load_enlarger(tmp_path / "none.pth", 2, CPU)
    with pytest.raises(ValueError, match="--upscale is 1"):
        load_enlarger(same, 1, CPU)
    monkeypatch.setattr(background, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r'pip install "gpen-train\[background\]"'):
        load_enlarger(same, 2, CPU)


def test_numbers_that_are_none_are_told(enlarger):
    enlarge = enlarger(2)
    nn.init.constant_(next(enlarge.network.model.parameters()), float("nan"))
    with pytest.raises(ValueError, match="no number; try --dtype float32"):
        enlarge(Photo(noise(8, 8)), 2)


@pytest.fixture
def tiny_model():
    """A GPEN of 32 px."""
    torch.manual_seed(0)
    return build_gpen(32, encoder_width=4, encoder_depths=(1, 1, 1, 1), style_dim=8, channel_max=8)


@pytest.fixture
def find(monkeypatch):
    """One face, at (60, 60), whoever looks."""
    points = np.array([[-12.0, 0], [12, 0], [0, 14], [-10, 26], [10, 26]]) + 60
    monkeypatch.setattr("gpen_train.restoration.pictures.check_detector", lambda name: None)
    monkeypatch.setattr("gpen_train.restoration.pictures.detect", lambda name, photo: [face_of(points)])


def test_a_restorer_pastes_faces_into_it(find, enlarger, tiny_model, tmp_path):
    photo = noise(200, 160)
    enlarge = enlarger(4)
    restore = Restorer(tiny_model, "cpu", background=tmp_path / "4.pth", faces="all", upscale=2)
    restored = restore(photo).photo
    plain = enlarge(Photo(photo), 2).pixels
    np.testing.assert_array_equal(restored[280:], plain[280:])
    assert (restored[100:160, 100:160] != plain[100:160, 100:160]).mean() > 0.5
    assert (plain != Photo(photo).enlarged(2).pixels).mean() > 0.5


def test_in_bulk_the_network_stays_in_this_process(find, enlarger, tiny_model, tmp_path):
    """Equal results with and without workers; a file without a face is enlarged too."""
    jobs = []
    for number in range(2):
        source = tmp_path / f"{number}.png"
        write_photo(source, Photo(noise(120 + number, 130)))
        jobs.append(Job(source, tmp_path / "out" / source.name, source.name))
    enlarge = enlarger(2)
    bench = Bench(method_for(tiny_model, Settings(faces="all", upscale=2), "bfr"))
    outputs = []
    for workers in (0, 2):
        records = list(restore_files(Network(tiny_model), jobs, bench, workers, enlarge))
        assert [record["restored"] for record in records] == [1, 1]
        outputs.append([read_photo(job.target).pixels for job in jobs])
    for alone, with_workers, job in zip(*outputs, jobs, strict=True):
        np.testing.assert_array_equal(alone, with_workers)
        np.testing.assert_array_equal(alone[:, 240:], enlarge(read_photo(job.source), 2).pixels[:, 240:])
