import numpy as np
import pytest
import torch
from scipy.stats import kstest

from graphforensics.tamper.recipe.seeded_draw import draw_seeds, seeded_uniform

SEEDS = [0, 1, 2, 2**31, 2**32 - 1, 2**40 + 12345, 2**63 - 1]


def mixed(word: np.uint32) -> np.uint32:
    """Finish MurmurHash3 of 32 bits, in NumPy's wrapping arithmetic."""
    word ^= word >> np.uint32(16)
    word *= np.uint32(0x85EBCA6B)
    word ^= word >> np.uint32(13)
    word *= np.uint32(0xC2B2AE35)
    return word ^ (word >> np.uint32(16))


@pytest.mark.parametrize("stream", [0, 3])
def test_numbers_against_wrapping_words(stream: int) -> None:
    drawn = seeded_uniform(torch.tensor(SEEDS), 5, stream).numpy()
    step = 0x9E3779B9
    for row, seed in enumerate(SEEDS):
        for k in range(5):
            low = np.array([(seed + (k + 1) * step) % 2**32], dtype=np.uint32)
            high = np.array([((seed >> 32) + stream * step) % 2**32], dtype=np.uint32)
            word = mixed(mixed(low) + high)
            assert drawn[row, k] == float(word[0] >> np.uint32(8)) / 2**24


def test_numbers_are_uniform_and_unrelated() -> None:
    drawn = seeded_uniform(torch.arange(2000), 30).double().numpy()
    assert drawn.min() >= 0
    assert drawn.max() < 1
    for column in (0, 7, 29):
        assert kstest(drawn[:, column], "uniform").pvalue > 1e-3
    assert np.abs(np.corrcoef(drawn, rowvar=False) - np.eye(30)).max() < 0.1
    # One seed's numbers against its neighbour's.
    assert abs(np.corrcoef(drawn[:-1, 0], drawn[1:, 0])[0, 1]) < 0.1


def test_streams_differ() -> None:
    seeds = torch.tensor(SEEDS)
    assert (seeded_uniform(seeds, 50, 0) != seeded_uniform(seeds, 50, 1)).float().mean() > 0.9


def test_seeds_come_from_the_generator_or_from_the_global_one() -> None:
    first, again = (draw_seeds(5, torch.Generator().manual_seed(3)) for _ in range(2))
    assert first.equal(again)
    assert first.dtype == torch.int64
    torch.manual_seed(4)
    one = draw_seeds(5)
    torch.manual_seed(4)
    assert draw_seeds(5).equal(one)
    assert len(set(one.tolist())) == 5
