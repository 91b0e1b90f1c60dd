"""The second tab: what training sees. A clean face, degraded by a preset, and restored."""

from html import escape
from typing import Any, NamedTuple

import gradio as gr
import numpy as np

from gpen_train.curation.gallery import described
from gpen_train.degradations.chain import Chain, Step
from gpen_train.demo.degrading import Degraded, Knob, clean_face, degrade, draw_plan, knobs_of, turned
from gpen_train.demo.limits import Limits
from gpen_train.demo.models import Model
from gpen_train.demo.pieces import COMPUTES, QUICK, before_and_after, say, slide, told, upload
from gpen_train.demo.upload import read_upload

NUM_KNOBS = 16  # a plan with more numbers shows the first
NUM_DRAWS = 999


class Drawn(NamedTuple):
    """A face, and what was drawn for it."""

    clean: np.ndarray
    plan: list[Step]
    knobs: list[Knob]


class DegradeTab:
    """The layout, and what happens on it; ``tab`` is what it is in."""

    def __init__(self, models: dict[str, Model], chains: dict[str, Chain], limits: Limits, tab: gr.Tab):
        self.models, self.chains, self.limits = models, chains, limits
        with gr.Row(equal_height=False):
            with gr.Column(scale=1, min_width=300):
                self.model = gr.Dropdown(list(models), value=next(iter(models)), label="Checkpoint")
                self.preset = gr.Dropdown(list(chains), value=next(iter(chains)), label="Degradation")
                self.number = gr.Slider(0, NUM_DRAWS, value=0, step=1, label="Draw number")
                self.face = gr.Slider(0, NUM_DRAWS, value=0, step=1, label="Drawn face number")
                with gr.Accordion("A face of your own", open=False):
                    self.photo = upload("Clean, square and aligned: its middle is taken")
                with gr.Accordion("What was drawn, to be turned"):
                    self.sliders = [gr.Slider(visible=False) for _ in range(NUM_KNOBS)]
            with gr.Column(scale=2, min_width=300):
                self.said = gr.HTML()
                self.view = gr.Radio(["degraded | restored"], value="degraded | restored", label="Look at")
                self.compare = before_and_after("degraded | restored")
                self.steps = gr.HTML()
        self.drawn, self.outcome = gr.State(None), gr.State(None)
        self._events(tab)

    def _events(self, tab: gr.Tab) -> None:
        chosen = [self.model, self.preset, self.number, self.face, self.photo]
        laid_out = [self.said, self.drawn, *self.sliders]
        values = [self.model, self.preset, self.drawn, self.view, *self.sliders]
        results = [self.said, self.outcome, self.view, self.compare, self.steps]
        show = told(len(results))(self.show)
        for event in (
            tab.select,
            self.model.input,
            self.preset.input,
            self.number.release,
            self.face.release,
            self.photo.upload,
            self.photo.clear,
        ):
            event(told(len(laid_out))(self.draw), chosen, laid_out, **QUICK).success(
                show, values, results, **COMPUTES
            )
        for slider in self.sliders:
            slider.release(show, values, results, **COMPUTES)
        self.view.input(self.look, [self.outcome, self.view], self.compare, **QUICK)

    def draw(self, name: str, preset: str, number: int, face: int, path: str | None) -> tuple[Any, ...]:
        """Draw a plan, and set the sliders to it."""
        photo = None if path is None else read_upload(path, self.limits)
        clean, chain = clean_face(photo, face, self.models[name].resolution), self.chains[preset]
        plan = draw_plan(chain, clean, number)
        knobs = knobs_of(chain, plan, chain.frame(clean).scale)[:NUM_KNOBS]
        sliders = [
            gr.update(
                minimum=knob.low,
                maximum=knob.high,
                step=knob.step,
                value=float(f"{knob.value:.4g}"),
                label=knob.title,
                visible=True,
            )
            for knob in knobs
        ]
        hidden = [gr.update(visible=False)] * (NUM_KNOBS - len(sliders))
        return gr.skip(), Drawn(clean, plan, knobs), *sliders, *hidden

    def show(
        self, name: str, preset: str, drawn: Drawn | None, view: str, *values: float | None
    ) -> tuple[Any, ...]:
        """Degrade and restore, by the values of the sliders."""
        if drawn is None:
            raise ValueError("There is no face yet: choose a file that is a picture, or take it away")
        plan = turned(drawn.plan, drawn.knobs, values[: len(drawn.knobs)])
        outcome = degrade(self.chains[preset], drawn.clean, plan, self.models[name])
        views = list(outcome.views)
        view = view if view in views else views[0]
        return (
            say(outcome.said),
            outcome,
            gr.update(choices=views, value=view),
            slide(outcome.views[view], view),
            listed(plan),
        )

    def look(self, outcome: Degraded | None, view: str) -> Any:
        """Two of the three: clean, degraded, restored."""
        return slide(outcome.views.get(view) if outcome else None, view)


def listed(plan: list[Step]) -> str:
    """The steps of a plan as a list."""
    lines = "".join(f"<li>{escape(line)}</li>" for line in described(plan))
    return f'<div class="steps">In this order:<ol>{lines}</ol></div>'
