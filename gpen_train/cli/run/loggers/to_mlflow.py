"""MLflow: a run of its own in a database beside metrics.csv, or on a server."""

import os
from pathlib import Path

import numpy as np
from PIL import Image
from pytorch_lightning.loggers import Logger, MLFlowLogger
from pytorch_lightning.utilities.rank_zero import rank_zero_only

from gpen_train.cli.launch import started_rank
from gpen_train.cli.run.loggers.steady import WITHOUT, Steady, cannot_be_reached, kept_id
from gpen_train.evaluation.report.model import Report
from gpen_train.files import atomic_file

ID_FILE = "mlflow_id"
ADDRESS = "MLFLOW_TRACKING_URI"


def build_mlflow(uri: str | None, experiment: str, name: str, folder: Path) -> list[Logger]:
    """A logger that goes on in the run whose id ``folder`` keeps; none where the server is away.

    Without ``uri`` and MLFLOW_TRACKING_URI it is folder/mlflow.db, with its files in folder/mlflow.
    Raises ValueError where the package is missing.
    """
    if started_rank() > 0:
        return []
    address, files = uri or os.environ.get(ADDRESS), None
    if not address:
        address, files = (
            f"sqlite:///{folder.absolute() / 'mlflow.db'}",
            (folder / "mlflow").absolute().as_uri(),
        )
    path = folder / ID_FILE
    try:
        logger = SteadyMLFlowLogger(experiment, name, address, artifact_location=files, run_id=kept_id(path))
        number = logger.run_id  # connects
    except ModuleNotFoundError as error:
        raise ValueError(
            'logger.mlflow needs packages that are not there: pip install "gpen-train[mlflow]"'
        ) from error
    except Exception as error:  # of its database, of its connection
        cannot_be_reached("MLflow", error, WITHOUT)
        return []
    with atomic_file(path) as file:
        file.write(str(number).encode())
    return [logger]


class SteadyMLFlowLogger(Steady, MLFlowLogger):
    """Takes contact sheets, and the report at the end."""

    place = "MLflow"

    @rank_zero_only
    def log_sheet(self, name: str, sheet: np.ndarray, images: int) -> None:
        """Keep uint8 [H, W, 3] as a picture named after how many images were seen."""
        with self._steady(f"picture at image {images}"):
            self.experiment.log_image(self.run_id, Image.fromarray(sheet), f"{name}/{images:09d}.png")

    @rank_zero_only
    def log_report(self, report: Report, folder: Path) -> None:
        """Keep the report's files with the run."""
        with self._steady("report"):
            self.experiment.log_artifacts(self.run_id, str(folder), "report")
