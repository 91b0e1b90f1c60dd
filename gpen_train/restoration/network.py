"""Faces through the network, in batches."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple, TypeVar

import numpy as np
import torch

from gpen_train import images
from gpen_train.models.gpen import GPEN

Owner = TypeVar("Owner")


class Network(NamedTuple):
    """A model, which computes as its ``for_inference`` has made it, and how many faces it takes at once."""

    model: GPEN
    batch_size: int = 1

    def __call__(self, degraded: list[np.ndarray]) -> list[np.ndarray]:
        """Faces uint8 [S, S, 3] of any sizes -> uint8 [R, R, 3] each, in their order."""
        restored: list[np.ndarray] = []
        for _, group in groupby(degraded, key=lambda face: face.shape):
            same = list(group)
            for start in range(0, len(same), self.batch_size):
                batch = np.stack(same[start : start + self.batch_size])
                restored.extend(restore_arrays(self.model, batch))
        return restored

    def stream(
        self, groups: Iterable[tuple[Owner, list[np.ndarray]]]
    ) -> Iterator[tuple[Owner, list[np.ndarray]]]:
        """The faces of each owner, restored, in the owners' order; a batch goes over from one to the next.

        It waits for faces of ``batch_size`` at most: no more are ever held.
        """
        waiting: list[tuple[Owner, int]] = []
        faces: list[np.ndarray] = []
        done: list[np.ndarray] = []
        for owner, own in groups:
            waiting.append((owner, len(own)))
            faces.extend(own)
            whole = len(faces) // self.batch_size * self.batch_size
            done.extend(self(faces[:whole]))
            faces = faces[whole:]
            while waiting and len(done) >= waiting[0][1]:
                first, count = waiting.pop(0)
                yield first, done[:count]
                done = done[count:]
        done.extend(self(faces))
        for owner, count in waiting:
            yield owner, done[:count]
            done = done[count:]


@torch.inference_mode()
def restore_arrays(model: GPEN, degraded: np.ndarray) -> np.ndarray:
    """uint8 [B, S, S, 3] -> uint8 [B, R, R, 3], on the model's device."""
    device = next(model.parameters()).device
    restored = model(images.to_float(torch.from_numpy(degraded).to(device)))
    return images.to_uint8(restored).cpu().numpy()
