from __future__ import annotations

import math

import pytest
import torch
import torch_geometric.transforms as T
from torch import Tensor
from torch_geometric.data import HeteroData
from torch_geometric.loader import DataLoader
from torch_geometric.nn import HeteroConv, SAGEConv

from graphforensics.data.face_graph import FaceGraph
from graphforensics.regions import patch_grid
from graphforensics.transforms import KeepTopRelations, MergeViews
from tests.transforms.graphs import face, plain, sequence


def view(pos: list[list[float]], kind: str = "region", **parts: object) -> FaceGraph:
    nodes = len(pos)
    return FaceGraph.from_dense(
        torch.rand(nodes, 3), torch.rand(nodes, nodes), torch.tensor(pos), kind=kind, **parts
    )


def links(joint: HeteroData, one: str, other: str) -> dict[tuple[int, int], float]:
    store = joint[one, "meets", other]
    pairs = map(tuple, store.edge_index.t().tolist())
    return dict(zip(pairs, store.edge_weight.tolist(), strict=True))


def test_nearest_by_hand():
    two = view([[0.0, 0.0], [1.0, 1.0]])
    three = view([[0.0, 0.1], [1.0, 0.9], [0.3, 0.4]], kind="patch")
    joint = MergeViews()({"attention": two, "patch": three})
    tenth = 1 - 0.1 / math.sqrt(2)
    assert links(joint, "attention", "patch") == pytest.approx(
        {(0, 0): tenth, (1, 1): tenth, (0, 2): 1 - 0.5 / math.sqrt(2)}
    )
    assert links(joint, "patch", "attention") == pytest.approx({(0, 0): tenth, (1, 1): tenth})


def test_k_nearest_against_a_search():
    one, other = face(0, nodes=6), face(2, nodes=5)
    joint = MergeViews(k=3)({"a": one, "b": other})
    found = set(links(joint, "a", "b"))
    for i in range(5):
        near = sorted(range(6), key=lambda j: math.dist(one.pos[j].tolist(), other.pos[i].tolist()))
        assert {(j, i) for j in near[:3]} == {edge for edge in found if edge[1] == i}
    assert len(links(MergeViews(k=99)({"a": one, "b": other}), "a", "b")) == 30


def test_of_equally_near_regions_the_first():
    joint = MergeViews()({"a": view([[0.5, 0.4], [0.5, 0.6]]), "b": view([[0.5, 0.5]])})
    assert joint["a", "meets", "b"].edge_index.tolist() == [[0], [0]]


def box_map(left: int, top: int, right: int, bottom: int, size: int = 4) -> Tensor:
    mask = torch.zeros(size, size)
    mask[top:bottom, left:right] = 2.0  # only its shape counts, not its height
    return mask


def test_overlap_by_hand():
    patches = view(patch_grid(4, 2).centers.tolist(), "patch", attention=torch.eye(4).view(4, 2, 2))
    maps = torch.stack([box_map(0, 0, 2, 2), box_map(1, 0, 3, 4), torch.zeros(4, 4)])
    regions = view([[0.25, 0.25], [0.5, 0.5], [0.5, 0.5]], attention=maps)
    joint = MergeViews("overlap")({"region": regions, "patch": patches})
    # The second region is two columns of four: a half of each patch, of a size with it or less.
    assert links(joint, "region", "patch") == {
        (0, 0): 1.0,
        (1, 0): 0.5,
        (1, 1): 0.5,
        (1, 2): 0.5,
        (1, 3): 0.5,
    }
    back = {(i, j): w for (j, i), w in links(joint, "region", "patch").items()}
    assert links(joint, "patch", "region") == back
    few = MergeViews("overlap", minimum=0.6)({"region": regions, "patch": patches})
    assert links(few, "region", "patch") == {(0, 0): 1.0}


def test_each_view_comes_whole():
    views = {"attention": face(0), "patch": face(2, nodes=5), "au": face(4, nodes=3)}
    joint = MergeViews()(views)
    assert joint.validate()
    assert joint.node_types == list(views)
    assert len(joint.edge_types) == 3 + 6
    for name, graph in views.items():
        for attribute in ("x", "pos", "region_id", "attention"):
            assert torch.equal(joint[name][attribute], graph[attribute])
        store = joint[name, "relates", name]
        for attribute in ("edge_index", "edge_weight", "edge_kept", "edge_attr", "strain"):
            assert torch.equal(store[attribute], graph[attribute])
        assert joint[name].kind == "region"
    assert joint.y.tolist() == [0.0]
    # What a view says about the whole face stays with it, whether or not views agree.
    assert set(joint._global_store.keys()) == {"y"}
    assert [joint[name].frame_id.tolist() for name in views] == [[0], [2], [4]]
    assert torch.equal(joint["au"].box, views["au"].box)


