"""The page in a browser: a photograph restored, faces looked at, knobs turned, a mask drawn, a bad file."""

from urllib.parse import urlsplit

import numpy as np
import pytest
from plugins.browser import SIZES

from gpen_train.drawn import draw_face
from gpen_train.images import read_image, write_image

WAIT = 60_000  # ms


@pytest.fixture(params=SIZES)
def page(request, browser, address):
    """The page, opened; by the end it has complained of nothing, and asked this machine alone."""
    width, height = SIZES[request.param]
    context = browser.new_context(viewport={"width": width, "height": height})
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address.rstrip("/"))
    page = context.new_page()
    page.set_default_timeout(WAIT)
    complaints, hosts = [], set()
    page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda sent: hosts.add(urlsplit(sent.url).hostname or urlsplit(sent.url).scheme))
    page.on("response", lambda got: got.status >= 400 and complaints.append(f"{got.status} {got.url}"))
    page.goto(address)
    page.get_by_role("button", name="Restore").wait_for()
    yield page
    fits = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()
    assert complaints == []
    assert hosts <= {"127.0.0.1", "data", "blob"}
    assert fits


@pytest.fixture
def photo(tmp_path):
    """A photograph, wider than high, in which the detector sees two faces."""
    levels = np.full((140, 240, 3), 120, np.uint8)
    levels[12:108, 12:108], levels[22:118, 132:228] = draw_face(0, 1, 96), draw_face(0, 2, 96)
    write_image(tmp_path / "family.png", levels)
    return tmp_path / "family.png"


def choose(page, label, option):
    page.get_by_label(label).first.click()
    page.get_by_role("option", name=option, exact=True).click()


def upload(page, path):
    page.locator("input[type=file]").first.set_input_files(path)


def images(page):
    """The two under the slider that is seen, once they are loaded: their sizes in pixels, and addresses."""
    found = page.wait_for_function(
        """() => {
            const all = [...document.querySelectorAll(".compare [data-testid=imageslider-image]")];
            const seen = all.filter(image => image.offsetParent);
            const loaded = seen.filter(image => image.complete && image.naturalWidth);
            const facts = seen.map(image => [[image.naturalWidth, image.naturalHeight], image.src]);
            return seen.length == 2 && loaded.length == 2 && facts;
        }"""
    ).json_value()
    return [size for size, _ in found], [address for _, address in found]


def test_a_photograph_is_restored_and_looked_at(page, photo, tmp_path):
    upload(page, photo)
    page.get_by_text("2 faces found. The result has 240 x 140 pixels.").wait_for()
    sizes, whole = images(page)
    assert sizes == [[240, 140]] * 2
    handle = page.locator(".compare:visible [data-testid=slider]")
    handle.locator(".icon-wrap").scroll_into_view_if_needed()
    box = page.locator(".compare:visible .slider-wrap").bounding_box()

    def hidden():
        """The share of the restored image that is clipped away."""
        clip = page.locator(".compare:visible [data-testid=imageslider-image]").nth(1).get_attribute("style")
        return float(clip.split("inset(")[1].split("%")[0].split(" ")[-1])

    assert hidden() == pytest.approx(50, abs=2)
    grip = handle.locator(".icon-wrap").bounding_box()
    page.mouse.move(grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.2 * box["width"], grip["y"], steps=5)
    page.mouse.up()
    assert hidden() == pytest.approx(20, abs=4)

    page.get_by_label("face 2").check()
    page.wait_for_function(
        "src => ![...document.querySelectorAll('[data-testid=imageslider-image]')].some(i => i.src == src)",
        arg=whole[1],
    )
    assert images(page)[0] == [[32, 32]] * 2

    with page.expect_download() as download:
        page.get_by_text("Save the result").click()
    download.value.save_as(tmp_path / "saved.png")
    saved, given = read_image(tmp_path / "saved.png"), read_image(photo)
    assert download.value.suggested_filename == "family_restored.png"
    assert (saved != given).any()
    np.testing.assert_array_equal(saved[:, :8], given[:, :8])


def test_a_photograph_is_pasted(page):
    page.evaluate(
        """async () => {
            const canvas = Object.assign(document.createElement("canvas"), {width: 50, height: 50});
            canvas.getContext("2d").fillRect(0, 0, 50, 50);
            const blob = await new Promise(done => canvas.toBlob(done, "image/png"));
            await navigator.clipboard.write([new ClipboardItem({"image/png": blob})]);
        }"""
    )
    page.get_by_label("Paste from clipboard").first.click()
    page.get_by_text("Taken as one aligned face. The result has 32 x 32 pixels.").wait_for()


def test_a_bad_file_is_answered_in_a_sentence_and_a_good_one_works_afterwards(page, photo, tmp_path):
    bad = tmp_path / "bad<b>.png"
    bad.write_bytes(b"no picture")
    upload(page, bad)
    alert = page.get_by_role("alert")
    alert.wait_for()
    assert alert.inner_text().endswith(
        "is no picture that can be read: its content is in no image format we read; try another file"
    )
    assert alert.locator("b").count() == 0
    large = tmp_path / "large.png"
    write_image(large, np.zeros((2000, 2100, 3), np.uint8))
    upload(page, large)
    page.get_by_text("large.png has 2100 x 2000 pixels; expected 4 megapixels at most").wait_for()
    upload(page, photo)
    page.get_by_text("2 faces found").wait_for()
    assert alert.count() == 0


def test_a_mask_is_drawn_for_inpainting(page, photo):
    choose(page, "Checkpoint", "inpainting")
    upload(page, photo)
    page.get_by_text("Draw over what is missing, then restore.").wait_for()
    page.get_by_role("button", name="Restore").click()
    page.get_by_text("draw over it first").wait_for()
    canvas = page.locator("canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    x, y = box["x"] + 0.35 * box["width"], box["y"] + 0.5 * box["height"]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 0.05 * box["width"], y, steps=5)
    page.mouse.up()
    page.wait_for_timeout(500)  # the editor hands over what was drawn once it rests
    page.get_by_role("button", name="Restore").click()
    page.get_by_text("2 faces found").wait_for()
    assert images(page)[0] == [[240, 140]] * 2


def test_controls_are_those_of_the_task(page):
    luma, known = (
        page.get_by_text("Keep the brightness"),
        page.get_by_text("Keep all that was not drawn over"),
    )
    assert (luma.count(), known.count()) == (0, 0)
    choose(page, "Checkpoint", "colorization")
    luma.wait_for()
    choose(page, "Checkpoint", "inpainting")
    known.wait_for()
    assert luma.count() == 0


def test_what_training_sees(page):
    page.get_by_role("tab", name="What training sees").click()
    said = page.get_by_text("PSNR").first
    said.wait_for()
    assert images(page)[0] == [[32, 32]] * 2
    choose(page, "Degradation", "gfpgan")
    steps = page.locator(".steps")
    steps.get_by_text("compression: jpeg").wait_for()  # and not those of the preset before
    before = said.inner_text()
    strength = page.get_by_label("number input for noise: strength")
    strength.fill("20")
    strength.press("Enter")
    strength.blur()
    steps.get_by_text("noise: gaussian, strength 20", exact=True).wait_for()
    page.wait_for_function("before => !document.body.innerText.includes(before)", arg=before)
    page.get_by_label("clean | degraded").check()
    assert images(page)[0] == [[32, 32]] * 2
