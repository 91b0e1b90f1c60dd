"""Models built around weights that were read, without a second copy in memory."""

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from gpen_train.checkpoints.hint import settings_hint
from gpen_train.models.gpen import GPEN, build_gpen
from gpen_train.quote import quoted, quoted_names
from gpen_train.words import plural

Model = TypeVar("Model", bound=nn.Module)
LAYER_COUNTS = ("mapper_layers", "encoder_depths")  # the settings that have no limit of their own


def build_with(
    settings: Mapping[str, Any], state: Mapping[str, Tensor], source: str, dtype: torch.dtype = torch.float32
) -> GPEN:
    """``build_gpen(**settings)`` holding ``state`` itself, in ``dtype`` and eval mode.

    Raises ValueError where the settings build no model, or a parameter is missing, unknown or misshapen: it
    names the setting that would fit, if there is one.
    """
    model = construct(build_gpen, settings, state, source)
    try:
        return fill(model, state, source, dtype)
    except MisfitError as error:
        hint = settings_hint(model.settings, state, lambda other: _fits(other, state, source))
        raise ValueError(f"{error}{hint}") from error


def construct(
    build: Callable[..., Model], settings: Mapping[str, Any], state: Mapping[str, Tensor], source: str
) -> Model:
    """``build(**settings)`` on the meta device, which takes no memory, to be filled with ``state``.

    Raises ValueError where the settings build nothing, or more layers than the state can have.
    """
    for name in LAYER_COUNTS:
        counts = settings.get(name, 0)
        for layers in counts if isinstance(counts, list | tuple) else [counts]:
            if isinstance(layers, int) and layers > len(state):
                raise ValueError(
                    f"{source} has {plural(len(state), 'tensor')}, and settings that say "
                    f"{name}={quoted(layers)}"
                )
    try:
        with on_meta():
            return build(**settings)
    except Exception as error:  # plain values of any type and size may stand in a file
        reason = quoted((str(error) or type(error).__name__).splitlines()[0], 200)
        raise ValueError(f"{source} holds settings that build no model: {reason}") from error


def fill(model: Model, state: Mapping[str, Tensor], source: str, dtype: torch.dtype = torch.float32) -> Model:
    """``model`` in eval mode around the tensors of ``state``, which are copied only to change their dtype.

    Raises ValueError for a parameter that is missing, unknown, misshapen, or not finite.
    """
    check_fit(model.state_dict(), state, source)
    check_finite(state, source)
    model.load_state_dict({name: tensor.to(dtype) for name, tensor in state.items()}, assign=True)
    return model.eval()


@contextmanager
def on_meta() -> Iterator[None]:
    """Networks built here have shapes and no values: they take neither memory nor time."""
    with warnings.catch_warnings(), torch.device("meta"), _Undrawn():
        warnings.simplefilter("ignore", UserWarning)  # of layers without channels; the weights will not fit
        yield


class _Undrawn(TorchFunctionMode):
    """Skips what the networks draw and scale their first weights with.

    On the meta device these would be computed by torch's decompositions, whose import takes seconds.
    """

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func in (Tensor.normal_, Tensor.uniform_, Tensor.div) and args[0].is_meta:
            return args[0]
        return (torch.empty if func is torch.randn else func)(*args, **(kwargs or {}))


class MisfitError(ValueError):
    """A state dict is not that of the model it is meant for."""


def check_fit(expected: Mapping[str, Tensor], found: Mapping[str, Tensor], source: str) -> None:
    """Raise MisfitError on the first parameter of ``found`` that is missing, unknown or of another shape."""
    for name, tensor in expected.items():
        if not isinstance(found.get(name), Tensor):
            raise MisfitError(f"{source} lacks {quoted(name)} {list(tensor.shape)}, which its model needs")
        if found[name].shape != tensor.shape:
            raise MisfitError(
                f"{source} holds {quoted(name)} of shape {list(found[name].shape)}; "
                f"its model expects {list(tensor.shape)}"
            )
    unknown = [name for name in found if name not in expected]
    if unknown:
        raise MisfitError(f"{source} holds {quoted_names(unknown)}, which its model does not have")


def checked_noise(layer: str, noise: Tensor, source: str) -> Tensor:
    """The constant noise of a layer, as "b8.conv0"; ValueError unless it is [8, 8] and finite."""
    side = int(layer.split(".")[0].removeprefix("b"))
    if tuple(noise.shape) != (side, side):
        raise ValueError(
            f"{source} holds the noise of {layer} of shape {list(noise.shape)}; expected {[side] * 2}"
        )
    check_finite({f"the noise of {layer}": noise}, source)
    return noise


def check_filter(name: str, found: Tensor, expected: Tensor, source: str) -> None:
    """Raise ValueError unless a resampling filter is the one that is a constant here."""
    if found.shape != expected.shape or not torch.allclose(found.float(), expected, atol=1e-3):
        raise ValueError(f"{source} filters with another {name} than [1, 3, 3, 1], the only one supported")


def check_finite(state: Mapping[str, Tensor], source: str) -> None:
    """Raise ValueError on the first parameter with a NaN or an infinity in it."""
    for name, tensor in state.items():
        if tensor.is_meta or not tensor.is_floating_point() or not tensor.numel():
            continue
        low, high = torch.aminmax(tensor)  # a NaN is both
        if not (low.isfinite() and high.isfinite()):
            count = int((~tensor.isfinite()).sum())
            raise ValueError(
                f"{source} holds {count} of {tensor.numel()} values in {name} that are not finite: its "
                f"training diverged, or the file was altered; take an earlier one"
            )


def _fits(settings: Mapping[str, Any], state: Mapping[str, Tensor], source: str) -> bool:
    try:
        check_fit(construct(build_gpen, settings, state, source).state_dict(), state, source)
    except ValueError:
        return False
    return True
