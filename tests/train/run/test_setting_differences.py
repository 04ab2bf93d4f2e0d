"""Which settings differ, by hand-worked dictionaries."""

from __future__ import annotations

from graphforensics.train.run.setting_differences import setting_differences


def test_only_what_differs_is_named_with_both_values() -> None:
    before = {"a": {"b": 1, "c": [1, 2], "e": 3}, "f": "x" * 64, "g": True}
    now = {"a": {"b": 2, "c": [1, 2], "d": None}, "f": "y" * 64, "g": True}
    assert setting_differences(before, now) == [
        "a.b is 2, was 1",
        "a.d is null, was not set",
        "a.e is not set, was 3",
        f"f is {'y' * 12}..., was {'x' * 12}...",
    ]
    assert setting_differences(now, now) == []
