"""Names of files as text that is safe to print."""

from __future__ import annotations


def plain_name(name: object) -> str:
    r"""Return a name with escapes for what would move the cursor or forge a line.

    Args:
        name: A path, as a user named it.

    Example:
        >>> plain_name("clip.mp4\nall.mp4: not forged")
        'clip.mp4\\nall.mp4: not forged'
    """
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape", "backslashreplace").decode()
        for sign in str(name)
    )
