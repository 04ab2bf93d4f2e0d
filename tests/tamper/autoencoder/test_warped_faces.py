import torch

from graphforensics.tamper.autoencoder.face_set import FaceSet
from graphforensics.tamper.autoencoder.warped_faces import warped_faces


def _drawn(people: FaceSet, seed: int):
    return warped_faces(people, 16, torch.Generator().manual_seed(seed))


def test_samples(two_people) -> None:
    inputs, wanted, masks = _drawn(two_people[0], 0)
    assert inputs.shape == wanted.shape == (16, 3, 32, 32)
    assert masks.shape == (16, 1, 32, 32)
    for one in (inputs, wanted, masks):
        assert 0 <= one.min() <= one.max() <= 1
    # Warped, and the same face all the same.
    apart = (inputs - wanted).abs().mean()
    strangers = (wanted - _drawn(two_people[1], 0)[1]).abs().mean()
    assert 0.005 < apart < strangers
    assert masks[:, 0, 16, 16].all()


def test_seeds_decide(two_people) -> None:
    one, same, other = (_drawn(two_people[0], seed) for seed in (1, 1, 2))
    for first, second in zip(one, same, strict=True):
        assert torch.equal(first, second)
    assert not torch.equal(one[0], other[0])


def test_a_ramp_is_moved_as_the_limits_say() -> None:
    """Of a picture whose red is x and whose green is y the target shows how it was moved."""
    line = torch.linspace(0, 255, 64).round().to(torch.uint8)
    ramp = torch.stack([line.expand(64, 64), line.expand(64, 64).T, torch.zeros(64, 64)])
    people = FaceSet(ramp[None].to(torch.uint8), torch.ones(1, 1, 64, 64, dtype=torch.bool))
    _, wanted, _ = warped_faces(people, 200, torch.Generator().manual_seed(0))
    middle = wanted[:, :2, 31:33, 31:33].mean((2, 3)) - 0.5
    assert middle.abs().max() < 0.045
    slope = (wanted[:, 0, 32, 40] - wanted[:, 0, 32, 24]) / 16 * 63
    # Half of them are mirrored; turned by 8 degrees and scaled by 5 % at most.
    assert 0.3 < (slope < 0).float().mean() < 0.7
    assert 0.93 < slope.abs().min() <= slope.abs().max() < 1.07
