"""Comet: one experiment there for one run here, sent at once or kept in files."""

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from pytorch_lightning.loggers import CometLogger, Logger
from pytorch_lightning.utilities.rank_zero import rank_zero_only

from gpen_train.cli.launch import started_rank
from gpen_train.cli.run.loggers.steady import WITHOUT, Steady, cannot_be_reached, own_id
from gpen_train.evaluation.report.model import Report

ID_FILE = "comet_id"
FOLDER = "comet"
QUIET = {"log_code": False, "log_git_metadata": False, "log_env_details": False, "display_summary_level": 0}


def build_comet(
    mode: str | None, project: str, name: str, folder: Path, settings: dict[str, Any]
) -> list[Logger]:
    """A logger that goes on in the experiment whose id ``folder`` keeps; offline where the server is away.

    Without ``mode`` it is online where there is a key, in COMET_API_KEY or where `comet login` keeps it; else
    folder/comet gets a zip at each end, which `comet upload` sends. Raises ValueError where the package is
    missing.
    """
    if started_rank() > 0:
        return []
    try:
        import comet_ml  # takes seconds
    except ModuleNotFoundError as error:
        raise ValueError(
            'logger.comet needs a package that is not there: pip install "gpen-train[comet]"'
        ) from error
    has_key = comet_ml.get_config("comet.api_key") is not None
    for attempt in dict.fromkeys((mode or ("online" if has_key else "offline"), "offline")):
        try:
            logger = SteadyCometLogger(
                project=project,
                online=attempt == "online",
                mode="get_or_create",
                experiment_key=own_id(folder / ID_FILE, 32),
                name=name,
                offline_directory=str(folder / FOLDER),
                **QUIET,
            )
        except Exception as error:  # of its connection, of the account
            kept = f"what is logged is kept in {folder / FOLDER}: comet upload FILE sends it"
            cannot_be_reached(SteadyCometLogger.place, error, kept if attempt == "online" else WITHOUT)
        else:
            logger.log_hyperparams(settings)
            return [logger]
    return []


class SteadyCometLogger(Steady, CometLogger):
    """Takes contact sheets, and the report at the end."""

    place = "Comet"

    def _create_experiment(self) -> None:
        from comet_ml import ExperimentConfig  # takes seconds

        # Lightning's own says offline that all is to be dropped.
        self._comet_config = ExperimentConfig(**self._kwargs)
        super()._create_experiment()

    @rank_zero_only
    def log_sheet(self, name: str, sheet: np.ndarray, images: int) -> None:
        """Show uint8 [H, W, 3] beside the numbers of that many images seen."""
        with self._steady(f"picture at image {images}"):
            self.experiment.log_image(Image.fromarray(sheet), name, step=images)

    @rank_zero_only
    def log_report(self, report: Report, folder: Path) -> None:
        """Keep the report's files with the experiment, which is complete then."""
        with self._steady("report"):
            self.experiment.log_asset_folder(str(folder), log_file_name=True)
            self.experiment.end()
