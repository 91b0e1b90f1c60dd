"""gpen weights, and commands that fetch what they lack: asked on a terminal, from a mirror on loopback."""

import hashlib
import io
import json
import os
import pty
import socket

import lpips
import pytest
import torch

import gpen_train
from gpen_train.cli.main import main
from gpen_train.cli.weights import fetch as fetch_command
from gpen_train.cli.weights.provide import provide, provide_detector
from gpen_train.feature_nets.inception import Inception
from gpen_train.models.gpen import build_gpen
from gpen_train.places.patience import Patience
from gpen_train.pretrained.table import TABLE

ALEXNET = "alexnet-owt-7be5be79.pth"
INCEPTION = "pt_inception-2015-12-05-6726825d.pth"
CONTENT = {"alexnet": b"bytes of alexnet", "yunet": b"bytes of yunet", "arcface": b"bytes of arcface"}


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An empty folder, with an empty cache, and servers that are given up soon."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    quick = fetch_command.fetch
    patience = Patience(attempts=2, time_out=20, pause=0.01, advice="put it into weights/")
    monkeypatch.setattr(
        fetch_command, "fetch", lambda record, folder, mirror: quick(record, folder, mirror, patience)
    )
    return tmp_path


@pytest.fixture
def publish(place, serve, monkeypatch):
    """``publish({name: bytes})`` -> a mirror that has them, under checksums that fit."""
    (place / "mirror").mkdir()
    server = serve(place / "mirror")
    monkeypatch.setenv("GPEN_WEIGHTS_URL", server.url)

    def put(files):
        for name, content in files.items():
            (place / "mirror" / TABLE[name].file).write_bytes(content)
            digits = hashlib.sha256(content).hexdigest()[: len(TABLE[name].sha256)]
            monkeypatch.setitem(TABLE, name, TABLE[name]._replace(sha256=digits))
        return server

    return put


