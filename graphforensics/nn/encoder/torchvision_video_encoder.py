"""torchvision's video networks as encoders."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any
from urllib.error import URLError

from torch import Tensor, nn
from torchvision.models import get_model, get_model_weights
from torchvision.models.video.mvit import MViT

from graphforensics.errors import CheckpointError, MissingDataError
from graphforensics.nn.argument_checks import wrong_argument
from graphforensics.nn.clip_conv3d import use_clip_convolutions
from graphforensics.nn.encoder.draw_anew import draw_anew
from graphforensics.nn.encoder.mvit_stage import VideoTokens, split_mvit
from graphforensics.nn.encoder.sizes import with_size_told
from graphforensics.nn.encoder.weights import load_weights, read_state_dict

#: Channels, stride in space and stride in time of each stage.
_RESIDUAL = ((64, 64, 128, 256, 512), (2, 2, 4, 8, 16))
_STAGES: dict[str, tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]] = {
    "mc3_18": (*_RESIDUAL, (1, 1, 1, 1, 1)),
    "r3d_18": (*_RESIDUAL, (1, 1, 2, 4, 8)),
    "r2plus1d_18": (*_RESIDUAL, (1, 1, 2, 4, 8)),
    "s3d": ((64, 192, 480, 832, 1024), (2, 4, 8, 16, 32), (2, 2, 2, 4, 8)),
    "mvit_v1_b": ((192, 384, 768, 768), (4, 8, 16, 32), (2, 2, 2, 2)),
    "mvit_v2_s": ((96, 192, 384, 768), (4, 8, 16, 32), (2, 2, 2, 2)),
}
#: Mean and standard deviation of the colours that the Kinetics weights were trained with.
_COLOURS = ((0.43216, 0.394666, 0.37645), (0.22803, 0.22145, 0.216989))
_MULTISCALE_COLOURS = ((0.45, 0.45, 0.45), (0.225, 0.225, 0.225))
#: Where S3D's row of layers is cut: before each layer that strides.
_S3D_CUTS = (0, 1, 4, 7, 13, None)


class TorchvisionVideoEncoder(nn.Module):
    r"""A video network of torchvision without its head: a clip in, feature maps out.

    Args:
        name: ``"mc3_18"``, ``"r3d_18"``, ``"r2plus1d_18"``, ``"s3d"``, or one of the transformers
            ``"mvit_v1_b"`` and ``"mvit_v2_s"``, whose tokens are given out as maps, without the
            class token. The first of them takes clips of 16 x 224 x 224 only.
        weights: None leaves the weights random; ``"default"`` loads torchvision's Kinetics-400
            weights, from its cache or the network; anything else is a local file with
            torchvision's names, ``.safetensors`` or ``torch.save``. Default: None.
        out_indices: The stages whose maps are given out, counted from the shallowest, or
            from the deepest if negative. Default: ``(-1,)``.
        **options: Passed on to torchvision's constructor.

    Attributes:
        channels: Channels of each map given out.
        strides: Pixels of the clip for one of the map, each.
        temporal_strides: Frames of the clip for one of the map, each.
        mean: Mean of each colour channel that the Kinetics weights were trained with.
        std: Standard deviation of each colour channel, likewise.

    Shapes:
        ``clips [B, 3, D, H, W]``; a list of maps ``[B, C, D', H', W']``.

    Raises:
        ValueError: The name or an index is unknown, or the clips have another shape.
        MissingDataError: ``"default"`` weights are neither cached nor within reach.
        CheckpointError: The local file does not hold this network's weights.

    Example:
        >>> import torch
        >>> encoder = TorchvisionVideoEncoder("mc3_18")
        >>> [maps.shape for maps in encoder(torch.rand(1, 3, 4, 32, 32))]
        [torch.Size([1, 512, 4, 2, 2])]
    """

    names = tuple(_STAGES)

    def __init__(
        self,
        name: str = "mc3_18",
        weights: str | None = None,
        out_indices: Sequence[int] = (-1,),
        **options: Any,
    ) -> None:
        super().__init__()
        if name not in _STAGES:
            raise wrong_argument("name", f"must be one of {', '.join(_STAGES)} (got {name!r})")
        self.name = name
        self.mean, self.std = _MULTISCALE_COLOURS if name.startswith("mvit") else _COLOURS
        self._keywords = {**options, "out_indices": tuple(out_indices)}
        channels, strides, temporal_strides = _STAGES[name]
        self.out_indices = stage_numbers(out_indices, len(channels))
        self.channels = tuple(channels[i] for i in self.out_indices)
        self.strides = tuple(strides[i] for i in self.out_indices)
        self.temporal_strides = tuple(temporal_strides[i] for i in self.out_indices)
        network = use_clip_convolutions(_build(name, weights, options))
        # Deeper stages than asked for would cost time and carry parameters without a gradient.
        self.stages = nn.ModuleList(_split(name, network)[: max(self.out_indices) + 1])

    def reset_parameters(self) -> None:
        """Draw all weights anew, as the constructor does without weights."""
        draw_anew(self, TorchvisionVideoEncoder(self.name, None, **self._keywords))

    def forward(self, clips: Tensor) -> list[Tensor]:
        """Return the feature maps of the stages asked for."""
        if clips.dim() != 5 or clips.size(1) != 3:
            raise ValueError(f"'clips' must be [B, 3, D, H, W] (got {list(clips.shape)})")
        return with_size_told(self._maps, clips, self.name, "clips")

    def _maps(self, clips: Tensor) -> list[Tensor]:
        found, state = [], clips
        for stage in self.stages:
            state = stage(state)
            found.append(state)
        wanted = [found[index] for index in self.out_indices]
        return [maps.maps() if isinstance(maps, VideoTokens) else maps for maps in wanted]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, channels={list(self.channels)})"


def stage_numbers(indices: Sequence[int], stages: int) -> tuple[int, ...]:
    """Turn indices from either end into numbers from 0.

    Raises:
        ValueError: An index is beyond the stages, or there is none.
    """
    if not indices or any(not -stages <= index < stages for index in indices):
        raise wrong_argument(
            "out_indices", f"must be from {-stages} to {stages - 1} (got {list(indices)})"
        )
    return tuple(index % stages for index in indices)


def _build(name: str, weights: str | None, options: dict[str, Any]) -> nn.Module:
    if weights != "default":
        network: nn.Module = get_model(name, weights=None, **options)
        if weights is not None:
            load_weights(network, _with_head(read_state_dict(weights), network), weights)
        return network
    try:
        wanted = get_model_weights(name).DEFAULT
        fetched: nn.Module = get_model(name, weights=wanted, progress=False, **options)
    except (URLError, OSError) as error:
        raise MissingDataError(
            f"the weights of '{name}' cannot be fetched ({error}); connect to the network, or "
            f"give a local file, or None for random weights"
        ) from error
    except RuntimeError as error:
        raise CheckpointError(f"the cached weights of '{name}' are damaged ({error})") from error
    return fetched


def _with_head(state: dict[str, Tensor], network: nn.Module) -> dict[str, Tensor]:
    # The head is thrown away, so a file may have another one, or none.
    heads = ("fc.", "classifier.", "head.")
    kept = {name: value for name, value in state.items() if not name.startswith(heads)}
    own = network.state_dict()
    return kept | {name: value for name, value in own.items() if name.startswith(heads)}


def _split(name: str, network: nn.Module) -> list[nn.Module]:
    if isinstance(network, MViT):
        return split_mvit(network)
    if name != "s3d":
        return [network.get_submodule(part) for part in _residual_parts(network)]
    layers = list(network.get_submodule("features").children())
    return [nn.Sequential(*layers[start:stop]) for start, stop in pairwise(_S3D_CUTS)]


def _residual_parts(network: nn.Module) -> list[str]:
    return [name for name, _ in network.named_children() if name.startswith(("stem", "layer"))]
