from __future__ import annotations

import torch

from graphforensics.nn import FacialPartMask, visible_tokens
from tests.nn.properties import check_nan_shows, refused


def test_every_face_keeps_exactly_its_visible_tokens():
    parts = torch.rand(6, 3, 20) > 0.5
    mask = FacialPartMask()(parts).mask
    tokens = torch.randn(6, 20, 4)
    shown = visible_tokens(tokens, mask)
    assert shown.tokens.size(1) == int((~mask).sum(1).max())
    for face in range(6):
        present = shown.present[face]
        assert torch.equal(shown.tokens[face, present], tokens[face, ~mask[face]])
        where = (~mask[face]).nonzero().flatten()
        assert torch.equal(shown.token_id[face, present], where)
        assert (shown.tokens[face, ~present] == 0).all()


def test_padding_does_not_change_attention():
    attend = torch.nn.MultiheadAttention(8, 2, batch_first=True)
    tokens = torch.randn(3, 10, 8)
    mask = torch.zeros(3, 10, dtype=torch.bool)
    mask[0, :6], mask[1, 4] = True, True
    shown = visible_tokens(tokens, mask)
    together, _ = attend(*(shown.tokens,) * 3, key_padding_mask=~shown.present)
    for face in range(3):
        alone = tokens[face : face + 1, ~mask[face]]
        wanted, _ = attend(alone, alone, alone)
        torch.testing.assert_close(together[face, shown.present[face]], wanted[0])


def test_length_and_nothing_visible():
    tokens, mask = torch.randn(2, 5, 3), torch.ones(2, 5, dtype=torch.bool)
    assert visible_tokens(tokens, mask).tokens.shape == (2, 0, 3)
    padded = visible_tokens(tokens, mask, length=4)
    assert padded.tokens.shape == (2, 4, 3)
    assert not padded.present.any()
    compiled = torch.compile(visible_tokens, fullgraph=True, backend="aot_eager")
    mask[0, 1:3] = False
    for met, wanted in zip(compiled(tokens, mask, 4), visible_tokens(tokens, mask, 4), strict=True):
        assert torch.equal(met, wanted)


def test_nan_shows_and_what_is_hidden_does_not():
    mask = torch.tensor([[True, False, False]])
    check_nan_shows(lambda tokens: visible_tokens(tokens, mask).tokens, torch.randn(1, 3, 2))
    tokens = torch.randn(2, 3, 2, requires_grad=True)
    mask = torch.tensor([[True, False, False], [True, True, False]])
    visible_tokens(tokens, mask).tokens.sum().backward()
    assert torch.equal(tokens.grad[..., 0] == 0, mask)


def test_wrong_arguments():
    tokens, mask = torch.randn(2, 5, 3), torch.zeros(2, 5, dtype=torch.bool)
    assert "[B, L, C] (got [5, 3])" in refused(visible_tokens, tokens[0], mask)
    assert "[2, 5] (got [2, 4])" in refused(visible_tokens, tokens, mask[:, :4])
    assert "torch.int64" in refused(visible_tokens, tokens, mask.long())
    assert "at most 5" in refused(visible_tokens, tokens, mask, 6)
    assert "at least 5" in refused(visible_tokens, tokens, mask, 4)