def test_labels_must_agree():
    with pytest.raises(ValueError, match="label 'y'"):
        MergeViews()({"a": face(0), "b": face(1)})
    half = view([[0.5, 0.5]])
    assert MergeViews()({"a": face(1), "b": half}).y.tolist() == [1.0]
    with_number = plain(face(1))
    with_number.y = 1.0
    assert MergeViews()({"a": with_number, "b": half}).y == 1.0


def test_views_over_time():
    moving = sequence(0)
    still = view([[0.5, 0.5]], y=1.0)
    joint = MergeViews()({"mrl": moving, "patch": still})
    distance = (moving.pos.mean(1) - 0.5).norm(dim=1)
    assert joint["mrl", "meets", "patch"].edge_index[0].item() == distance.argmin()
    assert joint["mrl"].x.shape == (4, 3, 3)


def faces_of_two_views() -> list[dict[str, FaceGraph]]:
    return [{"a": face(2 * i), "b": face(2 * i, nodes=3 + i)} for i in range(3)]


def test_the_loader_batches_joint_graphs():
    joint = [MergeViews()(views) for views in faces_of_two_views()]
    [batch] = DataLoader(joint, batch_size=3)
    assert batch.y.tolist() == [0.0] * 3
    assert batch["a"].x.shape == (12, 3)
    for got, wanted in zip(batch.to_data_list(), joint, strict=True):
        assert links(got, "a", "b") == links(wanted, "a", "b")


def test_batches_are_joined_face_by_face():
    views = faces_of_two_views()
    joint = [MergeViews()(face_views) for face_views in views]
    [one] = DataLoader([v["a"] for v in views], batch_size=3)
    [other] = DataLoader([v["b"] for v in views], batch_size=3)
    batch = MergeViews()({"a": one, "b": other})
    [wanted] = DataLoader(joint, batch_size=3)
    for edge_type in wanted.edge_types:
        assert torch.equal(batch[edge_type].edge_index, wanted[edge_type].edge_index)
        assert torch.equal(batch[edge_type].edge_weight, wanted[edge_type].edge_weight)
    with pytest.raises(ValueError, match="same faces"):
        MergeViews()({"a": one, "b": face(0)})


def test_renumbered_nodes_keep_their_links():
    one, other = face(0, nodes=5), face(2, nodes=4)
    order = torch.randperm(5)
    moved = one.clone()
    moved.x, moved.pos = one.x[order], one.pos[order]
    wanted = links(MergeViews(k=2)({"a": one, "b": other}), "a", "b")
    got = links(MergeViews(k=2)({"a": moved, "b": other}), "a", "b")
    assert {(order[j].item(), i): w for (j, i), w in got.items()} == wanted


def test_a_heterogeneous_layer_takes_it():
    compose = T.Compose([MergeViews(), T.RemoveIsolatedNodes()])
    joint = compose({"a": KeepTopRelations(2)(face(0)), "b": face(2)})
    layer = HeteroConv({edge: SAGEConv((3, 3), 5) for edge in joint.edge_types})
    out = layer(joint.x_dict, joint.edge_index_dict)
    assert {name: value.shape for name, value in out.items()} == {"a": (4, 5), "b": (4, 5)}


def test_repr_and_errors():
    assert repr(MergeViews()) == "MergeViews('nearest', k=1)"
    assert repr(MergeViews("overlap")) == "MergeViews('overlap', minimum=0.1)"
    with pytest.raises(ValueError, match="'link'"):
        MergeViews("random")
    with pytest.raises(ValueError, match="'k'"):
        MergeViews(k=0)
    with pytest.raises(ValueError, match=r"'minimum' must be in \(0, 1\]"):
        MergeViews("overlap", minimum=0)
    for wrong in ([face(0)], {}):
        with pytest.raises(ValueError, match="dictionary"):
            MergeViews()(wrong)
    with pytest.raises(ValueError, match="without '__'"):
        MergeViews()({"a__b": face(0)})
    with pytest.raises(ValueError, match="view 'b' must have 'pos'"):
        MergeViews()({"a": face(0), "b": face(0, pos=None)})
    with pytest.raises(ValueError, match="view 'a' must have 'attention'"):
        MergeViews("overlap")({"a": face(0, attention=None), "b": face(0)})
    with pytest.raises(ValueError, match="finite"):
        MergeViews()({"a": face(0), "b": view([[float("nan"), 0.5]])})
