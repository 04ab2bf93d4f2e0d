from __future__ import annotations

import pytest
import torch

from graphforensics.nn import StagedEncoder, TimmEncoder

#: Networks of every kind that timm takes apart in its own way.
STAGED = ["resnet10t", "mobilenetv3_small_050", "convnext_atto", "test_efficientnet", "densenet121"]
WHOLE = ["test_vit", "xception41"]


def both(name: str, **options: object) -> tuple[StagedEncoder, TimmEncoder]:
    torch.manual_seed(0)
    staged = StagedEncoder(name, **options).eval()
    torch.manual_seed(0)
    return staged, TimmEncoder(name, out_indices=(-3, -2, -1), **options).eval()


@pytest.mark.parametrize("name", STAGED)
def test_the_stages_in_a_row_are_the_network(name):
    staged, whole = both(name)
    images = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        wanted, met = whole(images), staged(images)
        step = images
        for number, one in enumerate(met):
            step = staged.advance(number, step)
            torch.testing.assert_close(step, one)
    assert staged.staged
    assert (staged.channels, staged.strides) == (whole.channels, whole.strides)
    assert [tuple(m.shape) for m in met] == [tuple(m.shape) for m in wanted]
    for one, other in zip(met, wanted, strict=True):
        torch.testing.assert_close(one, other)


def test_xceptions_stages_end_before_the_relu_that_timm_looks_at():
    staged, whole = both("legacy_xception")
    images = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        met, wanted = staged(images), whole(images)
    for one, other in zip(met, wanted, strict=True):
        torch.testing.assert_close(one.relu(), other)
    assert not any(part._forward_hooks for part in staged.modules())


def test_channels_last_networks_give_channels_first():
    staged, _ = both(
        "swin_tiny_patch4_window7_224", img_size=64, window_size=2, depths=(1, 1, 1, 1)
    )
    images = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        maps = staged(images)
        assert [m.shape[1] for m in maps] == list(staged.channels)
        again = staged.advance(2, staged.advance(1, maps[0]))
    torch.testing.assert_close(again, maps[-1])


@pytest.mark.parametrize("name", WHOLE)
def test_networks_that_cannot_be_cut_run_as_a_whole(name):
    options = {"img_size": 64} if name == "test_vit" else {}
    staged, whole = both(name, **options)
    images = torch.randn(1, 3, 64, 64)
    assert not staged.staged
    with torch.no_grad():
        for one, other in zip(staged(images), whole(images), strict=True):
            torch.testing.assert_close(one, other)
    with pytest.raises(ValueError, match=f"'{name}' cannot be cut into stages"):
        staged.advance(0, images)


def test_grey_images_and_the_stem():
    encoder = StagedEncoder("test_efficientnet", out_indices=(0, 1), in_chans=1)
    shapes = [tuple(m.shape[2:]) for m in encoder(torch.rand(1, 1, 32, 32))]
    assert encoder.staged
    assert shapes == [(16, 16), (8, 8)]


def test_unknown_names_and_stages():
    with pytest.raises(ValueError, match="'name' must be a network of timm"):
        StagedEncoder("nonesuch")
    with pytest.raises(ValueError, match="'out_indices'"):
        StagedEncoder("resnet10t", out_indices=(9,))


@pytest.mark.parametrize("name", ["resnet10t", "legacy_xception", "test_efficientnet"])
def test_a_block_may_be_changed_on_the_way(name):
    encoder, images = StagedEncoder(name, out_indices=(-2,)).eval(), torch.rand(2, 3, 64, 64)
    assert len(encoder.blocks) > 1
    with torch.no_grad():
        wanted = encoder(images)[-1]
        for block in encoder.blocks:
            seen: list[torch.Tensor] = []
            same = encoder.changed(images, block, lambda maps, seen=seen: seen.append(maps) or maps)
            assert torch.equal(same, wanted)
            assert len(seen) == 1
        other = encoder.changed(images, encoder.blocks[-1], torch.zeros_like)
    assert not torch.equal(other, wanted)
    with pytest.raises(ValueError, match="'block' must be one of"):
        encoder.changed(images, "nose", torch.zeros_like)
