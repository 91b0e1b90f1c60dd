"""Models on the Hugging Face Hub: a safetensors file, a config.json and a model card."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from gpen_train.checkpoints.bundle import bundle_args
from gpen_train.checkpoints.exports.model_card import model_card, numbers
from gpen_train.checkpoints.exports.safetensors_write import save_safetensors
from gpen_train.checkpoints.load import load_gpen
from gpen_train.files import atomic_file, read_json
from gpen_train.models.gpen import GPEN

try:
    from huggingface_hub import ModelCard, ModelHubMixin, hf_hub_download
except ImportError as missing:
    raise ValueError(
        'huggingface_hub is not installed, which the Hub needs: pip install "gpen-train[hub]"'
    ) from missing

WEIGHTS = "model.safetensors"
CONFIG = "config.json"
FACTS = ("version", "task", "input_resolution", "output_resolution")  # of the args; they stand in CONFIG


class HubGPEN(GPEN, ModelHubMixin):
    """A GPEN with ``save_pretrained(folder)``, ``push_to_hub("owner/name")`` and ``from_pretrained(either)``.

        HubGPEN(gpen_train.load("gpen-bfr-512.pth"), license="cc-by-4.0").push_to_hub("owner/name")

    It shares the parts of ``model``. ``license`` is an identifier of the Hub's. ``metrics`` are nested
    numbers, or the path of a run's evaluation.json, of which the numbers are taken. A README.md that is there
    already is kept.
    """

    def __init__(
        self, model: GPEN, license: str | None = None, metrics: Mapping[str, Any] | str | Path | None = None
    ) -> None:
        super().__init__(model.encoder, model.mapper, model.generator, model.settings)
        self.args = bundle_args(model)
        self.license = license
        found = read_json(metrics) if isinstance(metrics, str | Path) else metrics
        self.metrics = numbers(found or {})

    def push_to_hub(self, repo_id: str, **options: Any) -> str:
        """Upload to ``owner/name``, which is made if need be; ``options`` are huggingface_hub's."""
        card = {"repo": repo_id, **(options.pop("model_card_kwargs", None) or {})}
        return super().push_to_hub(repo_id, model_card_kwargs=card, **options)

    def generate_model_card(self, **options: Any) -> ModelCard:
        """The card; ``options`` are those of ``model_card``."""
        return ModelCard(model_card(vars(self.args), license=self.license, metrics=self.metrics, **options))

    def _save_pretrained(self, save_directory: Path) -> None:
        save_safetensors(self, save_directory / WEIGHTS)
        config = {name: getattr(self.args, name) for name in FACTS}
        config |= {"license": self.license, "metrics": self.metrics}
        with atomic_file(save_directory / CONFIG) as file:
            file.write(json.dumps(config, indent=2).encode())

    @classmethod
    def _from_pretrained(
        cls,
        *,
        model_id: str,
        dtype: torch.dtype = torch.float32,
        license: str | None = None,  # this and metrics come from CONFIG
        metrics: Mapping[str, Any] | None = None,
        **download: Any,
    ) -> "HubGPEN":
        path = Path(model_id) / WEIGHTS
        if not path.parent.is_dir():
            path = Path(hf_hub_download(model_id, WEIGHTS, **download))
        return cls(load_gpen(path, dtype), license, metrics).eval()


def from_pretrained(source: str | Path, **options: Any) -> HubGPEN:
    """The GPEN in a folder of ``save_pretrained``, or in a repository of the Hub, in eval mode on the CPU.

    ``options`` are huggingface_hub's (``revision``, ``token``, ``cache_dir`` ..) and ``dtype``. Nothing in
    the files is executed.
    """
    return HubGPEN.from_pretrained(source, **options)
