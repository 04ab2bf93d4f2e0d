from collections import Counter

import pytest

from graphforensics.tamper.families import FAMILIES
from graphforensics.tamper.files.method_shares import allocate, method_shares


def test_names_with_and_without_shares() -> None:
    assert method_shares("self_blend") == {"self_blend": 1.0}
    assert method_shares(["swap=0.25", "regenerate=0.75"]) == {"swap": 0.25, "regenerate": 0.75}
    assert method_shares({"mouth": 0.5}) == {"mouth": 0.5}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("deepfake", "'method' must be one of self_blend, .*swap.* \\(got 'deepfake'\\)"),
        (["swap", "swap"], "names swap twice"),
        ("swap=0", r"the share of swap must be in \(0, 1\] \(got 0\)"),
        ("swap=1.5", "the share of swap"),
        ("swap=half", "the share of swap .*got half"),
        ("swap=nan", "the share of swap"),
        ([], "at least one method"),
    ],
)
def test_wrong_shares(given, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        method_shares(given)


@pytest.mark.parametrize("count", [1, 2, 3, 10, 97])
def test_shares_are_kept_exactly_and_every_source_gets_one(count: int) -> None:
    sources = [f"clip{number}" for number in range(count)]
    taken = allocate({"a": 0.2, "b": 0.3, "c": 0.5}, sources, 4)
    assert all(len(methods) == 1 for methods in taken.values())
    counts = Counter(methods[0] for methods in taken.values())
    for method, share in (("a", 0.2), ("b", 0.3), ("c", 0.5)):
        assert abs(counts[method] - share * count) <= 1


def test_a_share_of_one_is_every_source_once() -> None:
    sources = [f"clip{number}" for number in range(7)]
    taken = allocate({"a": 0.5, "b": 1.0, "c": 0.5}, sources, 0)
    assert all(methods.count("b") == 1 for methods in taken.values())
    assert sum(methods.count("a") for methods in taken.values()) in (3, 4)
    assert allocate({"a": 0.5, "b": 1.0}, ["x"], 0)["x"].count("b") == 1


def test_seed_and_order() -> None:
    sources = [f"clip{number}" for number in range(30)]
    shares = {"a": 0.5, "b": 0.5}
    assert allocate(shares, sources, 1) == allocate(shares, sources[::-1], 1)
    assert allocate(shares, sources, 1) != allocate(shares, sources, 2)


def test_every_family_says_what_it_is() -> None:
    for name, family in FAMILIES.items():
        assert name == family.name
        assert family.about
        assert "train and test detectors" in family.purpose
