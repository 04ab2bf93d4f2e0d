"""Options that follow from settings."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import pytest

from graphforensics.cli.setting_flags import OptionGroup
from graphforensics.train.config.part import Part
from graphforensics.train.config.setting import setting


@dataclass(frozen=True)
class Limits(Part):
    """Some limits.

    Args:
        seconds: How long; ``None`` for no limit.
        steps: How many; ``None`` for no limit.
        share: How much.
    """

    seconds: float | None = setting(None, kw_only=True, metavar="S")
    steps: int | None = setting(None, kw_only=True, metavar="N")
    share: float = setting(0.5, kw_only=True, metavar="SHARE")


def _parsed(*words: str) -> dict[str, object]:
    parser = argparse.ArgumentParser()
    OptionGroup(parser, "limits").add_part(Limits)
    return vars(parser.parse_args(words))


def test_what_may_be_none_may_be_said_to_be() -> None:
    assert _parsed("--seconds", "None", "--steps", "none") == {"seconds": None, "steps": None}
    assert _parsed("--seconds", "2.5", "--steps", "3") == {"seconds": 2.5, "steps": 3}
    assert _parsed() == {}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--seconds", "soon"), "invalid float value: 'soon'"),
        (("--steps", "2.5"), "invalid int value: '2.5'"),
        (("--share", "None"), "invalid float value: 'None'"),
    ],
)
def test_other_words_are_errors(
    words: tuple[str, str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        _parsed(*words)
    assert told in capsys.readouterr().err