@pytest.fixture
def no_network(monkeypatch):
    """A mirror that nobody runs."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        monkeypatch.setenv("GPEN_WEIGHTS_URL", f"http://127.0.0.1:{probe.getsockname()[1]}")


@pytest.fixture
def terminal(monkeypatch):
    """``terminal(answer)`` -> what a user who answers so sees, to be called when it is over."""
    opened = []

    def sit(answer):
        ours, theirs = pty.openpty()
        opened.extend([ours, theirs])
        os.write(ours, answer.encode())
        monkeypatch.setattr("sys.stdin", os.fdopen(os.dup(theirs), "r"))
        monkeypatch.setattr("sys.stderr", os.fdopen(os.dup(theirs), "w", buffering=1))

        def seen():
            os.set_blocking(ours, False)
            shown = b""
            while True:
                try:
                    shown += os.read(ours, 65536)
                except BlockingIOError:
                    return shown.decode().replace("\r\n", "\n")

        return seen

    yield sit
    monkeypatch.undo()
    for descriptor in opened:
        os.close(descriptor)


def cached(place, name):
    return place / "torch" / "hub" / "checkpoints" / TABLE[name].file


@pytest.mark.parametrize("width", [80, 120])
def test_the_list_fits_and_names_all(place, monkeypatch, capsys, width):
    monkeypatch.setenv("COLUMNS", str(width))
    assert main(["weights", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= width
    assert [name for name in TABLE if not any(line.startswith(f"{name} ") for line in lines)] == []
    (alexnet,) = [line for line in lines if line.startswith("alexnet ")]
    assert alexnet.split()[:7] == ["alexnet", "LPIPS", "(AlexNet)", "244", "MB", "unclear", "fetch"]
    assert ("BSD-3-Clause" in alexnet) == (width == 120)


def test_a_card_has_every_fact(place, capsys):
    assert main(["weights", "list", "yunet", "arcface", "centerface"]) == 0
    yunet, arcface, centerface = capsys.readouterr().out.split("\n\n")
    yunet_facts = (TABLE["yunet"].sha256, "MIT", "commercial  yes", "0.2 MB", TABLE["yunet"].address)
    assert all(fact in yunet for fact in yunet_facts)
    assert f"{cached(place, 'yunet')} (not here yet)" in yunet
    assert "SHA-256     the publisher gives none" in arcface
    assert "size        unknown: the publisher gives none" in arcface
    assert 'pip install "gpen-train[faces]"' in centerface


def test_fetch_then_list_where_and_verify(place, publish, capsys):
    publish(CONTENT)
    assert main(["weights", "fetch", "alexnet", "face_detection_yunet_2023mar.onnx", "arcface"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == f"alexnet: {cached(place, 'alexnet')}, 0.0 MB, checksum compared"
    digits = hashlib.sha256(CONTENT["arcface"]).hexdigest()
    assert out[2].endswith(f"its publisher gives no checksum: {digits}")
    assert cached(place, "alexnet").read_bytes() == CONTENT["alexnet"]
    assert main(["weights", "fetch", "alexnet"]) == 0
    assert capsys.readouterr().out == f"alexnet is here: {cached(place, 'alexnet')}\n"
    assert main(["weights", "where", "alexnet"]) == 0
    assert capsys.readouterr().out == f"{cached(place, 'alexnet')}\n"
    assert main(["weights", "verify"]) == 0
    out = capsys.readouterr().out
    assert "is the publisher's, as far as" in out
    assert f"{digits}  the publisher gives no checksum" in out
    cached(place, "alexnet").write_bytes(b"damaged")
    assert main(["weights", "verify"]) == 1
    said = capsys.readouterr()
    assert f"differs, {TABLE['alexnet'].sha256} is expected" in said.out
    assert said.err == f"gpen: 1 file differs: remove {cached(place, 'alexnet')} and fetch again\n"


def test_fetch_into_a_folder_that_is_searched(place, publish, capsys):
    publish(CONTENT)
    assert main(["weights", "fetch", "yunet", "--folder", "weights"]) == 0
    assert main(["weights", "where"]) == 0
    assert capsys.readouterr().out.splitlines()[-2:] == [
        str(place / "here" / "weights"),
        str(cached(place, "yunet").parent),
    ]
    assert main(["weights", "where", "yunet", "vgg19"]) == 1
    said = capsys.readouterr()
    assert said.out == f"{place}/here/weights/{TABLE['yunet'].file}\n"
    assert said.err == "gpen: vgg19 (vgg19-dcbb9e9d.pth) is not here; gpen weights fetch vgg19\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["fetch", "alexnt"], "gpen: there are no weights called alexnt; the nearest are: alexnet"),
        (["fetch", "vgg19"], "vgg19-dcbb9e9d.pth: the server answers 404"),
        (["fetch", "ffhq-statistics"], "/inception_FFHQ_512.pth: the server answers 404"),
        (["list", "vgg"], "the nearest are: vgg19, vgg16"),
        (["verify", "vgg16"], "gpen: not here: vgg16; gpen weights fetch NAME"),
    ],
)
def test_bad_input_is_one_line(place, publish, capsys, arguments, said):
    publish({})
    assert main(["weights", *arguments]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line


def test_what_a_package_brings_is_not_fetched(place, monkeypatch, capsys):
    elsewhere = TABLE["centerface"]._replace(kept_at="no_such_package/centerface.onnx")
    monkeypatch.setitem(TABLE, "centerface", elsewhere)
    assert main(["weights", "fetch", "centerface"]) == 1
    assert "gpen: centerface comes with its package, or is fetched by it" in capsys.readouterr().err


def test_one_that_fails_does_not_keep_the_others(place, publish, capsys):
    publish({"yunet": b"bytes"})
    assert main(["weights", "fetch", "vgg19", "yunet"]) == 1
    assert cached(place, "yunet").exists()


def test_without_a_network_it_is_one_line(place, no_network, capsys):
    assert main(["weights", "fetch", "yunet"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "Connection refused, after 2 attempts; expected a server that answers: put it into" in line


def test_a_folder_that_cannot_be_written(place, publish, capsys):
    publish(CONTENT)
    (place / "file").touch()
    assert main(["weights", "fetch", "yunet", "--folder", str(place / "file" / "below")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"gpen: cannot write into {place}/file/below: Not a directory; expected a folder")


# What another command lacks


def test_a_setting_fetches_without_asking(place, publish, capsys):
    publish(CONTENT)
    assert provide([ALEXNET, "no-such-file.pth"], True) == {}
    assert cached(place, "alexnet").exists()
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("alexnet: ")


@pytest.mark.parametrize("fetch", [None, False])
def test_without_a_terminal_and_with_false_nothing_is_fetched(place, publish, monkeypatch, fetch):
    server = publish(CONTENT)
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert provide([ALEXNET], fetch) == {}
    assert server.requests == []


def test_false_does_not_ask(place, publish, terminal):
    server = publish(CONTENT)
    seen = terminal("y\n")
    assert provide([ALEXNET], False) == {}
    assert server.requests == []
    assert "fetch" not in seen()


@pytest.mark.parametrize(
    ("answer", "fetched"),
    [
        ("y\n", ["alexnet", "arcface"]),
        ("Yes\n", ["alexnet", "arcface"]),
        ("n\n", []),
        ("\n", []),
        ("\x04", []),
        ("arcface\n", ["arcface"]),
        ("arcface, alexnet\n", ["alexnet", "arcface"]),
        ("vgg\n", []),
    ],
)
def test_a_user_at_a_terminal_is_asked(place, publish, terminal, answer, fetched):
    publish(CONTENT)
    seen = terminal(answer)
    assert provide([ALEXNET, "model_ir_se50.pth"], None) == {}
    shown = seen()
    assert [name for name in ("alexnet", "arcface") if cached(place, name).exists()] == fetched
    assert "gpen: these weights are not here yet:\n" in shown
    assert "  alexnet   244 MB  LPIPS (AlexNet); BSD-3-Clause, torchvision's" in shown
    assert "  arcface        ?  identity, Deg, losses.identity; MIT, of TreB1eN" in shown
    assert f"fetch them into {cached(place, 'alexnet').parent}? y, n, or names of some: " in shown
    assert ("vgg is not among them; nothing is fetched" in shown) == (answer == "vgg\n")


@pytest.mark.parametrize("others_wait", [False, True])
def test_among_several_processes_one_asks_where_the_others_wait(
    place, publish, terminal, monkeypatch, others_wait
):
    publish(CONTENT)
    monkeypatch.setenv("RANK", "0")
    monkeypatch.setenv("WORLD_SIZE", "2")
    terminal("y\n")
    assert provide([ALEXNET], None, others_wait) == {}
    assert cached(place, "alexnet").exists() == others_wait


def test_a_detector_fetches_what_it_lacks(place, publish):
    publish(CONTENT)
    provide_detector("centerface", fetch=True)
    provide_detector("no such detector", fetch=True)
    assert not cached(place, "yunet").exists()
    with pytest.raises(
        ValueError, match=r"needs face_detection.*: gpen weights fetch yunet, or choose another"
    ):
        provide_detector("yunet", fetch=False)  # and nobody to ask
    provide_detector("yunet", fetch=True)
    assert cached(place, "yunet").read_bytes() == CONTENT["yunet"]


def test_training_fetches_the_judges_of_its_losses(place, no_network, capsys):
    """It cannot do without: where they cannot be had, the run stops at once."""
    run = ["train", "experiment=quickstart", "run_dir=run", "losses.identity.weight=1", "trainer=cpu"]
    assert main([*run, "weights.fetch=true"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "model_ir_se50.pth: Connection refused, after 2 attempts" in line
    assert main(run) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "gpen weights fetch arcface, or set losses.identity.weights=FILE" in line
    assert not (place / "here" / "run").exists()


# gpen evaluate, from an empty cache to LPIPS and FID


def as_bytes(state):
    buffer = io.BytesIO()
    torch.save(state, buffer)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def files():
    """LPIPS' AlexNet, without the layers that LPIPS leaves out, and Inception: of random weights."""
    torch.manual_seed(0)
    backbone = lpips.LPIPS(net="alex", pnet_rand=True, verbose=False).net.state_dict()
    alexnet = {"features." + name.split(".", 1)[1]: tensor for name, tensor in backbone.items()}
    return {"alexnet": as_bytes(alexnet), "inception": as_bytes(Inception().state_dict())}


