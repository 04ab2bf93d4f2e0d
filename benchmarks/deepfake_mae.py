"""What DeepfakeMAE's first stage costs beside timm's ViT used as a masked autoencoder.

    python benchmarks/deepfake_mae.py [--encoder base] [--faces 8] [--rounds 7] [--json FILE]

Both hide half of one facial part, chosen at random, of each face, encode what shows, draw all
patches, and take the loss's gradient; taken in turns on one thread, in processor time:

- ``timm``: timm's ``VisionTransformer`` of the same size, its blocks on as many visible tokens in
  every face as the batch shows on average, and a decoder of timm's blocks of the same size. Built
  here, of timm's parts alone: no padding, no mask for the keys;
- ``DeepfakeMAE``: the library's, which for attention pads the faces of a batch to the one that
  shows most.

Padding waste is the share of attention's patch tokens that stand for nothing, as measured, and over
many batches. Several batches of masks are drawn; each round has the next.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, cast

import timm
import torch
from begin import begin
from timm.models.vision_transformer import Block, VisionTransformer
from torch import Tensor, nn

from graphforensics.models import FacialMaskedAutoencoder
from graphforensics.models.masked_autoencoder import SIZES, AutoencoderSize
from graphforensics.regions.mean_face import mean_face

#: Spread of the faces in a crop, in pixels: what tracking leaves.
SPREAD = 6.0


def main() -> None:
    """Measure, print the table, and write the JSON file if asked to."""
    arguments = parse()
    begin(__doc__)
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    mine = FacialMaskedAutoencoder(SIZES[arguments.encoder], partition=arguments.partition)
    theirs = TimmAutoencoder(arguments.encoder, SIZES[arguments.encoder])
    images = torch.randn(arguments.faces, 3, 224, 224)
    masks = [mask_of(mine, images) for _ in range(arguments.rounds)]
    seconds = measure(mine, theirs, images, masks)
    report: dict[str, Any] = {
        "setting": setting(arguments),
        "visible": visible(masks),
        "padding_waste": waste(masks),
        "padding_waste_of_100_batches": waste([mask_of(mine, images) for _ in range(100)]),
        "seconds": seconds,
        "ratio": seconds["DeepfakeMAE"] / seconds["timm"],
    }
    show(report)
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--encoder", choices=tuple(SIZES), default="base", help="size (base)")
    parser.add_argument("--faces", type=int, default=8, help="faces in a batch (8)")
    parser.add_argument("--rounds", type=int, default=7, help="turns that each gets (7)")
    parser.add_argument("--threads", type=int, default=1, help="threads of torch (1)")
    parser.add_argument("--partition", default="algorithm1", help="of the parts (algorithm1)")
    parser.add_argument("--json", type=Path, help="write the figures here")
    return parser.parse_args()


class TimmAutoencoder(nn.Module):
    """timm's vision transformer and a decoder of its blocks, on the same count in every face."""

    def __init__(self, name: str, shape: AutoencoderSize) -> None:
        super().__init__()
        created = timm.create_model(f"vit_{name}_patch16_224", num_classes=0)
        if not isinstance(created, VisionTransformer):
            raise TypeError(f"'{name}' must be a VisionTransformer (got {type(created).__name__})")
        self.encoder = created
        width = shape.decoder_channels
        self.embed = nn.Linear(shape.channels, width)
        self.mask_token = nn.Parameter(torch.zeros(1, 1, width))
        self.places = nn.Parameter(torch.zeros(1, 197, width), requires_grad=False)
        self.blocks = nn.Sequential(
            *(Block(width, shape.decoder_heads, qkv_bias=True) for _ in range(shape.decoder_blocks))
        )
        self.norm = nn.LayerNorm(width, 1e-6)
        self.pred = nn.Linear(width, 768)

    def loss(self, images: Tensor, kept: Tensor) -> Tensor:
        """Return the error of what is not ``kept [B, V]``, numbers of patches."""
        encoder = self.encoder
        places, first = cast(Tensor, encoder.pos_embed), cast(Tensor, encoder.cls_token)
        x = encoder.patch_embed(images) + places[:, 1:]
        x = x.gather(1, kept.unsqueeze(2).expand(-1, -1, x.size(2)))
        first = (first + places[:, :1]).expand(len(x), -1, -1)
        x = self.embed(encoder.norm(encoder.blocks(torch.cat([first, x], dim=1))))
        whole = self.mask_token.expand(len(x), 196, -1)
        whole = whole.scatter(1, kept.unsqueeze(2).expand(-1, -1, x.size(2)), x[:, 1:])
        drawn = self.blocks(torch.cat([x[:, :1], whole], dim=1) + self.places)
        drawn = self.pred(self.norm(drawn))[:, 1:]
        wanted = images.view(-1, 3, 14, 16, 14, 16).permute(0, 2, 4, 3, 5, 1).reshape(-1, 196, 768)
        errors = (drawn - wanted).square().mean(2)
        hidden = torch.ones_like(errors).scatter(1, kept, 0)
        mean: Tensor = (errors * hidden).sum() / hidden.sum()
        return mean


