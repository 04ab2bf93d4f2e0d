"""Figures as files."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Literal

import matplotlib
from matplotlib.figure import Figure

from graphforensics._files import whole_file

FigureFormat = Literal["png", "svg"]


def save_figure(
    figure: Figure, path: str | Path, format: FigureFormat = "png", dpi: float = 110
) -> None:
    """Write a figure whole or not at all, without a date; text of an SVG stays text.

    Args:
        figure: What to write.
        path: Where it goes.
        format: ``"png"`` or ``"svg"``.
        dpi: Pixels an inch of a PNG.

    Raises:
        OutputError: The file cannot be written.
    """
    metadata = {"Date": None} if format == "svg" else {"Software": None}
    with (
        whole_file(path) as partial,
        warnings.catch_warnings(),
        matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "graphforensics"}),
    ):
        # A file's name may hold letters that the font lacks; they are drawn as boxes.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure.savefig(partial, format=format, dpi=dpi, metadata=metadata)
