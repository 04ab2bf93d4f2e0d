"""A face drawn by hand, and what tests do with it."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

SIDE = 224


def half_face() -> dict[int, tuple[float, float]]:
    """Landmarks of the left half of a face in a square of 224, its middle at x = 112."""
    points = {0: (36, 92), 1: (37, 114), 2: (41, 136), 3: (47, 157), 4: (58, 175), 5: (72, 190)}
    points |= {6: (86, 200), 7: (98, 206), 8: (112, 209)}
    points |= {17: (48, 74), 18: (57, 68), 19: (69, 66), 20: (81, 68), 21: (92, 72)}
    points |= {27: (112, 88), 28: (112, 101), 29: (112, 114), 30: (112, 127)}
    points |= {31: (98, 134), 32: (105, 137), 33: (112, 139)}
    points |= {36: (60, 90), 37: (69, 85), 38: (82, 85), 39: (93, 91), 40: (82, 94), 41: (69, 94)}
    points |= {48: (84, 161), 49: (94, 156), 50: (105, 153), 51: (112, 155)}
    points |= {57: (112, 173), 58: (104, 172), 59: (93, 168)}
    points |= {60: (89, 161), 61: (104, 159), 62: (112, 160), 66: (112, 164), 67: (104, 164)}
    return points


#: Pairs that mirror each other, written down on their own.
PAIRS = [(i, 16 - i) for i in range(8)] + [(17 + i, 26 - i) for i in range(5)]
PAIRS += [(31, 35), (32, 34), (36, 45), (37, 44), (38, 43), (39, 42), (40, 47), (41, 46)]
PAIRS += [(48, 54), (49, 53), (50, 52), (59, 55), (58, 56), (60, 64), (61, 63), (67, 65)]


def turned(landmarks: Tensor, degrees: float, center: tuple[float, float]) -> Tensor:
    """Turn points about a centre, clockwise as one sees the picture."""
    angle = np.deg2rad(degrees)
    cos, sin = np.cos(angle), np.sin(angle)
    matrix = torch.tensor([[cos, sin], [-sin, cos]], dtype=landmarks.dtype)
    return (landmarks - torch.tensor(center)) @ matrix + torch.tensor(center)


class Call(nn.Module):
    """A function as a module, for ``torch.export``."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


def check_compiles_and_exports(function, batch: Tensor) -> None:
    """Compiled without a graph break, and exported for any batch size, it gives the same."""
    torch._dynamo.reset()
    compiled = torch.compile(function, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(batch), function(batch))
    size = torch.export.Dim("size", min=1, max=64)
    exported = torch.export.export(Call(function), (batch,), dynamic_shapes=(({0: size}),))
    longer = torch.cat([batch, batch[:1] + 0.5])
    torch.testing.assert_close(exported.module()(longer), function(longer))


def compiled_with_wrong_faces(function, face: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Results, compiled, of a good face, of one with a NaN, and of one collapsed to a point."""
    broken = face.clone()
    broken[30, 0] = torch.nan
    torch._dynamo.reset()
    compiled = torch.compile(function, fullgraph=True, backend="aot_eager")
    return compiled(torch.stack([face, broken, torch.full_like(face, 50.0)])).unbind()
