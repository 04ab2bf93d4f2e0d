"""Inputs that carry nothing, or too much, or the wrong shape, into every public layer and loss."""

from __future__ import annotations

import re

import pytest
import torch
from torch import Tensor

from graphforensics import nn as layers
from tests.nn.catalogue import ENTRIES, GRAPH, NOT_LAYERS, TWINS, Entry
from tests.nn.properties import check_nan_shows, tensors_of


def _takes_a_list(known: Entry) -> bool:
    inputs = known.inputs()
    return len(inputs) > 1 and inputs[1].dtype == torch.long and inputs[1].dim() == 2


CHANGES = {
    "flatter": lambda tensor: tensor[0],
    "deeper": lambda tensor: tensor[None],
    "longer": lambda tensor: torch.cat([tensor, tensor[..., -1:]], -1),
}

#: Layers that take a list of edges.
OVER_EDGES = [name for name, known in GRAPH.items() if _takes_a_list(known)]


@pytest.fixture(params=sorted(ENTRIES))
def known(request) -> Entry:
    return ENTRIES[request.param]


def test_every_public_name_has_an_entry():
    named = {re.split(r",? ", name)[0] for name in ENTRIES}
    assert set(TWINS.values()) <= named
    assert named | set(TWINS) | NOT_LAYERS == set(layers.__all__)
    assert set(layers.loss.__all__) <= set(layers.__all__)


def assert_sound(known: Entry, given: tuple[Tensor, ...]) -> None:
    """The output is finite, and so is every gradient."""
    layer = known.build()
    given = tuple(one.clone().requires_grad_(one.is_floating_point()) for one in given)
    outputs = [one for one in tensors_of(layer(*given)) if one.is_floating_point()]
    assert all(one.isfinite().all() for one in outputs)
    learned = [one for one in outputs if one.requires_grad]
    if learned:
        torch.stack([one.sum() for one in learned]).sum().backward()
    for one in (*given, *layer.parameters()):
        assert one.grad is None or one.grad.isfinite().all()


@pytest.mark.parametrize("value", [0.0, 1.0, -1.0, -1e4])
def test_constant_inputs(known, value):
    """All zeros; a range of 0; sums, degrees and relations that are negative."""
    given = tuple(
        torch.full_like(one, max(value, known.at_least.get(place, value)))
        if one.is_floating_point()
        else one
        for place, one in enumerate(known.inputs())
    )
    assert_sound(known, given)


def test_the_smallest_inputs(known):
    """One node without edges, one pixel, one token, one snippet."""
    assert_sound(known, known.tiny())


@pytest.mark.parametrize("name", OVER_EDGES)
def test_nodes_without_edges(name):
    edge_place = 1
    given = list(ENTRIES[name].inputs())
    edges = given[edge_place].size(1)
    given[edge_place] = given[edge_place][:, :0]
    for place, one in enumerate(given):
        if place > edge_place and one.size(0) == edges:
            given[place] = one[:0]
    assert_sound(ENTRIES[name], tuple(given))


def test_nan_shows(known):
    check_nan_shows(known.build(), *known.inputs(), silent=known.silent)


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_another_shape_is_refused_by_name_and_size(known, change):
    for place, one in enumerate(known.inputs()):
        given = list(known.inputs())
        given[place] = CHANGES[change](one)
        if (place, change) in known.legal:
            known.build()(*given)
            continue
        with pytest.raises(ValueError, match=r"^'\w+' must .*\(got .*\)") as caught:
            known.build()(*given)
        # It is the tensor that was changed, or one that does not fit it any more.
        shapes = {str(list(tensor.shape)) for tensor in given}
        assert any(shape in str(caught.value) for shape in shapes)


def test_nothing_at_all(known):
    """A batch of no samples is refused, or gives a batch of none; never NaN."""
    given = tuple(one[:0] for one in known.inputs())
    if not known.batched or not given:
        return
    try:
        outputs = tensors_of(known.build()(*given))
    except ValueError as error:
        complaint = str(error)
        outputs = []
    assert all(one.size(0) == 0 for one in outputs)
    assert outputs or re.search(r"'\w+' must .*\(got .*\)", complaint)
