from __future__ import annotations

import pytest

from graphforensics.train.config.pseudo_fake_shares import pseudo_fake_shares


def test_shares_are_of_their_sum() -> None:
    assert pseudo_fake_shares("partial") == {"partial": 1.0}
    assert pseudo_fake_shares("whole=3, regenerate=1") == {"whole": 0.75, "regenerate": 0.25}
    assert pseudo_fake_shares("whole,partial") == {"whole": 0.5, "partial": 0.5}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("swap", "must be among whole, partial, regenerate"),
        ("", "must be among"),
        ("whole,whole=2", "names whole twice"),
        ("whole=0", "positive shares"),
        ("whole=nan", "positive shares"),
        ("whole=much", "positive shares"),
    ],
)
def test_other_words_are_refused(words: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        pseudo_fake_shares(words)
