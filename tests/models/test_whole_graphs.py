from __future__ import annotations

import pytest
import torch

from graphforensics.models import LRL, DeepfakeMAE
from graphforensics.models.whole_graphs import check_whole_graphs


def test_whole_graphs_in_their_order_pass():
    check_whole_graphs(None, 7, nodes=3)
    check_whole_graphs(torch.tensor([0, 0, 0, 1, 1, 1]), 6, nodes=3)


@pytest.mark.parametrize(
    "batch", [[0, 1, 0, 1, 0, 1], [1, 1, 1, 0, 0, 0], [0, 0, 0, 0, 1, 1], [0, 0, 0]]
)
def test_other_batches_do_not(batch):
    with pytest.raises(ValueError, match="'batch' must be of graphs of 3 nodes, one after another"):
        check_whole_graphs(torch.tensor(batch), 6, nodes=3)


def test_read_outs_that_flatten_their_nodes_look_at_the_batch():
    lrl = LRL(encoder="resnet10t", encoder_stages=[0, 1, 2], k=2, size=32).eval()
    graph = lrl.graph(torch.rand(2, 3, 32, 32))
    with pytest.raises(ValueError, match="'batch' must be of graphs of 4 nodes"):
        lrl.graph_classifier()(graph.x, graph.edge_index, graph.edge_weight, graph.batch.flip(0))
    mae = DeepfakeMAE(
        "tiny", blocks=1, decoder_blocks=1, mapping_encoder="resnet10t", frames=2, size=64
    ).eval()
    edges, width = torch.empty(2, 0).long(), mae.graph_classifier().classifier.in_features
    with pytest.raises(ValueError, match="'batch' must be of graphs of 3 nodes"):
        mae.graph_classifier()(torch.rand(6, width), edges, batch=torch.arange(6) % 2)
