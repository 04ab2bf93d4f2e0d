from __future__ import annotations

import numpy as np
import pytest
import torch

from graphforensics.nn.loss import TemporalConsistencyLoss, temporal_consistency_loss


def oracle(features: np.ndarray) -> float:
    """Eq. 5, clip by clip: T - 1 distances, divided by T."""
    clips = []
    for clip in features:
        distances = [np.sqrt(((clip[t] - clip[t - 1]) ** 2).sum()) for t in range(1, len(clip))]
        clips.append(sum(distances) / len(clip))
    return float(np.mean(clips))


def test_against_numpy():
    features = torch.randn(3, 4, 5, 6).double()
    assert temporal_consistency_loss(features).item() == pytest.approx(oracle(features.numpy()))


def test_literals():
    assert temporal_consistency_loss(torch.tensor([0.0, 3.0, -1.0]).view(1, 3, 1, 1)).item() == (
        pytest.approx(7 / 3)
    )
    assert temporal_consistency_loss(torch.rand(2, 1, 3, 4)).item() == 0  # one snippet


def test_batch_and_order_of_regions():
    features = torch.randn(4, 3, 5, 6)
    whole = temporal_consistency_loss(features)
    singles = torch.stack([temporal_consistency_loss(one[None]) for one in features])
    assert torch.allclose(singles.mean(), whole)
    assert torch.allclose(temporal_consistency_loss(features[:, :, torch.randperm(5)]), whole)


def test_gradcheck_and_finite_gradient_of_a_still_clip():
    features = torch.randn(2, 3, 3, 4, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(temporal_consistency_loss, features)
    still = torch.rand(1, 1, 3, 4).repeat(1, 4, 1, 1).requires_grad_()
    temporal_consistency_loss(still).backward()
    assert still.grad.eq(0).all()


def test_module_compile_export_half():
    loss, features = TemporalConsistencyLoss(), torch.randn(2, 3, 4, 5)
    wanted = temporal_consistency_loss(features)
    assert torch.equal(loss(features), wanted)
    compiled = torch.compile(loss, fullgraph=True, backend="aot_eager")
    assert torch.allclose(compiled(features), wanted)
    assert torch.allclose(torch.export.export(loss, (features,)).module()(features), wanted)
    assert loss(features.bfloat16()).isfinite()
    assert repr(loss) == "TemporalConsistencyLoss()"


def test_wrong_shape():
    with pytest.raises(ValueError, match=r"'features' must be \[B, T, N, C\] \(got \[2, 3\]\)"):
        temporal_consistency_loss(torch.rand(2, 3))
