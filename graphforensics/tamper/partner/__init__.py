"""Whose face goes into whose picture."""

from graphforensics.tamper.partner.choose_partner import choose_partner
from graphforensics.tamper.partner.face_pose import FacePose
from graphforensics.tamper.partner.face_traits import FaceTraits
from graphforensics.tamper.partner.partner import Partner

__all__ = ["FacePose", "FaceTraits", "Partner", "choose_partner"]
