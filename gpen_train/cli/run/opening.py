"""What a run says of itself before its first step."""

from pathlib import Path

from omegaconf import DictConfig
from pytorch_lightning import Callback, Trainer
from torch import nn

from gpen_train.training.module import TrainingModule

PRECISIONS = {"32": "float32", "bf16-mixed": "bfloat16, mixed", "16-mixed": "float16, mixed"}


class Opening(Callback):
    """Say recipe, model, data, device and folder, a line each, once the checkpoint has been read."""

    def __init__(self, config: DictConfig, folder: Path) -> None:
        self.config, self.folder = config, folder

    def on_train_start(self, trainer: Trainer, module: TrainingModule) -> None:
        if trainer.is_global_zero:
            print(self.text(trainer, module), flush=True)

    def text(self, trainer: Trainer, module: TrainingModule) -> str:
        config, step, data = self.config, module.step, trainer.datamodule
        sizes = (getattr(step.model, "input_resolution", None), step.model.output_resolution)
        pixels, judge = " -> ".join(str(size) for size in sizes if size), millions(step.discriminator)
        done = f", {module.images_seen} of them done" if module.images_seen else ""
        start = f"from {config.init_from}" if config.init_from else "from random weights"
        num_held_out = len(data.held_out) if data.held_out else 0
        precision = PRECISIONS[step.compute.precision]
        rows = {
            "run": str(self.folder),
            "recipe": f"{config.name}: {config.images} images{done}, {data.batch_size} a step, {start}",
            "model": f"{pixels} px, {millions(step.model)} parameters, discriminator {judge}",
            "data": f"{data.name}: {len(data.train)} images, {num_held_out} held out",
            "device": f"{trainer.world_size} x {trainer.strategy.root_device}, {precision}",
        }
        return "\n".join(f"{name:<7} {value}" for name, value in rows.items())


def millions(network: nn.Module) -> str:
    """The number of a network's parameters."""
    return f"{sum(parameter.numel() for parameter in network.parameters()) / 1e6:.3g} M"
