"""A setting: one field of a part's dataclass, from which everything else follows."""

from __future__ import annotations

import dataclasses
import inspect
import re
from dataclasses import dataclass
from typing import Any, get_type_hints

#: Keys of a field's metadata that are not for ``argparse``.
_OWN = ("place", "flag", "hidden")


@dataclass(frozen=True)
class Setting:
    """What a setting is called, where it stands, and what it may be.

    Args:
        name: The keyword of the constructor.
        word: What ``graphforensics train`` calls it: its flag without the dashes.
        place: Where it stands in a recipe.
        hint: Its type.
        default: What holds where nothing is said.
        help: What it does.
        keywords: More keywords of ``ArgumentParser.add_argument``.
    """

    name: str
    word: str
    place: str
    hint: Any
    default: Any
    help: str
    keywords: dict[str, Any]

    @property
    def flag(self) -> str:
        """The option of the command line."""
        return f"--{self.word.replace('_', '-')}"


def setting(
    default: Any,
    *,
    flag: str | None = None,
    place: str | None = None,
    hidden: bool = False,
    kw_only: bool = False,
    **keywords: Any,
) -> Any:
    """Return a dataclass field with what its name, type and docstring do not say.

    Args:
        default: What holds where nothing is said.
        flag: The option, where it is not the name with dashes.
        place: The place in a recipe, where it is not the part's ``PLACE`` and the name.
        hidden: The setting follows from others; it has neither an option nor a place.
        kw_only: It is given by its keyword only.
        **keywords: Of ``ArgumentParser.add_argument``.

    Example:
        >>> @dataclass(frozen=True)
        ... class Steps:
        ...     '''Steps.
        ...
        ...     Args:
        ...         rate: Step size.
        ...     '''
        ...     PLACE = "model."
        ...     rate: float = setting(0.1, flag="--lr")
        >>> found = settings_of(Steps)[0]
        >>> found.word, found.place, found.help
        ('lr', 'model.rate', 'Step size.')
    """
    own = {"place": place, "flag": flag, "hidden": hidden}
    told = {name: value for name, value in own.items() if value}
    return dataclasses.field(default=default, kw_only=kw_only, metadata={**told, **keywords})


def settings_of(part: type[Any]) -> tuple[Setting, ...]:
    """Return the settings of a part, a dataclass, in the order of its fields.

    A field's help is what the docstring of the part, or of the class that it inherits the field
    from, says under ``Args``.

    Args:
        part: A dataclass with a ``PLACE``, where its settings stand in a recipe.
    """
    hints, helps = get_type_hints(part), argument_help(part)
    found = []
    for field in dataclasses.fields(part):
        told = field.metadata
        if told.get("hidden"):
            continue
        word = str(told.get("flag") or field.name).lstrip("-").replace("-", "_")
        found.append(
            Setting(
                field.name,
                word,
                told.get("place") or f"{part.PLACE}{field.name}",
                hints[field.name],
                field.default,
                helps.get(field.name, ""),
                {name: value for name, value in told.items() if name not in _OWN},
            )
        )
    return tuple(found)


def argument_help(kind: type[Any]) -> dict[str, str]:
    """Read what the docstrings of a class and of its bases say of the constructor's keywords.

    Args:
        kind: Any class with an ``Args`` section in its docstring.

    Example:
        >>> argument_help(Setting)["hint"]
        'Its type.'
    """
    found: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        text = base.__dict__.get("__doc__")
        found.update(_arguments(inspect.cleandoc(text)) if text else {})
    return found


def _arguments(text: str) -> dict[str, str]:
    section = re.search(r"^Args:\n((?:[ ]+.*\n?|\n)*)", text, re.MULTILINE)
    if section is None:
        return {}
    entries = re.findall(r"^ {4}(\w+): (.*(?:\n {5,}.*)*)", section.group(1), re.MULTILINE)
    return {name: _plain(" ".join(said.split())) for name, said in entries}


def _plain(text: str) -> str:
    """Take the markup of reStructuredText away, which a terminal does not show."""
    text = re.sub(r":\w+:`~?(?:[\w.]*\.)?(\w+)`", r"\1", text)
    return text.replace("``", "").replace('"', "")
