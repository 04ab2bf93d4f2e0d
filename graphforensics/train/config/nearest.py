"""The known word that is nearest to a mistyped one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """Return the end of an error's sentence that names the nearest known word, or nothing.

    Of dotted places the last parts are compared, in small letters, those of the same section first.

    Args:
        word: What was given.
        known: What could have been meant.

    Example:
        >>> did_you_mean("trainer.max_epoch", ["trainer.max_epochs", "out"])
        "; did you mean 'trainer.max_epochs'?"
        >>> did_you_mean("trainer.learning_rate", ["model.init_args.learning_rate"])
        "; did you mean 'model.init_args.learning_rate'?"
        >>> did_you_mean("colour", ["out"])
        ''
    """
    head, _, last = str(word).rpartition(".")
    beside: dict[str, str] = {}
    elsewhere: dict[str, str] = {}
    for place in sorted(set(known)):
        section, _, name = place.rpartition(".")
        (beside if section == head else elsewhere).setdefault(name.lower(), place)
    # A word of another section is meant only if it is almost the same.
    for words, cutoff in ((beside, 0.6), (elsewhere, 0.85)):
        found = difflib.get_close_matches(last.lower(), words, n=1, cutoff=cutoff)
        if found:
            return f"; did you mean {words[found[0]]!r}?"
    return ""
