"""TensorBoard: event files beside metrics.csv."""

from pathlib import Path

import numpy as np
from pytorch_lightning.loggers import Logger, TensorBoardLogger
from pytorch_lightning.utilities.rank_zero import rank_zero_only


def build_tensorboard(folder: Path) -> Logger:
    """Event files in folder/tensorboard. Raises ValueError where the package is missing."""
    try:
        return SheetsInTensorBoard(folder, name="tensorboard", version="")
    except ModuleNotFoundError as error:
        raise ValueError(
            'logger.tensorboard needs a package that is not there: pip install "gpen-train[tensorboard]"'
        ) from error


class SheetsInTensorBoard(TensorBoardLogger):
    """Takes contact sheets as well."""

    @rank_zero_only
    def log_sheet(self, name: str, sheet: np.ndarray, images: int) -> None:
        """Show uint8 [H, W, 3] beside the numbers of that many images seen."""
        self.experiment.add_image(name, sheet, images, dataformats="HWC")
