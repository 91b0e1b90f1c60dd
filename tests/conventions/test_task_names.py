"""Every task of configs/task that makes a GPEN has its words."""

from gpen_train.checkpoints.bundle import default_name, version_of
from gpen_train.cli.settings.configs import configs_folder
from gpen_train.conventions.tasks import TASKS
from gpen_train.evaluation.report.wording import title


def test_the_table_has_all_tasks_but_the_prior():
    choices = {path.stem for path in (configs_folder() / "task").glob("*.yaml")}
    assert set(TASKS) == choices - {"prior"}


def test_names_of_files_and_versions_follow_the_label():
    assert default_name("seg2face", 512) == "GPEN-Seg2face-512.pth"  # as the released one is called
    assert default_name("sr", 512) == "GPEN-SR-512.pth"
    assert version_of("sr", "gpen_v2", 512) == "GPEN-SR-v2.0-512"
    assert title({"task": "seg2face"}) == "Faces from label maps"
    assert title({"task": {"name": "sr"}}) == "Face super-resolution"
    assert title({}) == "Evaluation"