@pytest.fixture
def evaluated(place):
    """``evaluated(*overrides)`` -> the exit code of an evaluation of four small faces."""
    torch.manual_seed(0)
    model = build_gpen(32, encoder_width=4, encoder_depths=(1, 1, 1, 1), style_dim=8, channel_max=8)
    gpen_train.save(model, "model.pth", task="bfr")
    assert main(["data", "draw", "faces", "--num", "4", "--resolution", "32"]) == 0
    common = ["checkpoint=model.pth", "data.root=faces", "data.num_workers=0", "device=cpu"]
    return lambda *overrides: main(["evaluate", *common, "metrics=[psnr,lpips_alex,fid]", *overrides])


def scores(place):
    report = json.loads((place / "here" / "evaluation" / "report.json").read_text())
    missing = {one["name"]: one["reason"] for one in report["not_computed"]}
    return {name for system in report["systems"] for name in system["scores"]}, missing


def test_evaluate_asks_fetches_verifies_and_computes(place, publish, files, evaluated, terminal):
    server = publish(files)
    seen = terminal("y\n")
    assert evaluated() == 0
    shown = seen()
    assert "alexnet" in shown
    assert shown.count("checksum compared") == 2
    assert sorted(set(server.requests)) == [f"/{ALEXNET}", f"/{INCEPTION}"]
    computed, missing = scores(place)
    assert computed >= {"psnr", "lpips_alex", "fid"}
    assert missing == {}
    assert main(["weights", "verify", "alexnet", "inception"]) == 0
    num = len(server.requests)
    assert provide([ALEXNET, INCEPTION], True) == {}  # nothing is asked for again
    assert len(server.requests) == num


