"""Putting a face into a picture: colours, seam, detail."""

from graphforensics.tamper.paste.bottleneck import bottleneck
from graphforensics.tamper.paste.face_colours import FaceColours, match_colours
from graphforensics.tamper.paste.poisson_blend import poisson_blend
from graphforensics.tamper.paste.skin_mask import fill_polygon, skin_mask

__all__ = [
    "FaceColours",
    "bottleneck",
    "fill_polygon",
    "match_colours",
    "poisson_blend",
    "skin_mask",
]
