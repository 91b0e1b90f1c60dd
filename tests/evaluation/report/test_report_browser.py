"""The page in a browser: no error, pictures that load, lines that move, on a screen and on a phone."""

import pytest
from plugins.browser import SIZES

from gpen_train.evaluation.report.write import write_report


@pytest.fixture(params=SIZES)
def page(request, browser, report, pictures, run_dir, tmp_path):
    """The report, opened from the file system with no network; it must not complain by the end."""
    width, height = SIZES[request.param]
    context = browser.new_context(viewport={"width": width, "height": height}, offline=True)
    page = context.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda sent: complaints.append(sent.url))
    page.goto(write_report(report, pictures, tmp_path / "out", run_dir).as_uri())
    yield page
    context.close()
    assert complaints == []


def test_the_small_print_opens_and_breaks_no_hash(page):
    page.locator("#protocol summary").first.click()
    tops = "element => new Set([...element.getClientRects()].map(part => Math.round(part.top))).size"
    assert 1 <= page.locator(".hash").first.evaluate(tops) <= 2
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def line_at(page, within):
    """Where the line stands, as a share of the width, by what is drawn and by what is said of it."""
    handle, box = (page.locator(f"{within} {part}").first.bounding_box() for part in (".handle", ".compare"))
    drawn = (handle["x"] + handle["width"] / 2 - box["x"]) / box["width"]
    said = int(page.locator(f"{within} .handle").first.get_attribute("aria-valuenow")) / 100
    assert drawn == pytest.approx(said, abs=0.01)
    return drawn


def test_pictures_load_and_fit(page):
    sizes = page.evaluate(
        "Promise.all([...document.querySelectorAll('.gallery:not([hidden]) .compare img')]"
        ".map(image => image.decode().then(() => image.naturalWidth)))"
    )
    assert len(sizes) == 2 * 6
    assert set(sizes) == {24}
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")  # nothing sticks out


def test_the_line_follows_the_pointer(page):
    page.locator(".gallery:not([hidden]) .compare").first.scroll_into_view_if_needed()
    assert line_at(page, ".gallery:not([hidden])") == pytest.approx(0.5, abs=0.01)
    box = page.locator(".gallery:not([hidden]) .compare").first.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.2 * box["width"], y, steps=4)
    page.mouse.up()
    assert line_at(page, ".gallery:not([hidden])") == pytest.approx(0.2, abs=0.02)


def test_the_line_follows_the_keys(page):
    handle = page.locator(".gallery:not([hidden]) .handle").first
    handle.focus()
    for key, share in (("ArrowRight", 0.52), ("Shift+ArrowLeft", 0.42), ("Home", 0.0), ("End", 1.0)):
        page.keyboard.press(key)
        assert line_at(page, ".gallery:not([hidden])") == pytest.approx(share, abs=0.01)


def test_what_is_compared_can_be_chosen(page):
    face = page.locator(".gallery:not([hidden]) .face").first
    assert face.locator(".left-name").inner_text() == "degraded"
    assert face.locator(".right-name").inner_text() == "mine"
    before = face.locator("img.right").get_attribute("src")
    page.locator("#of").select_option("<theirs>")
    face = page.locator(".gallery:not([hidden]) .face").first
    assert face.locator(".right-name").inner_text() == "<theirs>"
    page.locator("#left").select_option("clean")
    assert face.locator(".left-name").inner_text() == "clean"
    assert face.locator("img.right").get_attribute("src") != before


def test_a_face_is_enlarged_zoomed_and_moved(page):
    enlarge = page.locator(".gallery:not([hidden]) .enlarge").first
    enlarge.focus()
    page.keyboard.press("Enter")
    assert page.locator("dialog").is_visible()
    assert page.evaluate("document.activeElement.className") == "handle"
    page.keyboard.press("ArrowLeft")
    assert line_at(page, "dialog") == pytest.approx(0.48, abs=0.01)
    for _ in range(3):
        page.keyboard.press("+")
    assert page.locator("dialog output").inner_text() == "3.4×"
    box = page.locator("dialog .compare").bounding_box()
    picture = page.locator("dialog img.right").bounding_box()
    assert picture["width"] == pytest.approx(1.5**3 * box["width"], rel=0.01)
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.4 * box["height"], steps=3)
    page.mouse.up()
    moved = page.locator("dialog img.right").bounding_box()
    assert moved["x"] == pytest.approx(picture["x"] - 0.1 * box["width"], abs=2)
    assert line_at(page, "dialog") == pytest.approx(0.48, abs=0.01)  # the picture moved, the line did not

    first = page.locator("dialog .caption").inner_text()
    page.keyboard.press("PageDown")
    assert page.locator("dialog .caption").inner_text() != first
    assert page.locator("dialog output").inner_text() == "1.0×"
    page.keyboard.press("Escape")
    assert not page.locator("dialog").is_visible()
