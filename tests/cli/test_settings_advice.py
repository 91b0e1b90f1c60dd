"""What a refusal of settings advises to type works when it is typed."""

import re
import shlex

import pytest

from gpen_train.cli.run.check import check_devices
from gpen_train.cli.settings.compose import compose

OWN = ("data=drawn", "model=tiny_v2")
ADVICE = re.compile(r"'[^']*=[^']*'|[\w.]+=[^\s,;]+")


def advice_in(message):
    """What follows the last semicolon and looks like NAME=VALUE, as a shell would hand it over."""
    found = ADVICE.findall(message.rpartition(";")[2])
    return [shlex.split(one)[0] for one in found if ".." not in one]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (["images=64k"], "images=64000"),
        (["images=1.5M"], "images=1500000"),
        (["losses.lpips=1"], "losses.lpips.weight=1"),
        (["losses.content=50"], "losses.content.weight=50"),
        (["losses.content_kind=l1"], "losses.content.kind=l1"),
        (["losses.r1=10"], "losses.r1.weight=10"),
        (["run_dir=a=b"], 'run_dir="a=b"'),
        (["run_dir=a,b"], 'run_dir="a,b"'),
        (["name=faces[1"], 'name="faces[1"'),
        (["experiment = quickstart"], "experiment=quickstart"),
        (["+images=7"], "images=7"),
        (["data.root=faces"], "data=folder"),
        (["experiment=finetune"], "init_from=null"),
        (["experiment=paper_bfr_512"], "init_from=null"),
        (["trainer.accelerator=gpu"], "trainer=cpu"),
    ],
)
def test_advice_that_is_followed_works(given, wanted, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(ValueError, match=r".") as caught:
        check_devices(compose("train", [*OWN, *given]).trainer)
    advised = advice_in(str(caught.value))
    assert wanted in advised, str(caught.value)
    kept = [override for override in given if override.startswith(("experiment=", "data.root="))]
    check_devices(compose("train", [*OWN, *kept, wanted]).trainer)
