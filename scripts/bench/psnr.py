"""PSNR of degraded against clean by the plain stages: the values that tests/degradations/test_psnr.py holds.

python scripts/bench/psnr.py            # mean, 10 %, 50 % and 90 % quantile of each preset, in dB
"""

import cv2
import numpy as np
import plain_stages
from omegaconf import OmegaConf

from gpen_train.cli.settings.compose import build
from gpen_train.cli.settings.configs import configs_folder
from gpen_train.drawn import draw_face

FACES, SAMPLES, RESOLUTION = 4, 64, 256


def main() -> None:
    cv2.setNumThreads(1)
    faces = [draw_face(0, index, RESOLUTION) for index in range(FACES)]
    for path in sorted((configs_folder() / "degradation").glob("*.yaml")):
        chain = build(OmegaConf.load(path))
        found = []
        for index in range(SAMPLES):
            clean = faces[index % FACES]
            plan = chain.draw(chain.frame(clean), np.random.default_rng([3, index]))
            degraded, target = plain_stages.degrade(chain, clean, plan, lambda _, function: function)
            error = np.square(degraded.clip(0, 255).round() - target.round()).mean(dtype=np.float64)
            found.append(10 * np.log10(255**2 / error))
        values = [np.mean(found), *np.quantile(found, [0.1, 0.5, 0.9])]
        print(f'    "{path.stem}": ({", ".join(f"{value:.2f}" for value in values)}),', flush=True)


if __name__ == "__main__":
    main()
