"""``graphforensics recipe``: what recipes there are, what they say, and whether one is right."""

from __future__ import annotations

import argparse
import sys

from graphforensics.cli.setting_flags import OptionGroup
from graphforensics.cli.train_options import add_trust


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the three things that can be asked."""
    asked = parser.add_subparsers(dest="asked", metavar="WHAT", required=True)
    check = asked.add_parser(
        "check",
        help="tell all mistakes of recipes, with their places; nothing is written",
        description="Tell every unknown key and wrong value of recipes. Nothing is written.",
    )
    check.add_argument("recipe", nargs="+", metavar="FILE", help="a YAML file, or a name")
    add_trust(OptionGroup(check, "classes"))
    asked.add_parser("list", help="name the recipes that come along")
    show = asked.add_parser("show", help="print a recipe that comes along, to change a copy of it")
    show.add_argument("recipe", metavar="NAME")


def run(args: argparse.Namespace) -> int:
    """Answer, and return the exit status: 2 where a recipe is wrong."""
    from graphforensics.train.recipes.recipe import recipe_path

    if args.asked == "list":
        return _list()
    if args.asked == "show":
        print(recipe_path(args.recipe).read_text(encoding="utf-8"), end="")
        return 0
    # Every recipe is looked at, whatever is wrong with the one before.
    return max(_check(recipe, getattr(args, "trust", [])) for recipe in args.recipe)


def _list() -> int:
    from graphforensics.train.recipes.recipe import recipe_names, recipe_path

    for name in recipe_names():
        first = recipe_path(name).read_text(encoding="utf-8").splitlines()[0]
        print(f"{name}: {first.lstrip('# ')}")
    return 0


def _check(recipe: str, trusted: list[str]) -> int:
    from graphforensics.errors import MissingDataError
    from graphforensics.train.recipes.recipe import recipe_problems

    try:
        problems = [f"{recipe}: {problem}" for problem in recipe_problems(recipe, trusted)]
    except MissingDataError as error:
        problems = [str(error)]
    for problem in problems:
        print(f"graphforensics recipe: error: {problem}", file=sys.stderr)
    if not problems:
        print(f"{recipe}: good")
    return 2 if problems else 0
