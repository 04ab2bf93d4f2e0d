"""Colours that stay apart for colour-blind readers and in print.

Vermilion and blue are of Okabe and Ito's palette (https://jfly.uni-koeln.de/color/).
"""

from __future__ import annotations

from matplotlib.colors import LinearSegmentedColormap

POSITIVE = "#d55e00"
NEGATIVE = "#0072b2"
MASKED = "#6b6b6b"
INK = "#1a1a1a"
PAPER = "#ffffff"
OUTLINE = "#f0e442"


def relation_colors() -> LinearSegmentedColormap:
    """Return the scale from negative over white to positive relations."""
    return LinearSegmentedColormap.from_list("relation", [NEGATIVE, PAPER, POSITIVE])


def strength_colors() -> LinearSegmentedColormap:
    """Return the scale from none or little to much, for what has no sign."""
    return LinearSegmentedColormap.from_list("strength", [PAPER, POSITIVE, INK])
