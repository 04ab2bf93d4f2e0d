from __future__ import annotations

import pytest
import torch
import torch_geometric.transforms as T
from torch_geometric.data import Batch, Data
from torch_geometric.loader import DataLoader

from graphforensics.transforms import AppendPositions, MaskRegions
from tests.transforms.graphs import face, plain, sequence


def test_by_number():
    graph = face(0)
    masked = MaskRegions(regions=(1, 3, 9))(graph)
    assert masked.region_kept.tolist() == [True, False, True, False]
    assert torch.equal(masked.x[[0, 2]], graph.x[[0, 2]])
    assert masked.x[[1, 3]].abs().sum() == 0
    assert masked.num_edges == graph.num_edges
    assert "region_kept" not in graph
    assert masked.validate()


def test_numbers_are_those_of_regions_not_of_nodes():
    graph = face(0)
    graph.region_id = torch.tensor([10, 11, 12, 13])
    masked = MaskRegions(regions=[11], value=-1.0)(graph)
    assert masked.x[1].tolist() == [-1.0, -1.0, -1.0]
    assert masked.region_kept.tolist() == [True, False, True, True]


def test_a_batch_hides_the_same_regions_in_every_face():
    [batch] = DataLoader([face(0), face(1, nodes=3)], batch_size=2)
    masked = MaskRegions(regions=[1])(batch)
    assert masked.region_kept.tolist() == [True, False, True, True, True, False, True]


def test_relations_of_hidden_regions_can_go():
    graph = face(0)
    masked = MaskRegions(regions=[0, 2], drop_relations=True)(graph)
    matrix = graph.adjacency()
    wanted = torch.zeros(4, 4)
    for i in (1, 3):
        for j in (1, 3):
            wanted[i, j] = matrix[i, j]
    assert torch.equal(masked.adjacency(), wanted)
    assert masked.strain.shape == (4,)
    [batch] = DataLoader([graph, face(1)], batch_size=2)
    single = MaskRegions(regions=[0, 2], drop_relations=True)(batch).to_data_list()[1]
    assert single.num_edges == 4


@pytest.mark.parametrize(("rate", "hidden"), [(0.0, 0), (0.1, 0), (0.125, 1), (0.5, 2), (1.0, 4)])
def test_a_share_of_each_graph(rate: float, hidden: int):
    [batch] = DataLoader([face(0), face(1), face(2, nodes=8)], batch_size=3)
    kept = MaskRegions(rate=rate)(batch).region_kept
    assert (~kept[:4]).sum() == (~kept[4:8]).sum() == hidden
    assert (~kept[8:]).sum() == int(rate * 8 + 0.5)


def test_every_region_is_hidden_as_often():
    mask = MaskRegions(rate=0.5)
    [batch] = DataLoader([face(0)] * 400, batch_size=400)
    often = (~mask(batch).region_kept).view(400, 4).float().mean(0)
    # 400 draws of one half: five standard deviations are 0.125.
    assert bool(((often - 0.5).abs() < 0.125).all())


def test_a_generator_decides():
    graph = face(0, nodes=30)

    def draw(seed: int) -> list[bool]:
        mask = MaskRegions(rate=0.5, generator=torch.Generator().manual_seed(seed))
        return mask(graph).region_kept.tolist()

    assert draw(1) == draw(1) != draw(2)
    mask = MaskRegions(rate=0.5)
    torch.manual_seed(3)
    first, second = mask(graph).region_kept, mask(graph).region_kept
    assert not torch.equal(first, second)
    torch.manual_seed(3)
    assert torch.equal(mask(graph).region_kept, first)


def test_a_sequence_hides_a_region_all_the_time():
    masked = MaskRegions(regions=[2])(sequence(0))
    assert masked.x[2].abs().sum() == 0
    assert masked.x[3].abs().min() > 0
    assert [g.region_kept.tolist() for g in masked.snapshots()] == [[True, True, False, True]] * 3


def test_hidden_nan_is_hidden():
    graph = face(0)
    graph.x[1] = torch.nan
    assert bool(MaskRegions(regions=[1])(graph).x.isfinite().all())


def test_composed_masks_join():
    compose = T.Compose([MaskRegions(regions=[0]), AppendPositions(), MaskRegions(regions=[1])])
    masked = compose(face(0))
    assert masked.region_kept.tolist() == [False, False, True, True]
    assert masked.x.shape == (4, 5)


def test_on_plain_graphs():
    assert MaskRegions(rate=0.5)(plain(face(0))).region_kept.sum() == 2


def test_a_masked_batch_falls_apart_into_masked_graphs():
    batch = Batch.from_data_list([face(0), face(1, nodes=3)])
    one, two = MaskRegions(regions=[0])(batch).to_data_list()
    assert one.region_kept.tolist() == [False, True, True, True]
    assert two.region_kept.tolist() == [False, True, True]
    assert "region_kept" not in batch.to_data_list()[0]
    assert Batch.from_data_list([one, two]).region_kept.shape == (7,)


def test_repr_and_errors():
    assert repr(MaskRegions(rate=0.5)) == "MaskRegions(rate=0.5)"
    assert repr(MaskRegions(regions={3, 1})) == "MaskRegions(regions=[1, 3])"
    for wrong in ({}, {"rate": 0.5, "regions": [1]}):
        with pytest.raises(ValueError, match="either 'rate' or 'regions'"):
            MaskRegions(**wrong)
    with pytest.raises(ValueError, match=r"'rate' must be in \[0, 1\] \(got 1.5\)"):
        MaskRegions(rate=1.5)
    edges = torch.empty(2, 0).long()
    with pytest.raises(ValueError, match="'region_id'"):
        MaskRegions(regions=[1])(Data(x=torch.zeros(2, 1), edge_index=edges))
    with pytest.raises(ValueError, match="'x'"):
        MaskRegions(rate=0.5)(Data(num_nodes=2, edge_index=edges))
