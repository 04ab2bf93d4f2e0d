"""Maps that know nothing of a verdict, which an explanation must beat."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from graphforensics.data.input_spec import InputSpec
from graphforensics.explain.region_places import as_pixels


def random_map(spec: InputSpec, seed: int = 0, cells: int = 7) -> Tensor:
    """Return a smooth map drawn at random, the same for all frames.

    Args:
        spec: What the detector takes.
        seed: Seed of the drawing. Default: 0.
        cells: Cells of noise along each side, as coarse as maps of networks are. Default: 7.

    Shapes:
        Output: the sample's shape without colours, from 0 to 1.
    """
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(1, 1, cells, cells, generator=generator)
    side = (spec.size, spec.size)
    smooth = functional.interpolate(coarse, side, mode="bilinear", align_corners=False)
    return as_pixels(smooth[0, 0], spec)


def centre_map(spec: InputSpec, width: float = 0.2) -> Tensor:
    r"""Return a Gaussian in the middle of the crop, where the middle of the face is.

    .. math:: L_p = \exp \Big( - \frac{\lVert \mathbf{p} - (0.5, 0.5) \rVert^2}{2 w^2} \Big)

    Args:
        spec: What the detector takes.
        width: Standard deviation w in sides of the crop. Default: 0.2.

    Shapes:
        Output: the sample's shape without colours, from 0 to 1.

    Raises:
        ValueError: ``width`` is not positive.
    """
    if not width > 0:
        raise ValueError(f"'width' must be positive (got {width})")
    place = (torch.arange(spec.size) + 0.5) / spec.size - 0.5
    bump = torch.exp(-place.square() / (2 * width**2))
    return as_pixels(bump[:, None] * bump[None, :], spec)