def test_evaluate_does_without_what_a_user_does_not_want(place, publish, files, evaluated, terminal, capsys):
    server = publish(files)
    terminal("n\n")
    assert evaluated() == 0
    assert server.requests == []
    computed, missing = scores(place)
    assert "psnr" in computed
    assert missing["lpips_alex"].endswith("gpen weights fetch alexnet, or set weights.alex=FILE")
    assert missing["fid"].endswith("gpen weights fetch inception, or set weights.inception=FILE")
    said = [line for line in capsys.readouterr().out.splitlines() if "is not computed" in line]
    assert len(said) == 2


def test_evaluate_without_a_network_computes_the_rest(place, no_network, evaluated, capsys):
    assert evaluated("weights.fetch=true") == 0
    computed, missing = scores(place)
    assert "psnr" in computed
    assert all("Connection refused, after 2 attempts; " in reason for reason in missing.values())
    assert missing.keys() == {"lpips_alex", "fid"}
    said = [line for line in capsys.readouterr().out.splitlines() if "is not computed" in line]
    assert [line.split()[0] for line in said] == ["lpips_alex", "fid"]


def test_evaluate_keeps_a_wrong_file_aside_and_computes_the_rest(place, publish, files, evaluated):
    publish(files)
    (place / "mirror" / ALEXNET).write_bytes(b"altered")
    assert evaluated("weights.fetch=true", "metrics=[psnr,lpips_alex]") == 0
    computed, missing = scores(place)
    assert "psnr" in computed
    assert ".wrong and not used; fetch alexnet again" in missing["lpips_alex"]
    assert [path.read_bytes() for path in cached(place, "alexnet").parent.glob("*.wrong")] == [b"altered"]
