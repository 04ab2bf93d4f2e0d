"""Thin plate splines, several at once."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import interpolate

#: A pixel map is computed at every n-th pixel and read off between: it is smooth.
_STEP = 4
#: Distance over the points' spread below which they count as one.
_LEAST = 1e-9


def thin_plate_spline(
    points: Tensor, values: Tensor, places: Tensor, smoothing: float = 0.0
) -> Tensor:
    r"""Interpolate values between scattered points in the plane with the least bending.

    .. math:: f(x) = a_0 + a_1 x_1 + a_2 x_2 + \sum_i w_i U(\lVert x - p_i \rVert), \quad
        U(r) = r^2 \log r, \quad (K + \lambda I) w + P a = v, \quad P^\top w = 0

    F. L. Bookstein, Principal warps: thin-plate splines and the decomposition of deformations, IEEE
    TPAMI 11 (1989).

    Args:
        points: Where the values are known.
        values: What they are there.
        places: Where to evaluate.
        smoothing: :math:`\lambda`, how much a value may be missed to bend less, in the unit of
            squared distances over which U is computed (the points' spread). Default: 0.

    Shapes:
        ``points [B, P, 2]``, ``values [B, P, C]``, ``places [B, N, 2]``; the output is
        ``[B, N, C]`` in the values' type. It is computed in float64.

    Raises:
        ValueError: A wrong shape, fewer than three points, or points on a line or in one place.

    Example:
        >>> corners = torch.tensor([[[0.0, 0], [1, 0], [0, 1], [1, 1]]])
        >>> thin_plate_spline(corners, 2 * corners, torch.tensor([[[0.5, 0.25]]])).tolist()
        [[[1.0, 0.5]]]
    """
    _check(points, values, places)
    knots, wanted = points.double(), places.double()
    # Distances near 1 keep the system well conditioned; the spline does not depend on the unit.
    middle = knots.mean(1, keepdim=True)
    unit = (knots - middle).norm(dim=2).amax(1).clamp_min(1e-12).view(-1, 1, 1)
    knots, wanted = (knots - middle) / unit, (wanted - middle) / unit
    count = knots.size(1)
    system = knots.new_zeros(len(knots), count + 3, count + 3)
    system[:, :count, :count] = _bending(knots, knots)
    system[:, :count, :count] += smoothing * torch.eye(count, device=knots.device)
    system[:, :count, count:] = _linear(knots)
    system[:, count:, :count] = _linear(knots).transpose(1, 2)
    right = knots.new_zeros(len(knots), count + 3, values.size(2))
    right[:, :count] = values
    _check_spread(knots, smoothing)
    weights = torch.linalg.solve(system, right)
    kernel = torch.cat([_bending(wanted, knots), _linear(wanted)], dim=2)
    found: Tensor = kernel @ weights
    return found.to(values.dtype)


def thin_plate_map(
    source: Tensor,
    target: Tensor,
    size: tuple[int, int],
    corner: tuple[int, int] = (0, 0),
    smoothing: float = 0.0,
) -> Tensor:
    """Say for each pixel where in the source it comes from, by a thin plate spline.

    Computed at every fourth pixel and read off bilinearly between.

    Args:
        source: Points in the source, x then y.
        target: The same points in the target.
        size: Height and width of the map.
        corner: Left and top of the map in the target. Default: (0, 0).
        smoothing: As for :func:`thin_plate_spline`. Default: 0.

    Shapes:
        ``source`` and ``target [B, P, 2]``; the output is ``[B, H, W, 2]``, x then y.

    Raises:
        ValueError: As :func:`thin_plate_spline`.
    """
    height, width = size
    rows, columns = ((length - 2) // _STEP + 2 for length in size)
    y, x = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    grid = torch.stack([x, y], dim=2).view(1, -1, 2).to(target) * _STEP + target.new_tensor(corner)
    coarse = thin_plate_spline(target, source, grid.expand(len(target), -1, -1), smoothing)
    field = coarse.transpose(1, 2).reshape(len(target), 2, rows, columns)
    full = ((rows - 1) * _STEP + 1, (columns - 1) * _STEP + 1)
    fine = interpolate(field, size=full, mode="bilinear", align_corners=True)
    return fine[:, :, :height, :width].permute(0, 2, 3, 1)


def _bending(places: Tensor, knots: Tensor) -> Tensor:
    squared = (places.unsqueeze(2) - knots.unsqueeze(1)).square().sum(3)
    return 0.5 * torch.xlogy(squared, squared)


def _linear(places: Tensor) -> Tensor:
    return torch.cat([torch.ones_like(places[..., :1]), places], dim=2)


def _check_spread(knots: Tensor, smoothing: float) -> None:
    """Refuse points, scaled to a unit, that leave the system without one solution."""
    flat = torch.linalg.svdvals(knots)[:, -1] < _LEAST
    apart = torch.cdist(knots, knots) + torch.eye(knots.size(1), device=knots.device)
    twins = (apart.amin((1, 2)) < _LEAST) & (smoothing <= 0)
    if bool((flat | twins).any()):
        raise ValueError("'points' must not coincide nor lie on a line")


def _check(points: Tensor, values: Tensor, places: Tensor) -> None:
    if points.dim() != 3 or points.size(2) != 2 or points.size(1) < 3:
        raise ValueError(f"'points' must be [B, P, 2] of 3 or more (got {list(points.shape)})")
    if values.dim() != 3 or values.shape[:2] != points.shape[:2]:
        want = [*points.shape[:2], "C"]
        raise ValueError(f"'values' must be {want} (got {list(values.shape)})")
    if places.dim() != 3 or places.size(2) != 2 or len(places) != len(points):
        raise ValueError(f"'places' must be [{len(points)}, N, 2] (got {list(places.shape)})")
