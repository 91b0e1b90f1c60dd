"""Pieces of the page that both tabs have."""

from collections.abc import Callable
from functools import wraps
from html import escape
from typing import Any

import gradio as gr

from gpen_train.demo.restoring import View

# One network computes at a time; the queue is for all sessions.
COMPUTES: dict[str, Any] = {"concurrency_id": "network", "concurrency_limit": 1, "api_visibility": "private"}
BEFORE_AND_AFTER = "before | after"
QUICK: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}


def upload(label: str) -> gr.Image:
    """A picture that is dropped, pasted or chosen, given as its file's path."""
    image = gr.Image(
        label=label, sources=["upload", "clipboard"], type="filepath", buttons=[], height=260, image_mode=None
    )
    # Gradio would decode it first: at whatever size, 8 bits deep, with an error of its own for a bad file. A
    # subclass, to Gradio, is a component of its own, beside whose file it writes another.
    image.preprocess = _path_of  # type: ignore[method-assign]
    return image


def _path_of(payload: Any) -> str | None:
    return None if payload is None else payload.path


def before_and_after(label: str = BEFORE_AND_AFTER) -> gr.ImageSlider:
    """Two images under one slider; PNG, as they are compared pixel by pixel."""
    return gr.ImageSlider(
        label=label,
        format="png",
        type="numpy",
        interactive=False,
        max_height=640,
        buttons=["fullscreen"],
        elem_classes="compare",
    )


def say(text: str) -> str:
    """A sentence on the page."""
    return f'<p class="said" role="status">{escape(text)}</p>' if text else ""


def complain(text: str) -> str:
    """A sentence for what went wrong."""
    return f'<p class="said trouble" role="alert">{escape(text)}</p>'


def slide(view: View | None, label: str = BEFORE_AND_AFTER) -> dict[str, Any]:
    """The slider with these two."""
    return gr.update(value=None if view is None else (view.before, view.after), label=label)


def told(num_outputs: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A handler whose ValueError or OSError becomes a sentence in its first output; the others stay."""

    def wrap(handler: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(handler)
        def handled(*values: Any) -> Any:
            try:
                return handler(*values)
            except (ValueError, OSError) as error:
                return (complain(str(error)), *[gr.skip()] * (num_outputs - 1))

        return handled

    return wrap
