"""What the parts of a run's settings have in common."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, get_type_hints

from graphforensics.train.config.typed_value import typed_value

if TYPE_CHECKING:
    from typing_extensions import Self


@dataclass(frozen=True)
class Part:
    """A part of the settings of a run: a frozen dataclass that checks itself.

    The field of a subclass is all that there is to write for a setting: the option of
    ``graphforensics train``, its help and its default, the place in a recipe, the keyword of
    ``LightningCLI`` and what ``--print-config`` prints follow from it.
    """

    #: Where its settings stand in a recipe.
    PLACE: ClassVar[str] = ""

    def __post_init__(self) -> None:
        self._check_types()
        self._check_all("check")
        self._check_all("check_together")

    def check(self) -> None:
        """Raise ValueError where a value is out of range; every class checks its own fields."""

    def check_together(self) -> None:
        """Raise ValueError where values that are right by themselves do not go together."""

    @classmethod
    def check_apart(cls, **keywords: Any) -> None:
        """Check values each by itself, as of a recipe that something else will be said beside.

        Args:
            **keywords: Fields by name; what is missing has its default.

        Raises:
            ValueError: A value is out of range or of another type.
        """
        part = object.__new__(cls)
        for field in dataclasses.fields(cls):
            object.__setattr__(part, field.name, keywords.get(field.name, field.default))
        part._check_types()
        part._check_all("check")

    def _check_types(self) -> None:
        hints = get_type_hints(type(self))
        for field in dataclasses.fields(self):
            try:
                value = typed_value(getattr(self, field.name), hints[field.name])
            except ValueError as error:
                raise ValueError(f"{field.name!r} {error}") from None
            object.__setattr__(self, field.name, value)

    def _check_all(self, name: str) -> None:
        for kind in reversed(type(self).__mro__):
            if name in kind.__dict__:
                kind.__dict__[name](self)

    @classmethod
    def of(cls, *given: Any, **keywords: Any) -> Self:
        """Build the part from keywords, or change a part that is given.

        Args:
            *given: A part, or the first of its fields by position.
            **keywords: Fields by name.

        Raises:
            TypeError: There is no such field.
            ValueError: A value is out of range.
        """
        if len(given) == 1 and isinstance(given[0], cls):
            return dataclasses.replace(given[0], **keywords)
        return cls(*given, **keywords)

    @classmethod
    def picked(cls, whole: object) -> Self:
        """Take the fields of this part out of something that has them by the same names.

        Args:
            whole: Such as a namespace, or a larger part.
        """
        return cls(**{field.name: getattr(whole, field.name) for field in dataclasses.fields(cls)})
