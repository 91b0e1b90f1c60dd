"""`gpen train` once for each combination of values, through Hydra's multirun.

    python scripts/sweep.py -m experiment=quickstart optimizer.generator=2e-3,1e-3 seed=0,1 \
        hydra.sweep.dir=runs/sweep

Each run gets a folder in hydra.sweep.dir; the same command again goes on with those that are not complete.
With the plugin for submitit (pip install hydra-submitit-launcher) each is a job of its own, of one process:

    python scripts/sweep.py -m hydra/launcher=submitit_slurm hydra.launcher.gpus_per_node=1 ...
"""

import os
import sys

import hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf

from gpen_train.cli.run.folder import FOLDER_VARIABLE
from gpen_train.cli.run.quiet import silence_lightning
from gpen_train.cli.settings import schema
from gpen_train.cli.settings.configs import configs_folder
from gpen_train.cli.train import train

schema.register()


@hydra.main(config_path=str(configs_folder()), config_name="train", version_base="1.3")
def main(config: DictConfig) -> None:
    silence_lightning()
    os.environ.pop(FOLDER_VARIABLE, None)  # of the run before
    OmegaConf.resolve(config)
    config.run_dir, config.resume = HydraConfig.get().runtime.output_dir, True
    code = train(config)
    if code:  # a signal: it is meant for the whole sweep
        sys.exit(code)


if __name__ == "__main__":
    main()
