import numpy as np
import torch
from skimage.metrics import structural_similarity

from graphforensics.tamper.autoencoder.drawing_loss import drawing_loss


def test_the_structure_is_scikit_image_s() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.random((2, 24, 24)), None
    other = one[0] * 0.6 + 0.2 * one[1]
    one = one[0]
    _, full = structural_similarity(
        one, other, win_size=7, data_range=1.0, full=True, use_sample_covariance=False
    )
    inner = slice(3, -3)
    mask = torch.zeros(1, 1, 24, 24)
    mask[..., inner, inner] = 1

    def loss(mask: torch.Tensor) -> float:
        pictures = [torch.from_numpy(x)[None, None].expand(1, 3, -1, -1) for x in (one, other)]
        return float(drawing_loss(pictures[0], pictures[1], mask.double()))

    # Differences of two masks cancel what lies at the border, where scikit-image pads otherwise.
    error = np.abs(one - other) + 0.5 * (1 - full) / 2
    inside, weight = error[inner, inner].sum(), 18 * 18
    with_face, without = loss(mask), loss(torch.zeros_like(mask))
    around = without * 24 * 24 - inside
    expected = (inside + 0.2 * around) / (weight + 0.2 * (24 * 24 - weight))
    np.testing.assert_allclose(with_face, expected, rtol=1e-6)


def test_equal_pictures_and_gradients() -> None:
    torch.manual_seed(0)
    face = torch.rand(2, 3, 9, 9, dtype=torch.float64)
    masks = torch.ones(2, 1, 9, 9, dtype=torch.float64)
    assert abs(float(drawing_loss(face, face, masks))) < 1e-12
    other = torch.rand(2, 3, 9, 9, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda drawn: drawing_loss(drawn, face, masks), other)
