import torch

from graphforensics.tamper import RecipeBatch
from graphforensics.tamper.recipe.recipe_kind import kind_order, recipe_kinds


def test_every_recipe_is_in_one_part_of_its_kind() -> None:
    drawn = RecipeBatch.draw(torch.arange(40))
    order = kind_order(drawn)
    assert sorted(order) == list(range(40))
    recipe = drawn[torch.tensor(order)]
    parts = list(recipe_kinds(recipe, 3))
    assert [row for one in parts for row in range(40)[one.part]] == list(range(40))
    for one in parts:
        assert 1 <= len(one.strengths) <= 3
        assert list(one.strengths) == sorted(one.strengths)
        assert (recipe.changes_source[one.part] == one.changes_source).all()
        assert (recipe.sharpens[one.part] == one.sharpens).all()
        assert recipe.strength[one.part].tolist() == list(one.strengths)


def test_as_few_parts_as_there_are_kinds() -> None:
    drawn = RecipeBatch.draw(torch.arange(40))
    parts = list(recipe_kinds(drawn[torch.tensor(kind_order(drawn))], 40))
    assert len({(one.changes_source, one.sharpens) for one in parts}) == len(parts) == 4
