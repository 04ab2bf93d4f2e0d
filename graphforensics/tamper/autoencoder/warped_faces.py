"""Training samples: faces warped at random, and what they are to be drawn as."""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from graphforensics.tamper.autoencoder.face_set import FaceSet

#: Ranges of the changes that input and target share: turn in radians, scale, and shift in sides.
_TURN, _SCALE, _SHIFT = math.radians(8), 0.05, 0.04
#: The warp of the input alone: knots a side, and their standard deviation in sides.
_KNOTS, _WARP = 5, 0.025


def warped_faces(
    people: FaceSet, count: int, generator: Generator
) -> tuple[Tensor, Tensor, Tensor]:
    r"""Draw faces, warp them for the input, and return them unwarped as the target.

    .. math:: x = I \circ (A + w), \qquad y = I \circ A

    with a similarity A and perhaps a mirror, common to both, and a smooth random field w of 5 by 5
    knots: an encoder that has to undo w learns what a face looks like, not where its pixels are.

    Args:
        people: Faces of one person.
        count: How many samples.
        generator: Draws everything, on the CPU: the same on every device.

    Returns:
        Input and target ``[count, 3, size, size]`` in [0, 1], and the target's mask
        ``[count, 1, size, size]``, all on the device of the faces.
    """
    faces, masks = people.faces, people.masks
    chosen = torch.randint(len(faces), (count,), generator=generator)
    field = torch.randn(count, 2, _KNOTS, _KNOTS, generator=generator) * (2 * _WARP)
    places = _similarities(count, generator).to(faces.device)
    chosen, field = chosen.to(faces.device), field.to(faces.device)
    picked = torch.cat([faces[chosen].float() / 255, masks[chosen].float()], 1)
    size = picked.size(-1)
    grid = F.affine_grid(places, [count, 4, size, size], align_corners=False)
    bent = F.interpolate(field, size=size, mode="bicubic", align_corners=True)
    inputs = _read(picked[:, :3], grid + bent.permute(0, 2, 3, 1))
    targets = _read(picked, grid)
    return inputs, targets[:, :3], targets[:, 3:]


def _similarities(count: int, generator: Generator) -> Tensor:
    drawn = 2 * torch.rand(4, count, generator=generator) - 1
    mirror = torch.where(torch.rand(count, generator=generator) < 0.5, -1.0, 1.0)
    angle, scale = drawn[0] * _TURN, 1 + drawn[1] * _SCALE
    cosine, sine = scale * angle.cos(), scale * angle.sin()
    rows = [
        torch.stack([cosine * mirror, -sine, 2 * _SHIFT * drawn[2]], 1),
        torch.stack([sine * mirror, cosine, 2 * _SHIFT * drawn[3]], 1),
    ]
    return torch.stack(rows, 1)


def _read(pictures: Tensor, grid: Tensor) -> Tensor:
    return F.grid_sample(pictures, grid, padding_mode="border", align_corners=False)
