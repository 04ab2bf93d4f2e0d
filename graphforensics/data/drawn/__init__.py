"""Faces that are drawn by rule: nobody's portrait, nothing to download, every landmark known."""

from graphforensics.data.drawn.draw_face import Picture, draw_face
from graphforensics.data.drawn.face_look import FaceLook
from graphforensics.data.drawn.face_motion import FaceMotion, FacePose
from graphforensics.data.drawn.face_shape import face_points
from graphforensics.data.drawn.scene import Scene, View

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
