from __future__ import annotations

import os

from graphforensics.inference.plain_name import plain_name


def test_what_would_move_the_cursor_is_escaped() -> None:
    assert plain_name("片 é.mp4") == "片 é.mp4"
    assert plain_name("a\nb\r\x1b[2J\x07") == r"a\nb\r\x1b[2J\x07"
    assert plain_name("right\u202eleft") == r"right\u202eleft"
    assert plain_name(os.fsdecode(b"bad\xfe.mp4")) == r"bad\udcfe.mp4"
