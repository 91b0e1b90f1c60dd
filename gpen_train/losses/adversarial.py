"""The non-saturating logistic loss.

Source: GAN, arXiv:1406.2661, section 3; GPEN, arXiv:2105.06070, equation 2.
"""

import torch.nn.functional as F
from torch import Tensor


def logistic_d(real: Tensor, fake: Tensor) -> Tensor:
    """Logits [B, 1] of clean and restored images -> mean of softplus(-real) + softplus(fake)."""
    return F.softplus(-real.float()).mean() + F.softplus(fake.float()).mean()


def logistic_g(fake: Tensor) -> Tensor:
    """Logits [B, 1] of restored images -> mean of softplus(-fake)."""
    return F.softplus(-fake.float()).mean()
