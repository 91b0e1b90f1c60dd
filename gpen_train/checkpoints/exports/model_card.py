"""The README.md of a model on the Hugging Face Hub, written from the args of its bundle."""

from collections.abc import Mapping
from typing import Any

from gpen_train.conventions.tasks import TASKS
from gpen_train.dotted import dotted
from gpen_train.words import decimal

TAGS = ("gpen", "stylegan2", "face-restoration")
UNKNOWN = "unknown"  # the Hub's word for a licence that nobody has given

TEMPLATE = """---
library_name: gpen_train
pipeline_tag: image-to-image
license: {license}
tags: [{tags}]
---

# {version}

A GPEN for {task}: {input} px in, {output} px out. [GPEN](https://arxiv.org/abs/2105.06070) embeds a StyleGAN2
prior behind an encoder.

## Load

```python
import gpen_train

model = gpen_train.from_pretrained("{repo}")
restored = model(degraded)  # [B, 3, h, w] -> [B, 3, {output}, {output}], RGB in [-1, 1]
```

`pip install "gpen-train[hub]"` brings what that needs; `gpen restore FACES --checkpoint model.safetensors
--output DIR` restores aligned faces.

{sections}

## Licence

{licence}
"""


def model_card(
    args: Mapping[str, Any],
    repo: str = "OWNER/NAME",  # where the model is, for the example
    license: str | None = None,  # the Hub's identifier of a licence, as "apache-2.0"
    metrics: Mapping[str, Any] | None = None,  # nested numbers, as in evaluation.json
) -> str:
    """The card as text: what the model does, was trained on and scores, as far as these say it."""
    tables = {
        "Model": {"family": family(args), **pick(args, "package_version"), **args["model"]},
        "Data": pick(args, "dataset"),
        "Degradation": pick(args, "task_settings", "degradation"),
        "Training": pick(args, "images_seen", "batch_size", "learning_rates", "optimizer", "ema", "seed"),
        "Losses": pick(args, "losses"),
        "Metrics": numbers(metrics or pick(args, "metrics", "evaluation")),
    }
    return TEMPLATE.format(
        license=license or UNKNOWN,
        tags=", ".join(TAGS),
        version=args["version"],
        task=TASKS[args["task"]].phrase if args["task"] in TASKS else args["task"],
        input=args["input_resolution"],
        output=args["output_resolution"],
        repo=repo,
        sections=sections(tables).rstrip(),
        licence=license or "Not given: ask the author before you use the weights.",
    )


def family(args: Mapping[str, Any]) -> str:
    """The model's family, told from its settings."""
    concatenates = args["model"].get("injection") == "concat"
    return "gpen_v1, features concatenated" if concatenates else "gpen_v2, features projected"


def pick(args: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Those entries of ``args`` that are there; a dict that is picked alone stands without its name."""
    found = {name: args[name] for name in names if args.get(name) is not None}
    only = next(iter(found.values())) if len(found) == 1 else None
    return dict(only) if isinstance(only, Mapping) else found


def numbers(values: Mapping[str, Any]) -> dict[str, Any]:
    """``values`` without what is no number: evaluation.json also has paths, which are nobody's business."""
    nested = {name: numbers(value) if isinstance(value, Mapping) else value for name, value in values.items()}
    return {name: value for name, value in nested.items() if type(value) in (int, float, dict)}


def sections(tables: Mapping[str, Mapping[str, Any]]) -> str:
    """A heading and a table of each that holds anything, and a line that names the others."""
    text, empty = "", []
    for title, values in tables.items():
        rows = "".join(f"| {name} | {value} |\n" for name, value in _texts(values).items())
        if rows:
            text += f"## {title}\n\n| | |\n|---|---|\n{rows}\n"
        else:
            empty.append(title.lower())
    return text + (f"Not recorded: {', '.join(empty)}.\n" if empty else "")


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    """By dotted names, as the cells of a table."""
    found = {}
    for name, value in dotted(values).items():
        text = decimal(value) if isinstance(value, float) else str(value)
        found[name] = text.replace("|", r"\|").replace("\n", " ")
    return found
