"""Recipes as Lightning's own command line takes them, looked at before it does."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from graphforensics.errors import MissingDataError
from graphforensics.train.config.class_check import class_problems
from graphforensics.train.config.yaml_text import parse_yaml, read_yaml
from graphforensics.train.recipes.recipe import recipe_path
from graphforensics.train.recipes.recipe_reader import RecipeReader


def checked_recipe(recipe: str, trusted: Iterable[str] = ()) -> str:
    """Look at a recipe before anything that it names is imported.

    Args:
        recipe: A name of :func:`~graphforensics.train.recipes.recipe.recipe_names`, a file, or
            YAML.
        trusted: Modules, besides this library's and Lightning's, that it may name classes of.

    Returns:
        The file or the YAML, as Lightning's command line takes it.

    Raises:
        MissingDataError: A key is unknown, a value is wrong, or a class is of a module that is not
            trusted; the first mistake is named.
    """
    inline = "\n" in recipe or recipe.lstrip().startswith("{")
    place = "the recipe" if inline else str(recipe_path(recipe))
    document = parse_yaml(recipe, place) if inline else read_yaml(Path(place))
    document = document["fit"] if isinstance(document.get("fit"), dict) else document
    reader = RecipeReader(trusted, whole=False, lightning=True)
    problems = class_problems(document, trusted)
    if not problems:
        reader.read(document)
    for problem in [*problems, *reader.problems]:
        raise MissingDataError(f"{place}: {problem}")
    return recipe if inline else place
