from __future__ import annotations

import numpy as np
import pytest
import torch

from graphforensics.nn.loss import OrthogonalDiversityLoss, orthogonal_diversity_loss


def oracle(features: np.ndarray) -> float:
    """Eq. 4, clip by clip and snippet by snippet, the Frobenius norm as a root of squares."""
    clips = []
    for clip in features:
        norms = []
        for v in clip:
            difference = v @ v.T - np.eye(len(v))
            norms.append(np.sqrt((difference**2).sum()))
        clips.append(sum(norms) / len(clip))
    return float(np.mean(clips))


def test_against_numpy():
    features = torch.randn(3, 4, 5, 6).double()
    assert orthogonal_diversity_loss(features).item() == pytest.approx(oracle(features.numpy()))


def test_literals():
    assert orthogonal_diversity_loss(torch.eye(4)[None, None]).item() == 0
    same = torch.tensor([1.0, 0.0]).expand(1, 2, 3, 2)
    assert orthogonal_diversity_loss(same).item() == pytest.approx(6**0.5)


def test_order_of_regions_and_batch():
    features = torch.randn(4, 3, 5, 6)
    whole = orthogonal_diversity_loss(features)
    assert orthogonal_diversity_loss(features[:, :, torch.randperm(5)]).item() == pytest.approx(
        whole.item(), rel=1e-5
    )
    singles = torch.stack([orthogonal_diversity_loss(one[None]) for one in features])
    assert torch.allclose(singles.mean(), whole)


def test_gradcheck_and_finite_gradient_at_the_minimum():
    features = torch.randn(2, 2, 3, 4, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(orthogonal_diversity_loss, features)
    best = torch.eye(3)[None, None].requires_grad_()
    orthogonal_diversity_loss(best).backward()
    assert best.grad.isfinite().all()


def test_module_compile_export_half():
    loss, features = OrthogonalDiversityLoss(), torch.randn(2, 3, 4, 5)
    wanted = orthogonal_diversity_loss(features)
    assert torch.equal(loss(features), wanted)
    compiled = torch.compile(loss, fullgraph=True, backend="aot_eager")
    assert torch.allclose(compiled(features), wanted)
    assert torch.allclose(torch.export.export(loss, (features,)).module()(features), wanted)
    assert loss(features.bfloat16()).isfinite()
    assert repr(loss) == "OrthogonalDiversityLoss()"


@pytest.mark.parametrize("shape", [(2, 3, 4), (0, 2, 3, 4), (1, 1, 1, 1, 1)])
def test_wrong_shape(shape):
    with pytest.raises(ValueError, match=r"'features' must be \[B, T, N, C\] \(got"):
        orthogonal_diversity_loss(torch.rand(shape))


def test_autocast_changes_nothing():
    """Eq. 4 measures distances from 1, of which bfloat16 has three digits."""
    features = torch.nn.functional.normalize(torch.randn(2, 3, 4, 64), dim=-1)
    with torch.autocast("cpu", torch.bfloat16):
        under = orthogonal_diversity_loss(features)
    assert under.dtype == torch.float32
    assert torch.equal(under, orthogonal_diversity_loss(features))
