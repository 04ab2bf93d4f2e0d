import numpy as np
import torch

from graphforensics.tamper import RecipeBatch, SelfBlendRecipe, extend_forehead
from graphforensics.tamper.recipe.face_window import FaceWindow


def test_points_and_lengths(landmarks) -> None:
    recipe = SelfBlendRecipe(forehead=1.2, blur=0.04)
    window = FaceWindow.around(
        torch.from_numpy(landmarks)[None], RecipeBatch.from_recipes([recipe])
    )
    np.testing.assert_allclose(window.points[0], extend_forehead(landmarks, 1.2), rtol=1e-5)
    box = landmarks.max(axis=0) - landmarks.min(axis=0)
    assert float(window.side) == np.float32(1.3) * box.max()
    assert float(window.radius) == round(0.04 * 1.3 * box.max())
    np.testing.assert_allclose(window.centre[0], landmarks.min(axis=0) + box / 2, rtol=1e-6)


def test_room_for_all_that_moves(landmarks) -> None:
    """The points, moved and grown by the strongest recipe, with bend and blur, are inside."""
    faces = torch.from_numpy(landmarks).expand(200, -1, -1)
    recipe = RecipeBatch.draw(torch.arange(200))
    window = FaceWindow.around(faces, recipe)
    centre = window.centre.unsqueeze(1)
    moved = (window.points - centre) * (1 + recipe.scale).view(-1, 1, 1) + centre
    moved = moved + (recipe.shift * window.side.unsqueeze(1)).unsqueeze(1)
    reach = (3 * recipe.elastic * window.side + window.radius).unsqueeze(1)
    assert (moved.amin(1) - reach >= window.low).all()
    assert (moved.amax(1) + reach <= window.low + window.extent).all()
