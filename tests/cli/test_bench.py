"""gpen bench: what it counts, what it measures, what it stores and compares."""

import json

import pytest
import torch

from gpen_train.bench.count import counted
from gpen_train.bench.kernels import kernels, name_fused_kernels
from gpen_train.bench.record import Record, Row, read_record
from gpen_train.cli.main import main

TINY = ["bench", "--models", "quickstart", "--batch-size", "1", "--seconds", "0.01"]


def test_counts_operators_flop_bytes_and_waits():
    one, other = torch.ones(2, 3), torch.ones(3, 4)

    def work():
        product = (one @ other).T  # a view takes nothing
        return (product + 1).sum().item()

    found = counted(work)
    assert (found.operators, found.flop, found.waits) == (3, 2 * 2 * 3 * 4, 1)
    bytes_of_product, bytes_of_sum, bytes_of_total = 4 * (6 + 12 + 8), 4 * (8 + 8), 4 * (8 + 1)
    assert found.num_bytes == bytes_of_product + bytes_of_sum + bytes_of_total


def test_kernels_are_those_that_run():
    one, convolution = torch.ones(1, 3, 8, 8), torch.nn.Conv2d(3, 4, 3)

    def work():
        return (convolution(one).transpose(2, 3).exp() * 2).to(torch.float32)

    assert kernels(work, torch.device("cpu")) == 3  # a view, and what changes nothing, are none


@pytest.mark.slow
def test_what_is_compiled_into_one_kernel_counts_once():
    name_fused_kernels()
    given, weight = torch.ones(64, 32), torch.ones(32, 16)
    work = torch.compile(lambda: (given @ weight).exp().mul(2).add(3).sqrt())
    work()
    assert kernels(work, torch.device("cpu")) == 2  # the product, and what comes after it


def test_expanded_values_are_read_once():
    wide = torch.ones(1, 4, device="meta").expand(100, 4)
    assert counted(lambda: wide + wide).num_bytes == 4 * (4 + 4 + 400)


def test_on_the_meta_device_nothing_is_timed(tmp_path):
    path = tmp_path / "counts.json"
    assert main([*TINY, "--device", "meta", "--output", str(path)]) == 0
    rows = {row.work: row for row in read_record(path).rows}
    assert list(rows) == ["inference", "discriminator", "discriminator and R1", "generator"]
    assert all(row.seconds is None and row.operators and row.flop for row in rows.values())
    assert rows["discriminator and R1"].flop > rows["discriminator"].flop
    assert rows["generator"].flop > 3 * rows["inference"].flop


def test_measures_and_stores(tmp_path, capsys):
    path = tmp_path / "here.json"
    assert main([*TINY, "--device", "cpu", "--output", str(path)]) == 0
    found = read_record(path)
    assert found.flop_per_second > 0
    assert found.bytes_per_second > 0
    works = [row.work for row in found.rows]
    assert works[-2:] == ["restoration", "data, one process"]
    assert all(row.images_per_second > 0 for row in found.rows)
    assert all(0.9 < row.kernels / row.operators < 1.5 for row in found.rows[:-2])  # nothing is compiled here
    assert "times as fast" not in capsys.readouterr().out
    assert main(["bench", "--compare", str(path), str(path)]) == 0
    assert "times as fast" in capsys.readouterr().out


@pytest.mark.parametrize("content", [{}, {"kind": "gpen bench"}, {"kind": "gpen bench", "rows": [{"a": 1}]}])
def test_another_file_is_refused_in_one_line(tmp_path, capsys, content):
    (tmp_path / "other.json").write_text(json.dumps(content))
    assert main(["bench", "--compare", str(tmp_path / "other.json"), str(tmp_path / "other.json")]) == 1
    err = capsys.readouterr().err
    assert "other.json" in err
    assert err.count("\n") == 1


def test_files_without_a_common_measurement(tmp_path, capsys):
    for name, model in (("a.json", "v1_256"), ("b.json", "v2_256")):
        Record("CPU", "2", "32", [Row(model, "inference", 1, 0.5)]).write(tmp_path / name)
    assert main(["bench", "--compare", str(tmp_path / "a.json"), str(tmp_path / "b.json")]) == 1
    assert "share no measurement" in capsys.readouterr().err


def test_an_unknown_preset_and_wrong_numbers(capsys):
    assert main(["bench", "--models", "v9_512"]) == 1
    assert "v9_512" in capsys.readouterr().err
    assert main(["bench", "--batch-size", "0"]) == 1
    assert "--batch-size is 0" in capsys.readouterr().err