def mask_of(autoencoder: FacialMaskedAutoencoder, images: Tensor) -> Tensor:
    """Draw the masks of a batch of faces that lie a little off their place."""
    landmarks = mean_face(224) + SPREAD * torch.randn(len(images), 1, 2)
    mask: Tensor = autoencoder.mask(autoencoder.parts(images, landmarks)).mask
    return mask


def measure(
    mine: FacialMaskedAutoencoder,
    theirs: TimmAutoencoder,
    images: Tensor,
    masks: list[Tensor],
) -> dict[str, float]:
    """Run both once to warm up, then in turns; return the median of the processor's seconds."""
    step(partial(mine.loss, images, masks[0]), mine)
    step(partial(theirs.loss, images, as_many(masks[0])), theirs)
    seconds: dict[str, list[float]] = {"timm": [], "DeepfakeMAE": []}
    for mask in masks:
        seconds["timm"].append(step(partial(theirs.loss, images, as_many(mask)), theirs))
        seconds["DeepfakeMAE"].append(step(partial(mine.loss, images, mask), mine))
    return {name: statistics.median(values) for name, values in seconds.items()}


def step(loss: Callable[[], Tensor], network: nn.Module) -> float:
    """Return the processor's seconds of a loss and its gradient."""
    network.zero_grad()
    started = time.process_time()
    loss().backward()  # type: ignore[no-untyped-call]
    return time.process_time() - started


def as_many(mask: Tensor) -> Tensor:
    """Return patches to keep, in every face as many as the batch shows on average."""
    count = round(float((~mask).sum(1).double().mean()))
    return torch.rand(mask.shape).argsort(1)[:, :count]


def visible(masks: list[Tensor]) -> dict[str, float]:
    """Return how many patches show: on average, and in the face that shows most."""
    counts = [(~mask).sum(1).double() for mask in masks]
    return {
        "mean": statistics.mean(float(one.mean()) for one in counts),
        "most": statistics.mean(float(one.max()) for one in counts),
    }


def waste(masks: list[Tensor]) -> float:
    """Return the share of the encoder's patch tokens that are padding."""
    shown = sum(int((~mask).sum()) for mask in masks)
    given = sum(int((~mask).sum(1).max()) * len(mask) for mask in masks)
    return 1 - shown / given


def setting(arguments: argparse.Namespace) -> dict[str, object]:
    """Say what was measured on what."""
    return {
        "encoder": arguments.encoder,
        "faces": arguments.faces,
        "partition": arguments.partition,
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "timm": timm.__version__,
    }


def show(report: dict[str, Any]) -> None:
    """Print the figures as a table."""
    for name, value in report["setting"].items():
        print(f"{name:12} {value}")
    shown = report["visible"]
    print(
        f"\nvisible patches of 196: {shown['mean']:.1f} on average, padded to {shown['most']:.1f}"
    )
    print(f"padding waste: {report['padding_waste']:.1%} of attention's patch tokens", end="")
    print(f" ({report['padding_waste_of_100_batches']:.1%} over 100 batches)")
    print("\nmedian processor seconds of a loss and its gradient")
    for name, value in report["seconds"].items():
        print(f"{name:12} {value:8.3f}")
    print(f"ratio        {report['ratio']:8.3f} (wanted: at most 1.15)")


if __name__ == "__main__":
    main()
