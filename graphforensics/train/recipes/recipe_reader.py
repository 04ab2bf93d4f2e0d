"""Reading of what a recipe says, with all that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from graphforensics.errors import MissingDataError
from graphforensics.train.config.class_path import class_at, path_of
from graphforensics.train.config.constructor_keywords import keywords_of
from graphforensics.train.config.nearest import did_you_mean
from graphforensics.train.config.part import Part
from graphforensics.train.config.parts import PARTS, PLACES, keywords_by_word
from graphforensics.train.config.recipe_places import (
    DETECTOR,
    LOGGER,
    LOGGER_SET,
    SECTIONS,
    SET,
    TASK,
    TASK_SET,
    flat,
)
from graphforensics.train.config.setting import settings_of
from graphforensics.train.config.typed_value import typed_value

#: Keywords of tasks that follow from other places.
_LINKED = ("model", "seed")


class RecipeReader:
    """Turn a recipe into settings and collect what is wrong with it, each with its dotted place.

    Nothing is written, and no class is imported of a module that is not trusted.

    Args:
        trusted: Modules besides this library's and Lightning's that classes may be of.
        whole: Whether nothing will be said beside the recipe, so that its values must go together.
        lightning: Whether the recipe is for Lightning's own command line, which takes all of its
            trainer's keywords.

    Example:
        >>> reader = RecipeReader()
        >>> reader.read({"trainer": {"max_epochs": 3, "max_epoch": 3}})["epochs"]
        3
        >>> reader.problems[0][:24]
        "'trainer.max_epoch' is n"
    """

    def __init__(
        self, trusted: Iterable[str] = (), whole: bool = True, lightning: bool = False
    ) -> None:
        self.trusted = tuple(trusted)
        self.whole, self.lightning = whole, lightning
        #: What is wrong, in the order of the recipe.
        self.problems: list[str] = []
        self._classes: dict[str, type[Any]] = {}

    def read(self, document: Mapping[Any, Any]) -> dict[str, Any]:
        """Return the settings of a recipe; :attr:`problems` says what was left out of them."""
        from graphforensics.train.tasks.detection_task import DetectionTask

        settings: dict[str, Any] = {"set": {}, "task_set": {}, "logger_set": {}}
        if "class_path" not in (document.get("model") or {}):
            self._classes[TASK] = DetectionTask
        for place, value in flat(document):
            self._take(settings, place, value)
        self._check_detector(settings)
        for start, name, owner in (
            (SET, "set", DETECTOR),
            (TASK_SET, "task_set", TASK),
            (LOGGER_SET, "logger_set", LOGGER),
        ):
            settings[name] = self._typed(start, settings[name], self._classes.get(owner))
        for part in PARTS:
            self._check_part(part, settings)
        return settings

    def _take(self, settings: dict[str, Any], place: str, value: Any) -> None:
        if place in PLACES:
            self._take_setting(settings, place, value)
        elif place == "trainer.logger" and value in (False, None):
            settings["logger"] = None
        elif place in SECTIONS:
            # An empty section is YAML's null; of loggers Lightning takes several.
            if value is not None and not (self.lightning and place == "trainer.logger"):
                self._tell(f"{place!r} must hold names and values (got {value!r})")
        elif place in (TASK, DETECTOR, LOGGER):
            self._take_class(settings, place, value)
        elif place.startswith(SET):
            settings["set"][place.removeprefix(SET)] = value
        elif place.startswith(LOGGER_SET):
            settings["logger_set"][place.removeprefix(LOGGER_SET)] = value
        elif place.startswith(TASK_SET):
            settings["task_set"][place.removeprefix(TASK_SET)] = value
        elif not (self.lightning and _is_lightning_s(place)):
            self._tell_unknown(place)

    def _take_setting(self, settings: dict[str, Any], place: str, value: Any) -> None:
        one = PLACES[place]
        try:
            settings[one.word] = typed_value(value, one.hint, text=True)
        except ValueError as error:
            if not (self.lightning and place.startswith("trainer.")):
                self._tell(f"{place!r} {error}")

    def _take_class(self, settings: dict[str, Any], place: str, value: Any) -> None:
        try:
            found = class_at(value, place, self.trusted)
        except MissingDataError as error:
            self._tell(str(error))
            return
        self._classes[place] = found
        if place == TASK:
            settings["task"] = found
        elif place == LOGGER:
            settings["logger"] = str(value)
        else:
            settings["model"] = getattr(found, "name", "")

    def _check_detector(self, settings: dict[str, Any]) -> None:
        """See whether the classes are a detector and a task that trains it."""
        from graphforensics.models.registry import DETECTORS
        from graphforensics.train.tasks.detection_task import DetectionTask
        from graphforensics.train.tasks.registry import stage_of

        name, task = settings.get("model"), settings.get("task")
        if task is not None and not issubclass(task, DetectionTask):
            self._tell(f"{TASK}: {path_of(task)!r} is no task, a subclass of DetectionTask")
            del settings["task"]
            task = None
        if name is not None and name not in DETECTORS:
            path = path_of(self._classes.pop(DETECTOR))
            known = [path_of(kind) for kind in DETECTORS.values()]
            self._tell(f"{DETECTOR}: {path!r} is no detector{did_you_mean(path, known)}")
            del settings["model"]
        elif name is not None and task is not None and not self.lightning:
            try:
                stage_of(name, task)
            except ValueError as error:
                self._tell(f"{TASK}: {error}")

    def _typed(self, start: str, given: dict[str, Any], owner: type[Any] | None) -> dict[str, Any]:
        if owner is None:
            return given
        keywords, found = keywords_of(owner), {}
        # The run's seed is the task's, too.
        hints = {word: hint for word, hint in keywords.hints.items() if word not in _LINKED}
        for name, value in given.items():
            if name not in hints and not keywords.open:
                known = [f"{start}{word}" for word in hints]
                meant = did_you_mean(f"{start}{name}", known)
                self._tell(f"'{start}{name}' is not known to {owner.__name__}{meant}")
                continue
            try:
                found[name] = typed_value(value, hints.get(name, Any), text=True)
            except ValueError as error:
                self._tell(f"'{start}{name}' {error}")
        return found

    def _check_part(self, part: type[Part], settings: dict[str, Any]) -> None:
        try:
            keywords = keywords_by_word(part, settings)
            part(**keywords) if self.whole else part.check_apart(**keywords)
        except ValueError as error:
            places = {one.name: one.place for one in settings_of(part)}
            name = str(error).partition("'")[2].partition("'")[0]
            self._tell(f"{places.get(name, part.PLACE.rstrip('.'))}: {error}")

    def _tell_unknown(self, place: str) -> None:
        known = [*PLACES, *SECTIONS, TASK, DETECTOR, LOGGER]
        meant = did_you_mean(place, known)
        if _is_lightning_s(place):
            meant = "; 'python -m graphforensics.train.lightning_cli fit' takes it"
        self._tell(f"{place!r} is not known to 'graphforensics train'{meant}")

    def _tell(self, problem: str) -> None:
        self.problems.append(problem)


def _is_lightning_s(place: str) -> bool:
    """Say whether Lightning's command line takes what ``graphforensics train`` does not."""
    import lightning as L

    head, _, name = place.partition(".")
    if head == "trainer":
        return name.partition(".")[0] in keywords_of(L.Trainer).hints
    return place in ("ckpt_path", "weights_only")
