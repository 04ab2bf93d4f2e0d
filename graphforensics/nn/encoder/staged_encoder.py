"""timm's image networks, stage by stage."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, cast

from timm.models import FeatureDictNet, FeatureHookNet
from timm.models.efficientnet import EfficientNetFeatures
from timm.models.mobilenetv3 import MobileNetV3Features
from timm.models.xception import Xception
from torch import Tensor, nn

from graphforensics.nn.argument_checks import check_shape
from graphforensics.nn.encoder.draw_anew import draw_anew
from graphforensics.nn.encoder.sizes import with_size_told
from graphforensics.nn.encoder.timm_encoder import TimmEncoder


class StagedEncoder(nn.Module):
    r"""An image network of timm cut into stages, so that maps can be changed between two of them.

    Networks whose parts run one after the other are cut: residual networks, Xception,
    EfficientNet, MobileNet, ConvNeXt, RegNet, DenseNet, Swin and others. The rest, such as
    plain vision transformers, can be run as a whole only; :attr:`staged` says which it is.

    Args:
        name: Any network of timm that gives out its feature maps. Default: Xception.
        weights: None is random; ``"default"`` loads timm's, from its cache or the network; anything
            else is a local file with timm's names. Default: None.
        out_indices: The stages to cut after, counted from the shallowest, or from the deepest if
            negative. Default: the last three.
        **options: Passed on to ``timm.create_model``; ``in_chans=1`` for grey images.

    Attributes:
        staged: Whether :meth:`advance` can be called.
        channels: Channels of each stage's map.
        strides: Pixels of the image for one of the map, each.
        mean: Mean of each colour channel that the network was trained with.
        std: Standard deviation of each colour channel, likewise.

    Shapes:
        ``images [B, 3, H, W]`` (or ``in_chans`` channels) to a list of maps ``[B, C, H', W']``.

    Raises:
        ValueError: timm has no such network, an index is unknown, or the images have another shape.
        MissingDataError: ``"default"`` weights are neither cached nor within reach.
        CheckpointError: The local file does not hold this network's weights.

    Example:
        >>> import torch
        >>> encoder = StagedEncoder("resnet10t")
        >>> low = encoder.advance(0, torch.rand(1, 3, 64, 64))
        >>> low.shape, encoder.advance(1, 0.5 * low).shape
        (torch.Size([1, 128, 8, 8]), torch.Size([1, 256, 4, 4]))
    """

    def __init__(
        self,
        name: str = "legacy_xception",
        weights: str | None = None,
        out_indices: Sequence[int] = (-3, -2, -1),
        **options: Any,
    ) -> None:
        super().__init__()
        whole = TimmEncoder(name, weights, out_indices, **options)
        self.name = name
        self.in_channels = int(options.get("in_chans", 3))
        self._keywords = {**options, "out_indices": tuple(out_indices)}
        self.channels, self.strides = whole.channels, whole.strides
        self.mean, self.std = whole.mean, whole.std
        # Some networks give out maps with the channels last.
        self._turned = str(getattr(whole.network, "output_fmt", "NCHW")).endswith("NHWC")
        stages = _cut(whole.network)
        self.staged = stages is not None
        self.stages = nn.ModuleList([whole.network] if stages is None else stages)

    def reset_parameters(self) -> None:
        """Draw all weights anew, as the constructor does without weights."""
        draw_anew(self, StagedEncoder(self.name, None, **self._keywords))

    def forward(self, images: Tensor) -> list[Tensor]:
        """Return the map after every stage."""
        check_shape("images", images, ("B", self.in_channels, "H", "W"))
        return with_size_told(self._maps, images, self.name)

    def advance(self, number: int, x: Tensor) -> Tensor:
        """Run one stage.

        Args:
            number: Which, from 0.
            x: The images for the first, the map of the stage before for the others.

        Raises:
            ValueError: The network can only be run as a whole.
        """
        if not self.staged:
            raise ValueError(f"'{self.name}' cannot be cut into stages")
        return with_size_told(lambda given: self._advanced(number, given), x, self.name, "x")

    @property
    def blocks(self) -> list[str]:
        """Names of the parts that are blocks of layers, but the last; none without stages."""
        parts = [
            name
            for stage in self.stages.children()
            for name, part in stage.named_children()
            if self.staged and any(True for _ in part.children())
        ]
        return parts[:-1]

    def changed(self, images: Tensor, block: str, change: Callable[[Tensor], Tensor]) -> Tensor:
        """Return the last map, having changed what one of the :attr:`blocks` gives.

        Args:
            images: As in :meth:`forward`.
            block: Its name.
            change: Takes the block's map ``[B, C, H, W]`` and returns another one.

        Raises:
            ValueError: There is no such block, or the images have another shape.
        """
        if block not in self.blocks:
            raise ValueError(f"'block' must be one of {', '.join(self.blocks)} (got {block!r})")
        check_shape("images", images, ("B", self.in_channels, "H", "W"))
        x = images
        for stage in self.stages.children():
            for name, part in stage.named_children():
                x = part(x)
                if name == block:
                    other = change(self._channels_first(x))
                    x = other.permute(0, 2, 3, 1) if self._turned else other
        return self._channels_first(x)

    def _maps(self, images: Tensor) -> list[Tensor]:
        if not self.staged:
            return [self._channels_first(one) for one in self.stages[0](images)]
        maps: list[Tensor] = []
        for number in range(len(self.stages)):
            maps.append(self._advanced(number, maps[-1] if maps else images))
        return maps

    def _advanced(self, number: int, x: Tensor) -> Tensor:
        given = x.permute(0, 2, 3, 1) if self._turned and number else x
        return self._channels_first(self.stages[number](given))

    def _channels_first(self, maps: Tensor) -> Tensor:
        return maps.permute(0, 3, 1, 2) if self._turned else maps

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, channels={list(self.channels)})"


def _cut(network: nn.Module) -> list[nn.Sequential] | None:
    """Return the network's stages, or None where its parts do not simply follow each other."""
    if isinstance(network, FeatureDictNet):
        return _stages(list(network.items()), list(network.return_layers))
    if isinstance(network, (EfficientNetFeatures, MobileNetV3Features)):
        return _cut_efficient(network)
    body = network["body"] if isinstance(network, FeatureHookNet) and "body" in network else None
    return _cut_xception(body, network) if isinstance(body, Xception) else None


