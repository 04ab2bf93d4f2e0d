"""pytorchvideo's video networks as encoders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.error import URLError

from torch import Tensor, nn
from torch.hub import load_state_dict_from_url

from graphforensics._optional import import_optional
from graphforensics.errors import CheckpointError, MissingDataError
from graphforensics.nn.argument_checks import wrong_argument
from graphforensics.nn.clip_conv3d import use_clip_convolutions
from graphforensics.nn.encoder.draw_anew import draw_anew
from graphforensics.nn.encoder.sizes import with_size_told
from graphforensics.nn.encoder.torchvision_video_encoder import stage_numbers
from graphforensics.nn.encoder.weights import load_weights, read_checkpoint

#: Channels, stride in space and stride in time of each stage.
_BOTTLENECKS = (64, 256, 512, 1024, 2048)
_X3D = ((24, 24, 48, 96, 192), (2, 4, 8, 16, 32), (1, 1, 1, 1, 1))
_STAGES: dict[str, tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]] = {
    "x3d_xs": _X3D,
    "x3d_s": _X3D,
    "x3d_m": _X3D,
    "x3d_l": _X3D,
    "slow_r50": (_BOTTLENECKS, (4, 4, 8, 16, 32), (1, 1, 1, 1, 1)),
    "csn_r101": (_BOTTLENECKS, (4, 4, 8, 16, 32), (1, 1, 2, 4, 8)),
    "r2plus1d_r50": (_BOTTLENECKS, (2, 4, 8, 16, 32), (1, 1, 1, 2, 4)),
}
#: The modules that build them; the package's own ``hub`` would do, but each alone imports less.
_MODULES = {"x3d": "x3d", "slow": "resnet", "csn": "csn", "r2plus1d": "r2plus1d"}


class PyTorchVideoEncoder(nn.Module):
    r"""A video network of pytorchvideo without its head: a clip in, feature maps out.

    Args:
        name: ``"x3d_xs"``, ``"x3d_s"``, ``"x3d_m"``, ``"x3d_l"``, ``"slow_r50"``, ``"csn_r101"``
            or ``"r2plus1d_r50"``.
        weights: None leaves the weights random; ``"default"`` loads pytorchvideo's Kinetics-400
            weights, from torch's cache or the network; anything else is a local file with
            pytorchvideo's names, ``.safetensors`` or ``torch.save``. Default: None.
        out_indices: The stages whose maps are given out, counted from the shallowest, or
            from the deepest if negative. Default: ``(-1,)``.
        **options: Passed on to pytorchvideo's constructor. The published strides are those of
            the networks without any.

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
        MissingExtraError: pytorchvideo is not installed.
        MissingDataError: ``"default"`` weights are neither cached nor within reach.
        CheckpointError: The local file does not hold this network's weights.

    Example:
        >>> encoder = PyTorchVideoEncoder("x3d_s")  # doctest: +SKIP
        >>> [maps.shape for maps in encoder(torch.rand(1, 3, 4, 64, 64))]  # doctest: +SKIP
        [torch.Size([1, 192, 4, 2, 2])]
    """

    names = tuple(_STAGES)
    mean = (0.45, 0.45, 0.45)
    std = (0.225, 0.225, 0.225)

    def __init__(
        self,
        name: str = "x3d_s",
        weights: str | None = None,
        out_indices: Sequence[int] = (-1,),
        **options: Any,
    ) -> None:
        super().__init__()
        if name not in _STAGES:
            raise wrong_argument("name", f"must be one of {', '.join(_STAGES)} (got {name!r})")
        self.name = name
        self._keywords = {**options, "out_indices": tuple(out_indices)}
        channels, strides, temporal_strides = _STAGES[name]
        self.out_indices = stage_numbers(out_indices, len(channels))
        self.channels = tuple(channels[i] for i in self.out_indices)
        self.strides = tuple(strides[i] for i in self.out_indices)
        self.temporal_strides = tuple(temporal_strides[i] for i in self.out_indices)
        blocks = _build(name, weights, options).get_submodule("blocks")
        # Deeper stages than asked for would cost time and carry parameters without a gradient.
        kept = list(blocks.children())[: max(self.out_indices) + 1]
        self.stages = use_clip_convolutions(nn.ModuleList(kept))

    def reset_parameters(self) -> None:
        """Draw all weights anew, as the constructor does without weights."""
        draw_anew(self, PyTorchVideoEncoder(self.name, None, **self._keywords))

    def forward(self, clips: Tensor) -> list[Tensor]:
        """Return the feature maps of the stages asked for."""
        if clips.dim() != 5 or clips.size(1) != 3:
            raise ValueError(f"'clips' must be [B, 3, D, H, W] (got {list(clips.shape)})")
        return with_size_told(self._maps, clips, self.name, "clips")

    def _maps(self, clips: Tensor) -> list[Tensor]:
        maps = []
        for stage in self.stages.children():
            clips = stage(clips)
            maps.append(clips)
        return [maps[index] for index in self.out_indices]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, channels={list(self.channels)})"


def _build(name: str, weights: str | None, options: dict[str, Any]) -> nn.Module:
    module = import_optional(
        f"pytorchvideo.models.hub.{_MODULES[name.split('_')[0]]}", "pytorchvideo"
    )
    network: nn.Module = getattr(module, name)(pretrained=False, **options)
    if weights == "default":
        _fill(network, _fetch(name, module.checkpoint_paths[name]), f"the weights of '{name}'")
    elif weights is not None:
        _fill(network, read_checkpoint(weights), weights)
    return network


def _fetch(name: str, address: str) -> dict[str, Any]:
    # pytorchvideo's own 'pretrained' would unpickle whatever the address gives.
    try:
        return dict(
            load_state_dict_from_url(address, map_location="cpu", progress=False, weights_only=True)
        )
    except (URLError, OSError) as error:
        raise MissingDataError(
            f"the weights of '{name}' cannot be fetched ({error}); connect to the network, or "
            f"give a local file, or None for random weights"
        ) from error


def _fill(network: nn.Module, content: dict[str, Any], origin: str) -> None:
    state = content.get("model_state", content.get("state_dict", content))
    if not isinstance(state, dict) or not all(isinstance(v, Tensor) for v in state.values()):
        raise CheckpointError(f"{origin}: holds something else than tensors by name")
    # The head is thrown away, so a file may have another one, or none.
    own = network.state_dict()
    head = f"blocks.{len(network.get_submodule('blocks')) - 1}."  # type: ignore[arg-type]
    kept = {key: value for key, value in state.items() if not key.startswith(head)}
    load_weights(network, kept | {k: v for k, v in own.items() if k.startswith(head)}, origin)
