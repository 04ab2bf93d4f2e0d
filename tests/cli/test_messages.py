"""Warnings as one line, and everything as it was afterwards."""

from __future__ import annotations

import logging
import warnings

import pytest

from graphforensics.cli.messages import plain_messages


def test_a_warning_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    shown, level = warnings.showwarning, logging.getLogger("lightning.pytorch").level
    with plain_messages():
        warnings.simplefilter("always")
        warnings.warn("two\nlines", stacklevel=1)
    assert capsys.readouterr().err == "graphforensics: note: two lines\n"
    assert warnings.showwarning is shown
    assert logging.getLogger("lightning.pytorch").level == level
