"""Names of files as a terminal may see them."""

from __future__ import annotations

import unicodedata

# Joiners, without which some scripts and emoji fall apart; they forge nothing.
_HARMLESS = "\u200c\u200d"
# Control characters, marks of formatting such as those that turn the direction of writing, halves
# of characters, private and unknown ones, ends of lines and paragraphs.
_ESCAPED = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def shown(text: object) -> str:
    r"""Return a text with everything escaped that a terminal would not show as a character.

    A name of a file may hold line breaks, which forge lines, and sequences that recolour, move or
    answer for the terminal; bytes that are no text are shown as ``\xff``.

    Args:
        text: Anything; its :class:`str` is taken.

    Example:
        >>> shown("a\nb\x1b[31m.mp4")
        'a\\nb\\x1b[31m.mp4'
    """
    words = str(text)
    if words.isascii() and words.isprintable():
        return words
    return "".join(_escaped(character) for character in words)


def _escaped(character: str) -> str:
    if unicodedata.category(character) not in _ESCAPED or character in _HARMLESS:
        return character
    number = ord(character)
    if 0xDC80 <= number <= 0xDCFF:
        # A byte that was no text, as Python keeps it in names.
        return f"\\x{number - 0xDC00:02x}"
    return character.encode("unicode_escape", "backslashreplace").decode("ascii")
