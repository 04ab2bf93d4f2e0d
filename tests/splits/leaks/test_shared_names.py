"""Who and what is in two parts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from graphforensics.splits.leaks import shared_names

PEOPLE = st.lists(st.sampled_from("abcdefgh"), max_size=2, unique=True)
PARTS = st.dictionaries(st.sampled_from(["train", "val", "test"]), st.lists(PEOPLE, max_size=4))


@given(PARTS)
def test_exactly_those_in_two_parts_are_named(parts) -> None:
    rows = {
        part: [
            {"source": f"{part}{n}", "identity": "; ".join(who)} for n, who in enumerate(everyone)
        ]
        for part, everyone in parts.items()
    }
    seen = {part: {p for who in everyone for p in who} for part, everyone in parts.items()}
    wanted = {p for p in "abcdefgh" if sum(p in who for who in seen.values()) > 1}
    found = shared_names(rows)
    assert {shared.name for shared in found} == wanted
    for shared in found:
        assert set(shared.files) == {part for part, who in seen.items() if shared.name in who}


def test_files_videos_and_origins() -> None:
    parts = {
        "train": [
            {"source": "x/a.mp4", "sha256": "12", "dataset": "D", "video": "a"},
            {"source": "x/r.mp4"},
        ],
        "test": [
            {"source": "y/b.mp4", "sha256": "12", "dataset": "D", "video": "a"},
            {"source": "y/f.mp4", "origin": "x/r.mp4", "video": "y/f.mp4"},
        ],
    }
    assert [(shared.kind, shared.name) for shared in shared_names(parts)] == [
        ("file", "sha256 12"),
        ("video", "D/a"),
        ("origin", "x/r.mp4"),
    ]
    assert str(shared_names(parts)[2]) == (
        "origin x/r.mp4 is in test (y/f.mp4) and in train (x/r.mp4)"
    )


def test_a_forgery_beside_its_origin_is_no_leak() -> None:
    rows = [{"source": "r"}, {"source": "f", "origin": "r"}]
    assert shared_names({"train": rows, "test": [{"source": "q", "video": None}]}) == []
