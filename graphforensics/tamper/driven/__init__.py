"""A face driven by the motion of another's landmarks."""

from graphforensics.tamper.driven.driven_landmarks import driven_landmarks
from graphforensics.tamper.driven.expression import Expressions
from graphforensics.tamper.driven.loop_motion import loop_motion

__all__ = ["Expressions", "driven_landmarks", "loop_motion"]
