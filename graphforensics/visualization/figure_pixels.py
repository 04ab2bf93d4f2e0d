"""A figure as pixels."""

from __future__ import annotations

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray


def figure_pixels(figure: Figure, dpi: float = 110) -> NDArray[np.uint8]:
    """Draw a figure and return its pixels, RGB.

    Args:
        figure: What to draw.
        dpi: Pixels an inch.

    Shapes:
        Output ``[H, W, 3]``.
    """
    figure.set_dpi(dpi)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.array(canvas.buffer_rgba())[..., :3]
