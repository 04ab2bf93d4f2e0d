"""What colours a face has, and giving them to another."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from skimage.color import lab2rgb, rgb2lab

from graphforensics.preprocess.track.smoothing import smooth_at

Colouring = Literal["statistics", "histogram"]
#: Quantiles that stand for a histogram.
_LEVELS = np.linspace(0, 1, 129)
#: How far colours may be squeezed together or stretched: beyond it wrinkles become ditches.
GAIN = (0.7, 1.3)
#: Spread in CIELAB below which colours count as one colour.
_FLAT = 1e-3


@dataclass(frozen=True)
class FaceColours:
    """Statistics of a face's pixels in CIELAB.

    Args:
        mean: ``[3]``.
        spread: Standard deviations ``[3]``.
        quantiles: From the least to the largest in 128 steps, ``[129, 3]``.
    """

    mean: NDArray[np.float64]
    spread: NDArray[np.float64]
    quantiles: NDArray[np.float64]

    @classmethod
    def of(
        cls, picture: NDArray[np.floating] | NDArray[np.uint8], mask: NDArray[np.bool_]
    ) -> FaceColours:
        """Measure the pixels that a mask holds.

        Args:
            picture: RGB from 0 to 255, ``[H, W, 3]``.
            mask: Which pixels count, ``[H, W]``.

        Raises:
            ValueError: The mask is empty.
        """
        if not mask.any():
            raise ValueError("'mask' must hold at least one pixel")
        pixels = rgb2lab(np.clip(picture[mask] / 255.0, 0, 1))
        quantiles = np.quantile(pixels, _LEVELS, axis=0)
        return cls(pixels.mean(axis=0), pixels.std(axis=0), quantiles)

    @classmethod
    def over_time(
        cls, seen: Sequence[FaceColours | None], rate: float, window: float = 1.0
    ) -> list[FaceColours | None]:
        """Smooth the colours of a clip without lag, frame by frame.

        Args:
            seen: Colours of each frame; ``None`` where there is no face.
            rate: Frames a second.
            window: Width of the centred window in seconds. Default: 1.

        Returns:
            As many as were given, ``None`` where there was none.
        """
        known = [number for number, colours in enumerate(seen) if colours is not None]
        rows = np.array([_row(colours) for colours in seen if colours is not None])
        smooth: list[FaceColours | None] = [None] * len(seen)
        reach = int(np.ceil(window * rate))
        for place, number in enumerate(known):
            near = slice(max(0, place - reach), place + reach + 1)
            times = np.array(known[near]) / rate
            smooth[number] = _from_row(smooth_at(times, rows[near], number / rate, window))
        return smooth


def match_colours(
    picture: NDArray[np.floating],
    source: FaceColours,
    target: FaceColours,
    how: Colouring = "statistics",
    gain: tuple[float, float] = GAIN,
) -> NDArray[np.float32]:
    r"""Give a picture the colours of another in CIELAB, channel by channel.

    .. math:: x' = \mu_t + \frac{\sigma_t}{\sigma_s} (x - \mu_s) \quad\text{(statistics)},
        \qquad x' = F_t^{-1}(F_s(x)) \quad\text{(histogram)}

    The statistics are those of E. Reinhard et al., Color transfer between images, IEEE CG&A 21
    (2001). A histogram F is known by 129 quantiles, between which it is straight and beyond which
    colours are shifted as at the end. Both maps are kept from squeezing and stretching too much;
    means (statistics) and medians (histogram) still meet.

    Args:
        picture: RGB from 0 to 255, ``[H, W, 3]``.
        source: The picture's own colours.
        target: Those wanted.
        how: ``"statistics"`` or ``"histogram"``. Default: ``"statistics"``.
        gain: Least and largest slope of the map. Default: 0.7 and 1.3.

    Returns:
        RGB from 0 to 255, ``[H, W, 3]``, ``float32``; colours beyond RGB are clipped.

    Raises:
        ValueError: ``how`` is unknown, or ``gain`` does not ascend.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> dark, light = rng.integers(0, 80, (2, 9, 9, 3)) + np.array([0, 120]).reshape(2, 1, 1, 1)
        >>> everywhere = np.ones((9, 9), bool)
        >>> colours = [FaceColours.of(one, everywhere) for one in (dark, light)]
        >>> bool(match_colours(dark, *colours).mean() > 110)
        True
    """
    if how not in ("statistics", "histogram"):
        raise ValueError(f"'how' must be statistics or histogram (got {how!r})")
    if not 0 <= gain[0] <= gain[1]:
        raise ValueError(f"'gain' must ascend from 0 or more (got {gain})")
    pixels = rgb2lab(np.clip(np.asarray(picture, np.float64) / 255, 0, 1))
    if how == "statistics":
        slope = np.clip(target.spread / np.maximum(source.spread, _FLAT), *gain)
        matched = target.mean + np.where(source.spread > _FLAT, slope, 1.0) * (pixels - source.mean)
    else:
        pairs = zip(pixels.transpose(2, 0, 1), source.quantiles.T, target.quantiles.T, strict=True)
        matched = np.stack([_transfer(*pair, gain) for pair in pairs], axis=2)
    with warnings.catch_warnings():
        # Colours beyond RGB are clipped, and it says so each time.
        warnings.filterwarnings("ignore", "Conversion from CIE-LAB", UserWarning)
        return np.asarray(lab2rgb(matched) * 255, np.float32)


def _transfer(
    values: NDArray[np.float64],
    source: NDArray[np.float64],
    target: NDArray[np.float64],
    gain: tuple[float, float],
) -> NDArray[np.float64]:
    """Map values by quantiles; a colour that fills several of them goes to their middle."""
    steps, where = np.unique(source, return_inverse=True)
    goals = np.bincount(where, target) / np.bincount(where)
    middle, apart = float(np.median(target)), np.diff(steps)
    goals[1:] = goals[0] + np.cumsum(np.clip(np.diff(goals), gain[0] * apart, gain[1] * apart))
    goals += middle - np.interp(np.median(source), steps, goals)
    inside = np.clip(values, steps[0], steps[-1])
    return np.asarray(np.interp(inside, steps, goals) + (values - inside))


def _row(colours: FaceColours) -> NDArray[np.float64]:
    return np.concatenate([colours.mean, colours.spread, colours.quantiles.ravel()])


def _from_row(row: NDArray[np.float64]) -> FaceColours:
    # A fitted line may fall below zero, or out of order.
    quantiles = np.sort(row[6:].reshape(-1, 3), axis=0)
    return FaceColours(row[:3], np.maximum(row[3:6], 0), quantiles)
