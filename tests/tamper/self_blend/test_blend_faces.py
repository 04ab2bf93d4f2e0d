from __future__ import annotations

import pytest
import torch

from graphforensics.tamper import SelfBlend
from graphforensics.tamper.self_blend import blend_faces


@pytest.mark.parametrize("partial", [False, True])
@pytest.mark.parametrize("move", [(0.0, 0.0), (-45.0, -30.0), (40.0, 55.0)])
def test_changing_what_is_seen_alone_gives_the_same(
    photograph, landmarks, monkeypatch, partial: bool, move: tuple[float, float]
) -> None:
    """Of a source only the part that comes to lie under the mask is changed; also where a face
    is cut off by the edge."""
    pixels = torch.from_numpy(photograph).permute(2, 0, 1)[:, 45:185, 155:290].contiguous()
    points = torch.from_numpy(landmarks) - torch.tensor([155.0, 45.0]) + torch.tensor(move)
    images, faces = pixels.expand(12, -1, -1, -1), points.expand(12, -1, -1)
    blend, seeds = SelfBlend(partial, sides=("source",)), torch.arange(12)
    parts = []
    seen = blend_faces._seen
    monkeypatch.setattr(
        blend_faces, "_seen", lambda *given: parts.append(seen(*given)) or parts[-1]
    )
    some = blend(images, faces, seeds=seeds)
    assert some.valid.all()
    assert any(rows != slice(0, 140) for rows, _ in parts)
    monkeypatch.setattr(blend_faces, "_seen", lambda *_: (slice(0, 140), slice(0, 135)))
    whole = blend(images, faces, seeds=seeds)
    for name in ("forged", "target", "mask"):
        assert torch.equal(getattr(some, name), getattr(whole, name)), name
    assert not torch.equal(some.forged, images)
