"""Pairs that the device finishes: the CPU has drawn the plans of their degradation, and no more."""

import numpy as np

from gpen_train.degradations.chain import Chain
from gpen_train.degradations.device.chain import DeviceChain
from gpen_train.tasks.pair import Batch, Pair


def unfinished(chain: Chain, clean: np.ndarray, rng: np.random.Generator) -> Pair:
    """A pair with no image [0, 0, 3] and a plan: the one that ``chain(clean, rng)`` would carry out."""
    return Pair(np.empty((0, 0, 3), np.uint8), clean, chain.draw(chain.frame(clean), rng))


def finisher_of(chain: Chain | None) -> DeviceChain | None:
    """What carries out the plans of a chain on the device; None where the CPU does it."""
    return DeviceChain(chain) if chain and chain.where == "device" else None


def finish(batch: Batch, chain: DeviceChain | None) -> Batch:
    """Carry out the plans of a batch on its device; images without a plan keep what they came with."""
    if batch.plans is None or chain is None:
        return batch
    planned = [number for number, plan in enumerate(batch.plans) if plan is not None]
    others = [number for number, plan in enumerate(batch.plans) if plan is None]
    made, targets = chain(batch.clean[planned], [batch.plans[number] for number in planned])
    if not others:
        return Batch(made, targets, batch.unreadable)
    degraded, clean = made.new_empty((len(batch.clean), *made.shape[1:])), batch.clean.clone()
    degraded[planned], degraded[others], clean[planned] = made, batch.degraded, targets
    return Batch(degraded, clean, batch.unreadable)
