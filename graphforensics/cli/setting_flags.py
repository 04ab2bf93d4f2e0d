"""Options of the command line that follow from the settings of a part."""

from __future__ import annotations

import argparse
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, Union, get_args, get_origin

from graphforensics.train.config.part import Part
from graphforensics.train.config.setting import Setting, settings_of


class OptionGroup:
    """A group of options that leave no trace where they are not given.

    Args:
        parser: Of the command.
        title: Of the group.
        told: Defaults that ``--help`` tells, where they are not the settings'.
    """

    def __init__(
        self,
        parser: argparse.ArgumentParser,
        title: str,
        told: Mapping[str, str] | None = None,
    ) -> None:
        self._group = parser.add_argument_group(title)
        self._told = dict(told or {})

    def add(self, flag: str, help: str, **keywords: Any) -> None:
        """Add an option that is no setting."""
        self._group.add_argument(flag, help=help, default=argparse.SUPPRESS, **keywords)

    def add_part(self, part: type[Part], without: Iterable[str] = ()) -> None:
        """Add the settings of a part.

        Args:
            part: One of :data:`~graphforensics.train.config.parts.PARTS`.
            without: Words of settings that have no option of their own.
        """
        for one in settings_of(part):
            if one.word not in without:
                help = option_help(one, self._told.get(one.word))
                self.add(one.flag, help, **option_keywords(one))


class BooleanOrWord(argparse.Action):
    """``--flag``, ``--no-flag``, or ``--flag WORD`` with one of some words.

    Args:
        option_strings: The option.
        dest: Where its value goes.
        words: The words.
        **settings: Of ``argparse.Action``.
    """

    def __init__(
        self, option_strings: Sequence[str], dest: str, words: Sequence[str], **settings: Any
    ) -> None:
        self.words = tuple(words)
        flags = [*option_strings, *(f"--no-{flag[2:]}" for flag in option_strings)]
        settings.setdefault("metavar", "|".join(self.words))
        super().__init__(flags, dest, nargs="?", **settings)

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Store the value; a word that is none of them ends the command."""
        off = str(option_string).startswith("--no-")
        if values is not None and (off or values not in self.words):
            wanted = "takes no word" if off else f"must be alone or one of {', '.join(self.words)}"
            raise argparse.ArgumentError(self, f"{wanted} (got {values!r})")
        setattr(namespace, self.dest, not off if values is None else values)


def option_keywords(one: Setting) -> dict[str, Any]:
    """Return what ``ArgumentParser.add_argument`` must be told of a setting.

    Args:
        one: The setting; its own ``keywords`` count more than what follows from its type.

    Example:
        >>> from graphforensics.train.config.optimizer_options import OptimizerOptions
        >>> option_keywords(settings_of(OptimizerOptions)[3])
        {'choices': ('adam', 'adamw', 'sgd')}
    """
    hint = _without_none(one.hint)
    found = _of_type(hint)
    if hint is not one.hint and hint in (int, float):
        # The help says what None means, so that it must be possible to say it.
        found["type"] = _or_none(hint)
    return {**found, **one.keywords}


def option_help(one: Setting, default: str | None = None) -> str:
    """Return a setting's help, with its default.

    Args:
        one: The setting.
        default: What to tell instead of its own default.
    """
    told = default if default is not None else _words(one.default)
    text = one.help.rstrip(".").replace("%", "%%")
    if text[1:2].islower() or text[1:2] == " ":
        text = text[0].lower() + text[1:]
    return f"{text}; default: {told}" if told else text


def _of_type(hint: Any) -> dict[str, Any]:
    words = [word for kind in get_args(hint) for word in get_args(kind)]
    if bool in get_args(hint) and words:
        return {"action": BooleanOrWord, "words": words}
    if hint is bool:
        return {"action": argparse.BooleanOptionalAction}
    if hint in (int, float):
        return {"type": hint}
    if get_origin(hint) is Literal:
        return {"choices": get_args(hint)}
    if get_origin(hint) is tuple:
        return {"nargs": len(get_args(hint)), "type": get_args(hint)[0]}
    if isinstance(get_origin(hint), type) and issubclass(get_origin(hint), Iterable):
        return {"nargs": "+"}
    return {}


def _or_none(kind: type[int] | type[float]) -> Callable[[str], int | float | None]:
    def read(text: str) -> int | float | None:
        return None if text.lower() == "none" else kind(text)

    # What argparse says of a wrong word: "invalid float value".
    read.__name__ = kind.__name__
    return read


def _without_none(hint: Any) -> Any:
    if get_origin(hint) not in (Union, types.UnionType):
        return hint
    kinds = [kind for kind in get_args(hint) if kind is not types.NoneType]
    if bool in kinds:
        return hint
    return kinds[0] if len(kinds) == 1 else str


def _words(default: Any) -> str:
    if default is None or default is False:
        return ""
    if isinstance(default, tuple):
        return " ".join(_words(entry) for entry in default)
    return f"{default:g}" if isinstance(default, float) else str(default)
