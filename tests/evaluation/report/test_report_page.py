"""report.md and report.html: what they say, and that the page needs nothing else."""

import json
import math
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from gpen_train.evaluation.report.curves import draw_curves, read_metrics
from gpen_train.evaluation.report.markdown import markdown
from gpen_train.evaluation.report.model import About, read_report
from gpen_train.evaluation.report.table import num_digits, number
from gpen_train.evaluation.report.wording import CURVES, EQUAL_SIZES, curve, explain
from gpen_train.evaluation.report.write import write_report
from gpen_train.losses.settings import LossSettings


class Elements(HTMLParser):
    """The elements of a page, which must be closed in their order."""

    VOID = ("meta", "link", "img", "wbr", "line", "circle", "polygon", "polyline")

    def __init__(self, text):
        super().__init__()
        self.open, self.found, self.text = [], [], {}
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open:
            self.text[self.open[-1]] = self.text.get(self.open[-1], "") + data


@pytest.fixture
def page(report, pictures, run_dir, tmp_path):
    path = write_report(report, pictures, tmp_path / "out", run_dir)
    return path.read_text(encoding="utf-8")


def test_three_files_are_written(report, pictures, tmp_path):
    path = write_report(report, pictures, tmp_path / "out")
    assert path == tmp_path / "out" / "report.html"
    assert sorted(file.name for file in path.parent.iterdir()) == ["report.html", "report.json", "report.md"]
    assert read_report(path.parent).to_json() == report.to_json()
    assert path.read_bytes() == write_report(report, pictures, tmp_path / "again").read_bytes()


