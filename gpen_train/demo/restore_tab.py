"""The first tab: a photograph before and after."""

from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from gpen_train.demo.limits import Limits
from gpen_train.demo.models import Model
from gpen_train.demo.pieces import COMPUTES, QUICK, before_and_after, complain, say, slide, upload
from gpen_train.demo.restoring import LONGEST, WHOLE, Outcome, View, restore, shown
from gpen_train.demo.upload import read_upload
from gpen_train.photos.write import write_photo
from gpen_train.restoration.settings import FACES, UPSCALES, Settings

FACES_SAID = {
    "auto": "all, or one aligned face",
    "aligned": "it is one aligned face",
    "largest": "the largest",
    "all": "all",
}


class RestoreTab:
    """The layout, and what happens on it."""

    def __init__(self, models: dict[str, Model], limits: Limits, detector: str, faces: str):
        self.models, self.limits, self.detector = models, limits, detector
        with gr.Row(equal_height=False):
            with gr.Column(scale=1, min_width=300):
                self._inputs(faces)
            with gr.Column(scale=2, min_width=300):
                self.said = gr.HTML(say(f"Drop, paste or choose a photograph: {limits.in_words}."))
                self.view = gr.Radio([WHOLE], value=WHOLE, label="Look at", visible=False)
                self.compare = before_and_after()
                self.save = gr.DownloadButton("Save the result", visible=False)
        self.outcome = gr.State(None)
        self._events()

    def _inputs(self, faces: str) -> None:
        names = list(self.models)
        task = self.models[names[0]].task
        self.model = gr.Dropdown(names, value=names[0], label="Checkpoint")
        self.photo = upload("Photograph")
        self.mask = gr.ImageEditor(
            label="Draw over what is missing",
            sources=(),
            transforms=(),
            layers=False,
            brush=gr.Brush(colors=["#ffffff"], color_mode="fixed", default_size=24),
            type="numpy",
            format="png",
            buttons=[],
            height=420,
            visible=task == "inpainting",
        )
        self.strength = gr.Slider(
            0, 1, value=1, step=0.05, label="Strength", info="0: the input; 1: restored"
        )
        choices = [(FACES_SAID[name], name) for name in FACES]
        self.faces = gr.Dropdown(choices, value=faces, label="Faces")
        self.upscale = gr.Radio(
            [(f"{factor}×", factor) for factor in UPSCALES], value=1, label="Size of a photograph"
        )
        self.keep_luma = gr.Checkbox(label="Keep the brightness of the input", visible=task == "colorization")
        self.paste_known = gr.Checkbox(label="Keep all that was not drawn over", visible=task == "inpainting")
        self.button = gr.Button("Restore", variant="primary")

    def _events(self) -> None:
        results = [self.said, self.outcome, self.view, self.compare, self.save]
        controls = [self.strength, self.faces, self.upscale, self.keep_luma, self.paste_known, self.mask]
        inputs = [self.model, self.photo, *controls]
        self.button.click(self.restore, inputs, results, **COMPUTES)
        self.photo.upload(self.take, self.photo, [self.photo, self.mask, *results], **QUICK).then(
            self.arrived, inputs, results, **COMPUTES
        )
        self.photo.clear(self.cleared, None, [self.mask, *results], **QUICK)
        self.view.input(self.look, [self.outcome, self.view], self.compare, **QUICK)
        self.model.input(self.choose, self.model, [self.mask, self.keep_luma, self.paste_known], **QUICK)

    def choose(self, name: str) -> tuple[Any, ...]:
        """Show the controls of the model's task."""
        task = self.models[name].task
        filling = gr.update(visible=task == "inpainting")
        return filling, gr.update(visible=task == "colorization"), filling

    def take(self, path: str) -> tuple[Any, ...]:
        """Put a photograph under the brush; one that cannot be read goes, and a sentence says why."""
        try:
            photo = read_upload(path, self.limits).rgb
        except (ValueError, OSError) as error:
            return None, None, *self._results(complain(str(error)))
        image = shown(View(photo, photo)).after
        canvas = {"background": image, "layers": [], "composite": image}
        return gr.skip(), canvas, *self._results("")

    def arrived(self, name: str, path: str | None, *controls: Any) -> tuple[Any, ...]:
        """Restore at once, unless something is to be drawn first, or nothing was taken."""
        if path is None:
            return (gr.skip(),) * 5
        if self.models[name].task != "inpainting":
            return self.restore(name, path, *controls)
        return self._results(say("Draw over what is missing, then restore."))

    def restore(self, name: str, path: str | None, *controls: Any) -> tuple[Any, ...]:
        """The results, or a sentence and none of those before."""
        try:
            if path is None:
                raise ValueError("There is no photograph yet: drop, paste or choose one")
            strength, faces, upscale, keep_luma, paste_known, drawn = controls
            settings = Settings(
                faces=faces,
                detector=self.detector,
                strength=strength,
                upscale=upscale,
                keep_luma=keep_luma,
                paste_known=paste_known,
            )
            photo = read_upload(path, self.limits)
            self._check_result(photo.size, upscale)
            outcome = restore(photo, self.models[name], settings, hole_of(drawn))
            target = Path(path).with_name(f"{Path(path).stem}_restored.png")
            write_photo(target, outcome.photo)
        except (ValueError, OSError) as error:
            return self._results(complain(str(error)))
        return self._results(say(outcome.said), outcome, str(target))

    def _check_result(self, size: tuple[int, int], upscale: int) -> None:
        pixels, most = size[0] * size[1] * upscale**2, 4 * self.limits.megapixels
        if pixels > most * 10**6:
            raise ValueError(
                f"The result would have {pixels / 1e6:.0f} megapixels; expected {most} at most: enlarge less"
            )

    def _results(
        self, said: str, outcome: Outcome | None = None, target: str | None = None
    ) -> tuple[Any, ...]:
        views = list(outcome.views) if outcome else [WHOLE]
        return (
            said,
            outcome,
            gr.update(choices=views, value=WHOLE, visible=len(views) > 1),
            slide(outcome.views[WHOLE] if outcome else None),
            gr.update(value=target, visible=target is not None),
        )

    def cleared(self) -> tuple[Any, ...]:
        return gr.update(value=None), *self._results("")

    def look(self, outcome: Outcome | None, view: str) -> Any:
        """The whole picture, or one of its faces."""
        return slide(outcome.views.get(view) if outcome else None)


def hole_of(drawn: dict[str, Any] | None) -> np.ndarray | None:
    """What a brush went over -> bool [h, w] of at most LONGEST pixels; None where there is nothing."""
    layers = [layer for layer in (drawn or {}).get("layers", []) if layer is not None]
    if not layers:
        return None
    if max(layers[0].shape) > LONGEST:
        raise ValueError(f"The drawing has {layers[0].shape[:2]} pixels; expected {LONGEST} at most")
    return np.any([layer[..., 3] > 127 for layer in layers], axis=0)
