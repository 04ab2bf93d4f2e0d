"""Faces that are drawn by rule: nobody's portrait, nothing to download, every landmark known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
    from graphforensics.datasets.drawn.draw_face import Picture, draw_face
    from graphforensics.datasets.drawn.face_look import FaceLook
    from graphforensics.datasets.drawn.face_motion import FaceMotion, FacePose
    from graphforensics.datasets.drawn.face_shape import face_points
    from graphforensics.datasets.drawn.scene import Scene, View

__all__ = [
    "FaceLook",
    "FaceMotion",
    "FacePose",
    "Picture",
    "Scene",
    "View",
    "draw_face",
    "face_points",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "draw_face": "Picture draw_face",
        "face_look": "FaceLook",
        "face_motion": "FaceMotion FacePose",
        "face_shape": "face_points",
        "scene": "Scene View",
    },
)
