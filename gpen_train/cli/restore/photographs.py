"""gpen restore: photographs and aligned faces, files and folders; films go on to films.py."""

import argparse
import sys
from collections.abc import Iterator
from functools import partial

from gpen_train.checkpoints.digest import digest_of
from gpen_train.checkpoints.load import load_gpen
from gpen_train.cli.checkpoint import said
from gpen_train.cli.checks import check_least
from gpen_train.cli.launch import own_gpu, share_of
from gpen_train.cli.output import say_unfinished, writable_folder
from gpen_train.cli.restore.films import restore_films
from gpen_train.cli.weights.provide import provide_detector
from gpen_train.curation.journal import Journal, Kind
from gpen_train.devices import choose_device, dtype_named
from gpen_train.files import is_of
from gpen_train.models.gpen import GPEN
from gpen_train.progress import with_progress
from gpen_train.restoration.background import Enlarger, load_enlarger
from gpen_train.restoration.bulk import FIELDS, Bench, Record, is_aligned, made_with, restore_files
from gpen_train.restoration.film.names import is_film
from gpen_train.restoration.jobs import Job, find_jobs, find_masks
from gpen_train.restoration.network import Network
from gpen_train.restoration.pictures import Method
from gpen_train.restoration.settings import Settings
from gpen_train.restoration.tasks import method_for, task_of
from gpen_train.words import count, noun, plural

TASK_OPTIONS = {"inpainting": ("mask", "paste_known"), "colorization": ("keep_luma",)}


def run(options: argparse.Namespace) -> int:
    """Restore; returns 0 where every file was, else 1."""
    check_least(batch_size=(options.batch_size, 1), workers=(options.workers, 0))
    settings = settings_of(options)
    share = share_of(options.part)
    if any(map(is_film, options.inputs)):
        if options.background:
            raise ValueError("--background is for photographs; leave it out for films")
        return restore_films(options, partial(opened, options, settings), share)
    suffix = f".{options.format}" if options.format else None
    all_jobs = find_jobs(options.inputs, options.output, suffix)
    jobs = share.of(all_jobs)
    masks = find_masks(options.mask, jobs, options.output) if options.mask else None
    output = writable_folder(options.output)
    enlarger = opened_enlarger(options, settings)
    network, method, made = opened(options, settings, enlarger.weights if enlarger else None)
    bench = Bench(method, masks, output / "faces" if options.save_faces else None)
    heading = {"format": 1, "made_by": "gpen restore"}
    with Journal(output / "restored.json", heading, Kind(FIELDS), share) as journal:
        missing = [job for job in jobs if not is_done(journal.records.get(job.label, {}), job, made)]
        for record in _restored(network, missing, bench, options.workers, enlarger):
            journal.add({**record, "made_with": made})
        labels = {job.label for job in all_jobs}
        if journal.end_share(labels):
            others = [label for label in journal.records if (output / label).exists()]
            journal.finish({}, sorted(labels.union(others)))
        else:
            say_unfinished(share, journal.path)
        records = [journal.records[job.label] for job in jobs]
        return report(records, len(jobs) - len(missing), options, method.settings)


def opened(
    options: argparse.Namespace, settings: Settings, background: str | None = None
) -> tuple[Network, Method, Record]:
    """The model on its device, how it restores, and what results depend on: ``background``'s weights too."""
    device = own_gpu(choose_device(options.device))
    model = load_gpen(said(options.checkpoint))
    method = method_for(model, settings, chosen_task(model, options))
    if method.settings.faces != "aligned":
        provide_detector(settings.detector, options.fetch_weights)
    made = made_with(method, weights_of(model), background)
    model = model.for_inference(dtype_named(options.dtype)).to(device)
    return Network(model, options.batch_size), method, made


def opened_enlarger(options: argparse.Namespace, settings: Settings) -> Enlarger | None:
    """The network of --background on its device; None where none is asked for."""
    if not options.background:
        return None
    device = own_gpu(choose_device(options.device))
    return load_enlarger(options.background, settings.upscale, device, dtype_named(options.dtype))


def _restored(
    network: Network, jobs: list[Job], bench: Bench, num_workers: int, enlarger: Enlarger | None
) -> Iterator[Record]:
    workers = num_workers if len(jobs) > 1 else 0
    records = restore_files(network, jobs, bench, workers, enlarger)
    for record in with_progress(records, "restoring", len(jobs)):
        if "problem" in record:
            print(f"gpen: {record['problem']}", file=sys.stderr)
        yield record


def weights_of(model: GPEN) -> str:
    """A digest that tells these weights from others."""
    return digest_of({"model": model.state_dict()})


def is_done(record: Record, job: Job, made: Record) -> bool:
    """Whether an earlier run has restored this very file in the same way, and the result is there."""
    if "problem" in record or record.get("made_with") != made or not job.target.exists():
        return False
    return is_of(record, job.source)


def chosen_task(model: GPEN, options: argparse.Namespace) -> str:
    """The task that ``model`` was trained for; a file that does not say has the one of the options given.

    Raises ValueError where an option is for another task.
    """
    own = task_of(model)
    if own and options.task not in (None, own):
        raise ValueError(f"--task is {options.task}, and {options.checkpoint} is of {own}; leave it out")
    given = {name: task for task, names in TASK_OPTIONS.items() for name in names if getattr(options, name)}
    task = own or options.task or next(iter(given.values()), "bfr")
    for name, wanted in given.items():
        if wanted != task:
            option = f"--{name.replace('_', '-')}"
            raise ValueError(f"{option} is for models of {wanted}, and this one is of {task}; leave it out")
    return task


def report(records: list[Record], num_before: int, options: argparse.Namespace, settings: Settings) -> int:
    """Say what came of the files; the exit code."""
    whole = [record for record in records if "problem" not in record]
    photographs = [record for record in whole if not is_aligned(record)]
    faceless = sum(not record["faces"] for record in photographs)
    unseen = sum(is_aligned(record) and not record["faces"] for record in whole)
    left = sum(len(record["faces"]) - record["restored"] for record in photographs)
    print(f"restored {count(len(whole))} of {plural(len(records), 'image')} into {options.output}")
    taken = noun(unseen, "taken as an aligned face", "taken as aligned faces")
    restored, unseen = sum(record["restored"] for record in photographs), unseen * (settings.faces == "auto")
    for number, thing, remark in (
        (restored, "face", f"in {plural(len(photographs), 'photograph')}"),
        (faceless, "photograph", f"without a face: as {noun(faceless, 'it was', 'they were')}"),
        (left, "face", f"left as {noun(left, 'it was', 'they were')}: see restored.json"),
        (unseen, "square", f"in which no face was seen: {taken}"),
        (num_before, "image", "done before"),
    ):
        if number:
            print(f"  {plural(number, thing)} {remark}")
    failed = len(whole) < len(records) or (options.require_face and faceless > 0)
    return 1 if failed else 0


def settings_of(options: argparse.Namespace) -> Settings:
    """The settings that the options are; ValueError for a value out of range."""
    settings = Settings(
        faces=options.faces,
        detector=options.detector,
        min_face=options.min_face,
        strength=options.strength,
        upscale=options.upscale,
        keep_colours=options.keep_colours == "true",
        keep_luma=options.keep_luma,
        paste_known=options.paste_known,
    )
    settings.check()
    return settings
