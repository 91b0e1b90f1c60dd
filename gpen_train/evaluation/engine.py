"""One pass over the images: every system restores, every metric measures, nothing is decoded twice."""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from gpen_train.devices import wait_for
from gpen_train.evaluation.cases import Cases, Load
from gpen_train.evaluation.faces import Faces, SetNetwork
from gpen_train.evaluation.measures import Measure
from gpen_train.evaluation.sets.features import MOST_KEPT, FeatureSet
from gpen_train.evaluation.systems import Candidate
from gpen_train.processes import num_processes, rank, summed
from gpen_train.progress import with_progress


class Speed:
    """Seconds by stage."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.seconds: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def of(self, stage: str) -> Iterator[None]:
        """Count what happens within to ``stage``."""
        began = time.perf_counter()
        yield
        wait_for(self.device)
        self.seconds[stage] += time.perf_counter() - began

    def images_per_second(self, num_images: int) -> dict[str, float]:
        """By stage, of this process."""
        return {stage: num_images / max(seconds, 1e-9) for stage, seconds in self.seconds.items()}


class Findings(NamedTuple):
    """What a pass found; the same in every process, but for the speed."""

    values: dict[str, dict[str, np.ndarray]]  # system -> metric -> [N]
    features: dict[str, dict[str | None, FeatureSet]]  # network -> system, None: clean -> images' features
    speed: dict[str, float]  # stage -> images a second
    same: frozenset[str] = frozenset()  # systems whose images were always another's, not made anew


class Engine:
    """Evaluate ``candidates`` on ``num_images`` images that ``load`` gives, in batches of ``batch_size``.

    Batches are the same whatever the number of processes, and so is every value: each process takes every
    n-th batch, values are put together and moments are summed.
    """

    def __init__(
        self,
        candidates: Sequence[Candidate],
        measures: Sequence[Measure],
        networks: Mapping[str, SetNetwork],  # Inception and others, by name, for distances of sets
        num_images: int,
        load: Load,
        batch_size: int = 8,
        device: torch.device | str = "cpu",
        has_clean: bool = True,  # false: there are no clean images to compare with
        most_kept: int = MOST_KEPT,  # images whose features are kept
        is_shared: bool = True,  # false: this process evaluates alone, whatever others there are
    ) -> None:
        self.candidates, self.measures, self.networks = candidates, measures, networks
        self.num_images, self.load, self.device = num_images, load, torch.device(device)
        self.has_clean, self.most_kept, self.is_shared = has_clean, most_kept, is_shared
        numbers = range(num_images)
        self.batches = [
            list(numbers[start : start + batch_size]) for start in range(0, num_images, batch_size)
        ]
        self.speed = Speed(self.device)
        self.differing: set[str] = set()  # systems that have made images of their own

    @torch.inference_mode()
    def run(self) -> Findings:
        """Go through all images once."""
        values = {
            candidate.name: {m.metric.name: torch.zeros(self.num_images).double() for m in self.measures}
            for candidate in self.candidates
        }
        features = self._feature_sets()
        number, count = (rank(), num_processes()) if self.is_shared else (0, 1)
        own = self.batches[number::count]
        with self.speed.of("all stages"):
            for cases in with_progress(self._read(own), "evaluating", len(own)):
                for name, by_metric in self._measure(cases, features).items():
                    for metric, measured in by_metric.items():
                        values[name][metric][cases.numbers] = measured.double().cpu()
        differing = torch.tensor([candidate.name in self.differing for candidate in self.candidates]).int()
        if count > 1:
            differing = summed(differing)
            for of_network in features.values():
                for feature_set in of_network.values():
                    feature_set.gather()
            for by_metric in values.values():
                by_metric.update({metric: summed(column) for metric, column in by_metric.items()})
        found = {
            name: {metric: column.numpy() for metric, column in by_metric.items()}
            for name, by_metric in values.items()
        }
        same = frozenset(
            one.name for one, differs in zip(self.candidates, differing, strict=True) if not differs
        )
        return Findings(found, features, self.speed.images_per_second(sum(map(len, own))), same)

    @torch.inference_mode()
    def pictures(self, numbers: Sequence[int]) -> dict[int, dict[str, np.ndarray]]:
        """What a page shows of some images: clean, where they are there, and what every system made, uint8.

        The batches that hold them are made once more: keeping all would take memory.
        """
        wanted, found = set(numbers), {}
        for cases in self._read([batch for batch in self.batches if wanted.intersection(batch)]):
            made = {candidate.name: candidate.make(cases) for candidate in self.candidates}
            for place_in_batch, number in enumerate(cases.numbers):
                images = {"clean": cases.clean, **made} if number in wanted else {}
                found[number] = {
                    name: batch[place_in_batch].cpu().numpy()
                    for name, batch in images.items()
                    if batch is not None
                }
        return {number: found[number] for number in numbers}

    def _read(self, batches: Sequence[Sequence[int]]) -> Iterator[Cases]:
        """The batches, on the device; time spent waiting for them is counted."""
        loaded = iter(self.load(batches))
        for _ in batches:
            with self.speed.of("reading"):
                cases = next(loaded)
                degraded, clean = (
                    None if images is None else images.to(self.device)
                    for images in (cases.degraded, cases.clean)
                )
                restored = {name: images.to(self.device) for name, images in cases.restored.items()}
            yield cases._replace(degraded=degraded, clean=clean, restored=restored)

    def _measure(
        self, cases: Cases, features: Mapping[str, Mapping[str | None, FeatureSet]]
    ) -> dict[str, dict[str, Tensor]]:
        """Every metric of what every system makes of a batch."""
        clean = None if cases.clean is None else Faces(cases.clean)
        given = cases.clean if cases.degraded is None else cases.degraded
        if clean is not None:
            self._note(clean, cases.numbers, None, features)
        looked_at: dict[int, tuple[Faces, dict[str, Tensor]]] = {}  # by the identity of the images
        measured = {}
        for candidate in self.candidates:
            with self.speed.of(f"making {candidate.name}"):
                pixels = candidate.make(cases)
            if id(pixels) not in looked_at:  # two baselines may be one
                faces = Faces(pixels)
                values = {m.metric.name: self._take(m, faces, clean, given) for m in self.measures}
                looked_at[id(pixels)] = faces, values
                self.differing.add(candidate.name)
            faces, measured[candidate.name] = looked_at[id(pixels)]
            self._note(faces, cases.numbers, candidate.name, features)
        return measured

    def _take(self, measure: Measure, faces: Faces, clean: Faces | None, degraded: Tensor | None) -> Tensor:
        with self.speed.of(measure.metric.name):
            return measure.formula(faces, clean, degraded)

    def _feature_sets(self) -> dict[str, dict[str | None, FeatureSet]]:
        names = [*([None] if self.has_clean else []), *(candidate.name for candidate in self.candidates)]
        return {
            key: {name: FeatureSet(self.num_images, network.num_features, self.most_kept) for name in names}
            for key, network in self.networks.items()
        }

    def _note(
        self,
        faces: Faces,
        numbers: Sequence[int],
        name: str | None,  # of the system that made them; None: they are clean
        features: Mapping[str, Mapping[str | None, FeatureSet]],
    ) -> None:
        """Take down the features of a batch for the distances of sets."""
        for key, network in self.networks.items():
            with self.speed.of(f"features of {key}"):
                features[key][name].add(faces.seen_by(network), numbers)
