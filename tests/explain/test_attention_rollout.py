from __future__ import annotations

import numpy as np
import pytest
import torch

from graphforensics.explain import attention_rollout
from graphforensics.explain.attention_rollout import rollout_map
from graphforensics.models import DeepfakeMAE
from tests.explain.test_pyg_explainers import SMALL


def test_against_numpy() -> None:
    rng = np.random.default_rng(0)
    blocks = [rng.random((2, 3, 4, 4)) for _ in range(3)]
    blocks = [block / block.sum(-1, keepdims=True) for block in blocks]
    wanted = np.tile(np.eye(4), (2, 1, 1))
    for block in blocks:
        wanted = (block.mean(1) + np.eye(4)) / 2 @ wanted
    found = attention_rollout([torch.from_numpy(block) for block in blocks])
    assert np.allclose(found.numpy(), wanted, atol=1e-6)
    assert np.allclose(found.sum(-1).numpy(), 1, atol=1e-6)


def test_learning_to_mask_with_one_block_is_half_its_class_attention() -> None:
    detector = SMALL["learning_to_mask"]().eval()
    inputs = torch.rand(1, 3, 64, 64)
    found = rollout_map(detector, inputs)
    wanted = detector.attend(inputs).class_attention[0] / 2
    assert torch.allclose(found, wanted, atol=1e-6)


def test_deepfake_mae_recomputes_the_attention_that_its_block_applies() -> None:
    """With values of 1 at one token and 0 elsewhere, a block's output is that token's attention."""
    detector = DeepfakeMAE("tiny", blocks=1, decoder_blocks=1, mapping_encoder="resnet10t",
                           frames=2, size=64).eval()  # fmt: skip
    inputs = torch.rand(1, 2, 3, 64, 64)
    found = rollout_map(detector, inputs)
    encoder = detector.finetuning.encoder
    block = encoder.blocks[0]
    seen = []
    handle = block.attn["qkv"].register_forward_hook(lambda _m, _g, out: seen.append(out))
    with torch.no_grad():
        encoder(inputs[0])
    handle.remove()
    query, key, _ = (
        seen[0].double().numpy().reshape(2, 17, 3, block.heads, -1).transpose(2, 0, 3, 1, 4)
    )
    score = query @ key.swapaxes(-1, -2) / np.sqrt(query.shape[-1])
    share = np.exp(score - score.max(-1, keepdims=True))
    share = (share / share.sum(-1, keepdims=True)).mean(1)
    wanted = ((share + np.eye(17)) / 2)[:, 1:, 1:].mean(1).reshape(2, 4, 4)
    assert np.allclose(found.numpy(), wanted, atol=1e-6)


def test_a_detector_without_a_transformer_has_none() -> None:
    detector = SMALL["lrl"]()
    assert rollout_map(detector, torch.rand(1, *detector.input_spec.shape)) is None


def test_no_block_is_refused() -> None:
    with pytest.raises(ValueError, match="'attention' must hold at least one block"):
        attention_rollout([])
