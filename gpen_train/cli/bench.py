"""gpen bench: how fast models are restored with and trained on this machine."""

import argparse
import sys
from itertools import islice
from time import perf_counter

import torch
from omegaconf import DictConfig
from rich.console import Console
from rich.table import Table

from gpen_train.bench.clock import clocked, measured_rates
from gpen_train.bench.count import Count, counted
from gpen_train.bench.kernels import kernels, name_fused_kernels
from gpen_train.bench.record import Record, Row, read_record
from gpen_train.bench.works import inference, phases, restoration
from gpen_train.cli.device import name_of
from gpen_train.cli.run.build import build_data, typed_settings
from gpen_train.cli.run.estimate import build_module, input_side
from gpen_train.cli.settings.compose import compose
from gpen_train.devices import choose_device
from gpen_train.models.gpen import GPEN
from gpen_train.training.compute import ComputeSettings
from gpen_train.training.module import TrainingModule
from gpen_train.training.timing import random_batch
from gpen_train.words import decimal

MODELS = {"cpu": ["quickstart"], "cuda": ["v1_512", "v2_512", "prior_512"], "meta": ["v1_512"]}
BATCHES = {"cpu": 2, "cuda": 8, "meta": 8}
NUM_LOADED = 16  # images
WIDE = 160  # characters, where the output is no terminal


def run(options: argparse.Namespace) -> int:
    """Measure and print, or compare; returns 0."""
    console = Console() if sys.stdout.isatty() else Console(width=WIDE)
    if options.compare:
        before, after = map(read_record, options.compare)
        console.print(compared(before, after))
        return 0
    device = torch.device("meta") if options.device == "meta" else choose_device(options.device)
    batch_size = BATCHES[device.type] if options.batch_size is None else options.batch_size
    if batch_size < 1 or not options.seconds > 0:
        raise ValueError(
            f"--batch-size is {batch_size} and --seconds {options.seconds}; expected 1 or more, and above 0"
        )
    found = measure(options.models or MODELS[device.type], batch_size, device, options.set, options.seconds)
    console.print(table(found))
    if options.output:
        found.write(options.output)
    return 0


def measure(
    models: list[str], batch_size: int, device: torch.device, settings: list[str], budget: float
) -> Record:
    """All rows of the presets ``models``, each named as it is begun."""
    configs = {name: config_of(name, device, settings) for name in models}
    compute: ComputeSettings = typed_settings(configs[models[0]])["compute"]
    compute.apply()
    how = f"{compute.precision}, compile {compute.compile}"
    name = "meta, nothing is computed" if device.type == "meta" else name_of(device)
    found = Record(name, torch.__version__, how, [])
    if device.type != "meta":
        found.flop_per_second, found.bytes_per_second = measured_rates(device, compute.dtype, budget)
    for model, config in configs.items():
        print(f"gpen: measuring {model}", file=sys.stderr)
        found.rows += rows_of(model, config, batch_size, device, budget)
    return found


def config_of(model: str, device: torch.device, settings: list[str]) -> DictConfig:
    """A training of the preset ``model`` on drawn faces; ValueError for a name that there is not."""
    experiment = "prior_quickstart" if "prior" in model else "quickstart"
    own = [f"experiment={experiment}", f"model={model}", "data.num_workers=0", "data.cache=false"]
    own += ["compute.threads=null"]
    own += [] if device.type == "cuda" else ["trainer.accelerator=cpu"]
    return compose("train", [*own, *settings])


def rows_of(name: str, config: DictConfig, batch_size: int, device: torch.device, budget: float) -> list[Row]:
    """Of one preset: what each piece of work asks for, and unless on the meta device, what it takes."""
    counts = counts_of(config, batch_size)
    rows = [
        Row(name, work, batch_size, operators=count.operators, flop=count.flop, num_bytes=count.num_bytes)
        for work, count in counts.items()
    ]
    if device.type == "meta":  # nothing waits for values where there are none
        return rows
    name_fused_kernels()
    module = module_on(config, device)
    batch = random_batch(module, batch_size, input_side(config, module), device)
    model, dtype = module.step.model, module.step.compute.dtype
    works = {"inference": inference(model, batch_size, device, dtype), **dict(phases(module, batch, True))}
    for row in rows:
        work = works[row.work]
        with module.step.compute.as_written():
            row.waits = counted(work).waits
        row.seconds, row.peak_bytes = clocked(work, device, budget)
        row.kernels = kernels(work, device)
    if isinstance(model, GPEN):
        taken = clocked(restoration(model, batch_size, dtype), device, budget)
        rows.append(Row(name, "restoration", batch_size, *taken))
    rows.append(Row(name, "data, one process", NUM_LOADED, loading_seconds(config, model)))
    return rows


