"""timm's image networks as encoders, of images and, frame by frame, of clips."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, cast

import timm
import torch
from timm.layers.patch_embed import PatchEmbed
from torch import Tensor, nn

from graphforensics.errors import CheckpointError, MissingDataError
from graphforensics.nn.argument_checks import wrong_argument
from graphforensics.nn.encoder.draw_anew import draw_anew
from graphforensics.nn.encoder.sizes import with_size_told
from graphforensics.nn.encoder.weights import read_state_dict, with_tied


class TimmEncoder(nn.Module):
    r"""An image network of timm without its head: an image or a clip in, feature maps out.

    Networks with stages give out theirs (``features_only``); vision transformers give out the
    tokens of their blocks as maps (``forward_intermediates``), and :meth:`tokens` the class
    token beside them. A clip's frames go through the network as one batch; nothing is mixed
    over time.

    Args:
        name: Any network of timm that gives out its feature maps, for instance ``"resnet18"``,
            ``"mobilenetv3_small_050"`` or ``"legacy_xception"``.
        weights: None leaves the weights random; ``"default"`` loads timm's, from its cache or
            the network; anything else is a local file with timm's names, ``.safetensors`` or
            ``torch.save``; the head and the stages that are not asked for may be in it.
            Default: None.
        out_indices: The stages whose maps are given out, counted from the shallowest, or
            from the deepest if negative. Default: ``(-1,)``.
        **options: Passed on to ``timm.create_model``; ``in_chans=1`` for grey images.

    Attributes:
        channels: Channels of each map given out.
        strides: Pixels of the image for one of the map, each.
        temporal_strides: 1 for each map.
        mean: Mean of each colour channel that the network was trained with.
        std: Standard deviation of each colour channel, likewise.

    Shapes:
        ``images [B, 3, H, W]`` (or ``in_chans`` channels) to a list of maps ``[B, C, H', W']``, or
        ``[B, 3, D, H, W]`` to ``[B, C, D, H', W']``.

    Raises:
        ValueError: timm has no such network, an index is unknown, the shape is another, or the
            network cannot take the images' size (``img_size=`` sets that of some).
        MissingDataError: ``"default"`` weights are neither cached nor within reach.
        CheckpointError: The local file does not hold this network's weights.

    Example:
        >>> encoder = TimmEncoder("resnet10t", out_indices=(-2, -1))
        >>> [maps.shape for maps in encoder(torch.rand(1, 3, 64, 64))]
        [torch.Size([1, 256, 4, 4]), torch.Size([1, 512, 2, 2])]
    """

    def __init__(
        self,
        name: str = "resnet18",
        weights: str | None = None,
        out_indices: Sequence[int] = (-1,),
        **options: Any,
    ) -> None:
        super().__init__()
        if not timm.is_model(name):
            raise wrong_argument("name", f"must be a network of timm (got {name!r})")
        if not len(out_indices):
            raise wrong_argument("out_indices", f"must name a stage of '{name}' (got none)")
        self.name = name
        self.in_channels = int(options.get("in_chans", 3))
        self._keywords = {**options, "out_indices": tuple(out_indices)}
        # Any keyword goes to timm; only the indices are the encoder's.
        self.network = _build(name, weights, list(out_indices), options)
        info = cast(Any, self.network).feature_info
        self.channels = tuple(int(number) for number in info.channels())
        self.strides = tuple(int(number) for number in info.reduction())
        self.temporal_strides = (1,) * len(self.channels)
        # Swin and its like give out maps with the channels last.
        self._turned = str(getattr(self.network, "output_fmt", "NCHW")).endswith("NHWC")
        trained = cast(Any, self.network).pretrained_cfg
        self.mean = cast("tuple[float, float, float]", tuple(trained["mean"]))
        self.std = cast("tuple[float, float, float]", tuple(trained["std"]))

    def reset_parameters(self) -> None:
        """Draw all weights anew, as the constructor does without weights."""
        draw_anew(self, TimmEncoder(self.name, None, **self._keywords))

    def forward(self, images: Tensor) -> list[Tensor]:
        """Return the feature maps of the stages asked for."""
        seen = self.in_channels
        if images.dim() not in (4, 5) or images.size(1) != seen:
            wanted = f"[B, {seen}, H, W] or [B, {seen}, D, H, W]"
            raise ValueError(f"'images' must be {wanted} (got {list(images.shape)})")
        if images.dim() == 4:
            return self._maps(images)
        folded = self._maps(images.transpose(1, 2).flatten(0, 1))
        clips = (images.size(0), images.size(2))
        maps = [torch.unflatten(stage, 0, clips) for stage in folded]
        return [stage.transpose(1, 2) for stage in maps]

    def tokens(self, images: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Return the tokens of the blocks asked for, apart: the prefix and the image's.

        Args:
            images: Images.

        Shapes:
            ``images [B, 3, H, W]`` to pairs of prefix tokens (the class token, then distillation
            or register tokens, as the network has them) ``[B, P, C]`` and image tokens in raster
            order ``[B, H' W', C]``, after the final norm where the block is the last and the
            maps are normed too.

        Raises:
            ValueError: The network has no prefix tokens, or the images have another shape.
        """
        model = cast(Any, getattr(self.network, "model", None))
        if not getattr(model, "num_prefix_tokens", 0):
            raise ValueError(f"'{self.name}' has no class token")
        if images.dim() != 4 or images.size(1) != self.in_channels:
            wanted = f"[B, {self.in_channels}, H, W]"
            raise ValueError(f"'images' must be {wanted} (got {list(images.shape)})")
        network = cast(Any, self.network)
        self._check_size(images)
        found = model.forward_intermediates(
            images,
            indices=network.out_indices,
            norm=network.norm,
            return_prefix_tokens=True,
            output_fmt="NLC",
            intermediates_only=True,
        )
        return [(prefix, tokens) for tokens, prefix in found]

    def _maps(self, images: Tensor) -> list[Tensor]:
        self._check_size(images)
        maps: list[Tensor] = with_size_told(self.network, images, self.name)
        return [one.permute(0, 3, 1, 2) for one in maps] if self._turned else list(maps)

    def _check_size(self, images: Tensor) -> None:
        # timm says so with an assertion.
        cut = _patch_cut(self.network)
        if cut is None or not cut.strict_img_size or cut.img_size is None:
            return
        height, width = cut.img_size
        if tuple(images.shape[-2:]) != (height, width):
            wanted = f"[B, {self.in_channels}, {height}, {width}]"
            raise ValueError(
                f"'images' must be {wanted}, the size that this '{self.name}' has positions for; "
                f"'img_size' sets another (got {list(images.shape)})"
            )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, channels={list(self.channels)})"


