"""rosinality's StyleGAN2: a prior whose names are those of yangxy/GPEN, which was built on it.

Source: the key names of github.com/rosinality/stylegan2-pytorch's checkpoints.
"""

from collections.abc import Mapping

import torch
from torch import Tensor

from gpen_train.checkpoints.build import checked_noise, construct, fill
from gpen_train.checkpoints.layouts.rosinality_settings import settings_of
from gpen_train.checkpoints.layouts.yangxy_names import Names, from_yangxy, generator_names
from gpen_train.models.prior import Prior, build_prior

NOISE = "noises.noise_"
NUM_DRAWS = 4096  # for the mean of w, as rosinality's generate.py takes


def prior_names(resolution: int, mapper_layers: int) -> Names:
    """The generator and its mapper; there is no encoder, and no ``generator.`` before the names."""
    gpen = generator_names(resolution, mapper_layers)
    rows = [row._replace(theirs=row.theirs.removeprefix("generator.")) for row in gpen.rows]
    kernels = {name.removeprefix("generator."): kernel for name, kernel in gpen.kernels.items()}
    return Names(
        [row for row in rows if not row.ours.startswith("encoder.")],
        {name: kernel for name, kernel in kernels.items() if not name.startswith("ecd")},
    )


def prior_from_state(
    state: Mapping[str, Tensor], w_average: Tensor | None, source: str, dtype: torch.dtype = torch.float32
) -> Prior:
    """A prior around rosinality's state dict; ``w_average`` [D] is the file's ``latent_avg``.

    Without one it is taken over random z, as their code does.
    """
    settings = settings_of(state, source)
    noise = {name: tensor for name, tensor in state.items() if name.startswith(NOISE)}
    weights = {name: tensor for name, tensor in state.items() if name not in noise}
    names = prior_names(settings["output_resolution"], settings["mapper_layers"])
    ours = from_yangxy(weights, names, source)
    ours["w_average"] = torch.zeros(settings["style_dim"]) if w_average is None else w_average
    prior = fill(construct(build_prior, settings, ours, source), ours, source, dtype)
    if w_average is None:
        prior.w_average = _mean_of(prior)
    layers = ["b4.conv1"]
    layers += [f"b{side}.{conv}" for side in prior.generator.resolutions[1:] for conv in ("conv0", "conv1")]
    kept = {layer: noise.get(f"{NOISE}{index}") for index, layer in enumerate(layers)}
    prior.constant_noise = {
        layer: checked_noise(layer, tensor.reshape(tensor.shape[-2:]), source).to(dtype)
        for layer, tensor in kept.items()
        if tensor is not None
    }
    return prior


@torch.no_grad()
def _mean_of(prior: Prior) -> Tensor:
    z = torch.randn(NUM_DRAWS, prior.generator.style_dim, generator=torch.Generator().manual_seed(0))
    return prior.mapper(z.to(prior.w_average)).mean(0)