def test_the_page_is_whole_and_needs_no_other_file(page):
    elements = Elements(page)
    for _, attributes in elements.found:
        for name in ("src", "href"):
            assert re.match(r"#|data:", attributes.get(name) or "#")
    assert not re.search(r"https?://|@import|url\(", page)
    ids = [attributes["id"] for _, attributes in elements.found if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_the_page_says_what_the_report_holds(page, report):
    elements = Elements(page)
    headings = elements.text["h2"]
    for section in ("Results", "What the numbers say", "Protocol", "Faces", "Image by image", "Training"):
        assert section in headings
    assert "Not computed" in headings
    assert "set weights.inception=FILE" in elements.text["dd"]
    assert "c0ffee" in elements.text["dd"]
    assert "sigma" in elements.text["dt"]
    assert explain("fid") in elements.text["dd"]
    rows = [a for tag, a in elements.found if tag == "tr" and "class" in a]
    assert len(rows) == len(report.systems)
    best = [a for tag, a in elements.found if tag == "td" and a.get("class") == "best"]
    assert len(best) == len(report.metrics)
    assert sum(tag == "svg" for tag, _ in elements.found) == 2 + 3  # metrics of images; curves that move


def test_results_come_first_and_the_small_print_last_and_folded(page, report):
    order = [a["id"] for tag, a in Elements(page).found if tag == "section"]
    assert order[0] == "results"
    assert order[-1] == "protocol"
    results, _, rest = page.partition('<section id="protocol"')
    for small in (report.systems[2].fingerprint[:32], "40.1", "2 threads", "2.15", "c0ffee"):
        assert small not in results
        assert small in rest
    assert "<details>" in rest
    assert "<details open" not in page


def test_the_head_says_which_run_when_and_how(page, report):
    head = page[page.index("<header>") : page.index("</header>")]
    assert "<h1>autumn</h1>" in head
    assert "2026-11-26 13:40 UTC" in head
    assert "<code>gpen evaluate &#x27;checkpoint=[mine.pth,a b.pth]&#x27;</code>" in head
    assert "<code>runs/mine.pth, runs/&lt;theirs&gt;.pth</code>" in head
    assert "<title>autumn: Blind face restoration</title>" in page
    lines = markdown(report).splitlines()
    assert lines[0] == "# Blind face restoration: autumn, 12 images"
    assert lines[2:5] == [
        "- made: `2026-11-26 13:40 UTC`",
        "- command: `gpen evaluate 'checkpoint=[mine.pth,a b.pth]'`",
        "- checkpoints: `runs/mine.pth, runs/<theirs>.pth`",
    ]


def test_a_report_of_nobody_knows_what_has_a_head_too(report, tmp_path):
    text = write_report(replace(report, about=About()), {}, tmp_path).read_text(encoding="utf-8")
    Elements(text)
    assert "<h1>Blind face restoration</h1>" in text
    assert "<dt>made</dt>" not in text


def test_a_hash_is_broken_in_the_middle_alone(page, report):
    digits = report.systems[2].fingerprint
    assert f'<span class="hash">{digits[:32]}<wbr>{digits[32:]}</span>' in page


def test_a_baseline_that_would_say_the_same_has_no_row(report, tmp_path):
    assert EQUAL_SIZES not in markdown(report)
    systems = [system for system in report.systems if system.kind != "bicubic"]
    equal = replace(report, systems=systems)
    assert EQUAL_SIZES in markdown(equal)
    assert write_report(equal, {}, tmp_path).read_text(encoding="utf-8").count(EQUAL_SIZES) == 1


def test_names_are_text_wherever_they_come_from(page):
    assert "<theirs>" not in page
    assert "&lt;theirs&gt;" in page


def test_every_face_has_its_pictures(page, pictures):
    given = json.loads(re.search(r'id="pictures">(.*?)</script>', page, re.DOTALL)[1])
    assert {label: set(names) for label, names in given.items()} == {
        label: set(names) for label, names in pictures.items()
    }
    assert all(a.startswith("data:image/webp;base64,") for names in given.values() for a in names.values())
    faces = [a["data-label"] for tag, a in Elements(page).found if a.get("class") == "face"]
    assert len(faces) == 2 * 6
    assert set(faces) == set(pictures)


def test_without_pictures_values_or_systems_to_restore(report, tmp_path):
    nothing = {name: dict.fromkeys(("psnr", "lpips_alex"), [math.nan] * 12) for name in report.per_image}
    for poor in (replace(report, per_image=nothing), replace(report, metrics=report.metrics[2:])):
        text = write_report(poor, {}, tmp_path).read_text(encoding="utf-8")
        Elements(text)
        assert 'id="faces"' not in text
    equal = {
        name: dict.fromkeys(("psnr", "lpips_alex"), [math.inf] * 11 + [3.0]) for name in report.per_image
    }
    Elements(write_report(replace(report, per_image=equal), {}, tmp_path).read_text(encoding="utf-8"))


def test_the_table_in_markdown(report):
    lines = markdown(report).splitlines()
    first = lines.index("|  | PSNR, dB ↑ | LPIPS (Alex) ↓ | FID ↓ |")
    rows = lines[first + 2 : first + 6]
    assert [row.split(" | ")[0] for row in rows] == ["| degraded", "| bicubic", "| mine", "| <theirs>"]
    score = report.systems[3].scores["psnr"]
    assert f"**{score.mean:.2f}** ({score.low:.2f}–{score.high:.2f})" in rows[3]
    assert rows[0].endswith("| – |")
    assert rows[3].endswith("| **39.00** |")
    assert "- `seed`: 0" in lines[lines.index("**degradation**") :]
    assert any(line.startswith("- **kid**: KID needs") for line in lines)


@pytest.mark.parametrize(
    ("value", "text"), [(27.0607, "27.06"), (0.78794, "0.7879"), (-3.14159, "−3.142"), (0.00123, "0.00123")]
)
def test_numbers_have_the_digits_that_their_size_needs(value, text):
    assert number(value, num_digits([value])) == text


def test_numbers_that_are_none():
    assert number(math.nan, 2) == "–"
    assert number(math.inf, 2) == "∞"
    assert number(-math.inf, 2) == "−∞"


def test_curves_of_what_moved(run_dir):
    assert read_metrics(run_dir)["held_out_psnr"][0][:4] == [100, 200, 300, 400]
    charts = draw_curves(run_dir)
    assert {group: list(by_title) for group, by_title in charts.items()} == {
        "held out": ["PSNR, dB (higher is better)"],
        "losses": ["Content: distance of pixels"],
        "run": ["Probability of augmentation"],
    }
    assert charts["losses"]["Content: distance of pixels"].count("<polyline") == 1


def test_every_term_and_score_has_its_words():
    terms = {term for block in LossSettings().blocks().values() for term in block.term_weights()}
    assert {name.removeprefix("d_") for name in CURVES["losses"]} <= terms
    assert all(curve(term)[0] == "losses" for term in terms)
    assert curve("held_out_ssim") == ("held out", "SSIM (higher is better)")
    assert curve("held_out_new_score") == ("held out", "New score")
    assert curve("model_loss_scale") == ("run", "Model loss scale")
    assert {curve(name)[0] for name in ("adversarial_weight", "r2_gamma", "our_own_rate")} == {"run"}
    assert curve("our_own_term") == ("losses", "Our own term")


def test_a_folder_that_is_no_run(tmp_path):
    with pytest.raises(FileNotFoundError, match="run_dir is that of a gpen train"):
        draw_curves(tmp_path)
    (tmp_path / "metrics.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="is no log of a run"):
        draw_curves(tmp_path)


def test_regions_and_unknown_metrics_have_their_words():
    assert explain("hole_psnr").startswith("In the hole alone. How far pixels")
    assert explain("fid_ffhq") == explain("fid")
    assert explain("our_own") == ""
