"""Moving the pixels of a face so that its landmarks come to lie on others."""

from graphforensics.tamper.warp.control_points import (
    control_points,
    face_triangles,
    surrounding_points,
)
from graphforensics.tamper.warp.piecewise_affine import piecewise_affine_map
from graphforensics.tamper.warp.sample_picture import sample_picture
from graphforensics.tamper.warp.thin_plate import thin_plate_map, thin_plate_spline

__all__ = [
    "control_points",
    "face_triangles",
    "piecewise_affine_map",
    "sample_picture",
    "surrounding_points",
    "thin_plate_map",
    "thin_plate_spline",
]
