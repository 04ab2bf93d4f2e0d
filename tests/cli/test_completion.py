"""Words that a shell is offered, asked as bash asks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

# The torch that a parser may not load; argcomplete writes its answer to descriptor 8.
PROGRAM = """
import os, sys
os.dup2(os.open(sys.argv.pop(), os.O_WRONLY | os.O_CREAT), 8)
sys.modules["torch"] = None
from graphforensics.cli.main import main
main()
"""


def offered(line: str, answer: Path) -> list[str]:
    asked = {
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_IFS": "\n",
        "_ARGCOMPLETE_SUPPRESS_SPACE": "1",
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
        "COMP_TYPE": "9",
    }
    command = [sys.executable, "-c", PROGRAM, str(answer)]
    subprocess.run(command, env={**os.environ, **asked}, check=True, pass_fds=(), timeout=60)
    return answer.read_text().split("\n")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("graphforensics st", ["store"]),
        ("graphforensics store --th", ["--thumbnails"]),
        ("graphforensics forge --codec c", ["c23", "c40"]),
        ("graphforensics recipe ch", ["check"]),
    ],
)
def test_commands_options_and_choices_are_offered(
    tmp_path: Path, line: str, words: list[str]
) -> None:
    pytest.importorskip("argcomplete")
    assert [word.strip() for word in offered(line, tmp_path / "answer")] == words


def test_help_loads_no_torch() -> None:
    program = (
        "import sys; sys.modules['torch'] = None\n"
        "from graphforensics.cli.main import COMMANDS, build_parser\n"
        "for name in COMMANDS: build_parser(name).format_help()\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