def _cut_efficient(network: nn.Module) -> list[nn.Sequential] | None:
    known = cast(Any, network)
    if known.feature_hooks is not None:
        return None
    stem = [(name, part) for name, part in network.named_children() if name != "blocks"]
    blocks = [(f"blocks_{number}", part) for number, part in enumerate(known.blocks)]
    # Stage 0 is the stem.
    ends = [f"blocks_{end - 1}" if end else stem[-1][0] for end in known._stage_out_idx]
    return _stages([*stem, *blocks], ends)


def _cut_xception(body: nn.Module, network: nn.Module) -> list[nn.Sequential]:
    parts = list(body.named_children())
    names = [name for name, _ in parts]
    # timm looks at the ReLU with which the next block begins: here the block before ends the stage.
    looks = cast(Any, network).feature_info.module_name()
    ends = [look if look in names else names[names.index(look.split(".")[0]) - 1] for look in looks]
    for part in body.modules():
        # What they keep of every batch is not needed.
        part._forward_hooks.clear()
    return _stages(parts, ends)


def _stages(parts: Sequence[tuple[str, nn.Module]], ends: Sequence[str]) -> list[nn.Sequential]:
    stages, current = [], OrderedDict[str, nn.Module]()
    for name, part in parts:
        current[name] = part
        if name in ends:
            stages.append(nn.Sequential(current))
            current = OrderedDict()
    return stages