def module_on(config: DictConfig, device: torch.device) -> TrainingModule:
    """The module of the run, with random weights, laid out in memory as a run lays it out."""
    module = build_module(config, device.type, with_augment=device.type != "meta", is_run=True)
    for network in (module.step.model, module.step.discriminator):
        network.to(memory_format=torch.channels_last)
    return module


def counts_of(config: DictConfig, batch_size: int) -> dict[str, Count]:
    """What each piece of work asks for, on the meta device: as it is written, in float32."""
    device = torch.device("meta")
    module = build_module(config, "meta", with_augment=False)
    batch = random_batch(module, batch_size, input_side(config, module), device)
    works = {"inference": inference(module.step.model, batch_size, device, torch.float32)}
    works |= dict(phases(module, batch, moves=False))
    return {name: counted(work) for name, work in works.items()}


def loading_seconds(config: DictConfig, model: torch.nn.Module) -> float:
    """That drawing and degrading ``NUM_LOADED`` images takes in one process."""
    config.images, config.data.batch_size = NUM_LOADED + 1, 1
    batches = iter(build_data(config, model).train_dataloader())
    next(batches)  # imports and the first draw
    begin = perf_counter()
    for _ in islice(batches, NUM_LOADED):
        pass
    return perf_counter() - begin


# Tables


def table(found: Record) -> Table:
    """All rows; rates as measured, and their share of what the device reaches at most."""
    result = Table(title=f"{found.device}; torch {found.torch}; {found.compute}", caption=limits(found))
    for column in ("model", "work"):
        result.add_column(column)
    columns = ("images", "ms", "images/s", "s/kimg", "peak GB", "GFLOP", "GB", "TFLOP/s", "GB/s")
    for column in (*columns, "operators", "kernels", "waits"):
        result.add_column(column, justify="right")
    for row in found.rows:
        flop_rate = row.flop / row.seconds / 1e12 if row.flop and row.seconds else None
        byte_rate = row.num_bytes / row.seconds / 1e9 if row.num_bytes and row.seconds else None
        numbers = (row.seconds and row.seconds * 1e3, row.images_per_second, row.seconds_per_kimg)
        sizes = [value and value / 1e9 for value in (row.peak_bytes, row.flop, row.num_bytes)]
        cells = [number(value) for value in (*numbers, *sizes, flop_rate, byte_rate)]
        counts = ["" if value is None else f"{value:,}" for value in (row.operators, row.kernels, row.waits)]
        result.add_row(row.model, row.work, str(row.images), *cells, *counts)
    return result


def limits(found: Record) -> str | None:
    """What the device reaches at most, in words."""
    if found.flop_per_second is None or found.bytes_per_second is None:
        return None
    products, copies = number(found.flop_per_second / 1e12), number(found.bytes_per_second / 1e9)
    return f"measured here: products of matrices {products} TFLOP/s, copies {copies} GB/s"


def compared(before: Record, after: Record) -> Table:
    """Images a second of the rows that both have; ValueError where there is none."""
    old = {(row.model, row.work, row.images): row for row in before.rows}
    pairs = [(old.get((row.model, row.work, row.images)), row) for row in after.rows]
    shared = [
        (other, one.seconds, other.seconds) for one, other in pairs if one and one.seconds and other.seconds
    ]
    if not shared:
        raise ValueError("the two files share no measurement; expected the same models and --batch-size")
    title = f"before: {before.device}, {before.compute}; after: {after.device}, {after.compute}"
    result = Table(title=title)
    for column in ("model", "work", "images", "ms before", "ms after", "times as fast"):
        result.add_column(column, justify="left" if column in ("model", "work") else "right")
    for row, old_seconds, seconds in shared:
        taken = [1e3 * old_seconds, 1e3 * seconds, old_seconds / seconds]
        result.add_row(row.model, row.work, str(row.images), *map(number, taken))
    return result


def number(value: float | None) -> str:
    """Three digits; nothing for None."""
    return "" if value is None else decimal(value, 3)
