from __future__ import annotations

import numpy as np
import torch

from graphforensics.nn import DiverseMultiheadAttention, class_attention_map
from tests.nn.properties import check_batch_is_singles, places, refused


def test_against_oracle():
    _, attention = DiverseMultiheadAttention(8, heads=3)(torch.randn(2, 13, 8))
    met = class_attention_map(attention, 3, 4)
    assert met.shape == (2, 3, 4)
    numbers = attention.detach().numpy()
    for token, (row, column) in enumerate(places(3, 4)):
        wanted = numbers[:, :, 0, 1 + token].mean(1)
        np.testing.assert_allclose(met[:, row, column].detach().numpy(), wanted, atol=1e-6)


def test_it_and_the_class_token_share_what_the_class_token_gives():
    attention = torch.rand(2, 6, 50, 50).softmax(-1)
    given = class_attention_map(attention, 7, 7).sum((1, 2)) + attention[:, :, 0, 0].mean(1)
    torch.testing.assert_close(given, torch.ones(2))


def test_singles_nan_and_gradients():
    attention = torch.rand(2, 2, 5, 5)
    check_batch_is_singles(lambda given: class_attention_map(given, 2, 2), attention)
    attention[0, 1, 0, 3] = torch.nan
    assert class_attention_map(attention, 2, 2).isnan().any()
    given = torch.rand(1, 2, 5, 5, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda one: class_attention_map(one, 2, 2), given)


def test_wrong_arguments():
    assert "[B, heads, 50, 50] (got [2, 6, 49, 49])" in refused(
        class_attention_map, torch.rand(2, 6, 49, 49), 7, 7
    )
    assert "height" in refused(class_attention_map, torch.rand(2, 6, 1, 1), 0, 7)
