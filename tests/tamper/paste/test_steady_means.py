import numpy as np

from graphforensics.preprocess.track.smoothing import smooth_at
from graphforensics.tamper.paste.steady_means import steady_means


def _own(item: tuple[int, np.ndarray | None]) -> np.ndarray | None:
    return item[1]


def test_every_item_comes_back_in_order_with_the_smooth_mean() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(100, 3, (40, 3))
    out = list(steady_means(enumerate(values), _own, 25.0, 0.6))
    assert [item[0] for item, _ in out] == list(range(40))
    times = np.arange(40) / 25
    for number, (_, shift) in enumerate(out):
        wanted = smooth_at(times, values, number / 25, 0.6) - values[number]
        np.testing.assert_allclose(shift, wanted, atol=1e-9)


def test_items_without_a_mean_are_passed_on() -> None:
    values: list[np.ndarray | None] = [np.array([1.0]), None, np.array([3.0])]
    out = list(steady_means(enumerate(values), _own, 25.0, 1.0))
    assert out[1][0] == (1, None)
    np.testing.assert_array_equal(out[1][1], [0.0])
    np.testing.assert_allclose(out[0][1], [0.0], atol=1e-9)


def test_no_more_is_drawn_ahead_than_the_window() -> None:
    drawn = []

    def items():
        for number in range(100):
            drawn.append(number)
            yield number, np.array([1.0])

    next(steady_means(items(), _own, 10.0, 1.0))
    assert len(drawn) == 6


def test_nothing() -> None:
    assert list(steady_means([], _own, 25.0, 1.0)) == []