def _patch_cut(network: nn.Module) -> Any:
    model = getattr(network, "model", network)
    cut = getattr(model, "patch_embed", None)
    return cut if isinstance(cut, PatchEmbed) else None


def _build(
    name: str, weights: str | None, out_indices: list[int], options: dict[str, Any]
) -> nn.Module:
    given = dict(options)
    local = None if weights == "default" else weights
    if local is not None:
        state = read_state_dict(local)
        _check_names(name, state, local, options)
        given["pretrained_cfg_overlay"] = {"state_dict": state}
    try:
        with nullcontext() if local is None else _silent_on_leftovers():
            network: nn.Module = timm.create_model(
                name,
                pretrained=weights is not None,
                features_only=True,
                out_indices=out_indices,
                **given,
            )
    except (IndexError, AssertionError) as error:
        raise wrong_argument("out_indices", f"{out_indices} are not stages of '{name}'") from error
    except Exception as error:
        if weights is None:
            raise
        raise _unfetched(name, weights, error) from error
    return network


def _unfetched(name: str, weights: str, error: Exception) -> Exception:
    line = (str(error).strip().splitlines() or [type(error).__name__])[0]
    if weights != "default":
        return CheckpointError(f"{weights}: not the weights of '{name}' ({line})")
    return MissingDataError(
        f"the weights of '{name}' cannot be fetched ({line}); connect to the network, or give a "
        f"local file, or None for random weights"
    )


def _check_names(name: str, state: dict[str, Tensor], origin: str, options: dict[str, Any]) -> None:
    # timm itself would leave what is missing at random, and what is left over out, and only log it.
    whole = timm.create_model(name, pretrained=False, **options)
    state = with_tied(whole, state)
    # Older files hold tables that are computed today, such as swin's relative positions.
    known = {*whole.state_dict(), *(key for key, _ in whole.named_buffers())}
    cast(Any, whole).reset_classifier(0)
    missing = [key for key in whole.state_dict() if key not in state]
    extra = [key for key in state if key not in known]
    for keys, fault in ((missing, f"of '{name}' is missing"), (extra, f"is not of '{name}'")):
        if keys:
            raise CheckpointError(f"{origin}: '{keys[0]}' {fault} ({len(keys)} tensors in all)")


@contextmanager
def _silent_on_leftovers() -> Iterator[None]:
    """Keep timm from warning of the head and of stages that are not asked for."""
    logger = logging.getLogger("timm.models._builder")
    logger.addFilter(_is_no_leftover)
    try:
        yield
    finally:
        logger.removeFilter(_is_no_leftover)


def _is_no_leftover(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith("Unexpected keys")
