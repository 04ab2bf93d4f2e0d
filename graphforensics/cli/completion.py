"""Completion of words in a shell, by the optional package argcomplete."""

from __future__ import annotations

import argparse
import os
import shlex
from collections.abc import Callable, Collection


def complete(
    build: Callable[[str | None], argparse.ArgumentParser], commands: Collection[str]
) -> None:
    """Answer a shell that asks how a line may go on, and end; otherwise do nothing.

    A shell that was told ``eval "$(register-python-argcomplete graphforensics)"`` sets
    ``_ARGCOMPLETE`` and ``COMP_LINE`` when the tab key is pressed. Only then argcomplete is
    imported, and only the options of the command on the line are built.

    Args:
        build: Makes the parser for a command, or for none.
        commands: Names of the commands.
    """
    if "_ARGCOMPLETE" not in os.environ:
        return
    try:
        import argcomplete
    except ImportError:
        return
    words = _words(os.environ.get("COMP_LINE", ""))
    # The last word may still be in the making: "store" is no command yet while it is typed.
    command = next((word for word in words[1:] if word in commands), None)
    argcomplete.autocomplete(build(command))


def _words(line: str) -> list[str]:
    typed = line if line.endswith(" ") else line.rpartition(" ")[0]
    try:
        return shlex.split(typed)
    except ValueError:
        # A quotation mark that is still open.
        return typed.split()
