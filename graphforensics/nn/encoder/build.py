"""The encoder of a name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import timm

from graphforensics.nn.argument_checks import wrong_argument
from graphforensics.nn.encoder.pytorchvideo_encoder import PyTorchVideoEncoder
from graphforensics.nn.encoder.timm_encoder import TimmEncoder
from graphforensics.nn.encoder.torchvision_video_encoder import TorchvisionVideoEncoder


def build_encoder(
    name: str,
    weights: str | None = None,
    out_indices: Sequence[int] = (-1,),
    **options: Any,
) -> TorchvisionVideoEncoder | PyTorchVideoEncoder | TimmEncoder:
    """Return torchvision's or pytorchvideo's video network of that name, or timm's image network.

    Args:
        name: ``"mc3_18"``, ``"r3d_18"``, ``"r2plus1d_18"``, ``"s3d"``, ``"mvit_v1_b"``,
            ``"mvit_v2_s"``, one of :attr:`PyTorchVideoEncoder.names`, or any network of timm.
        weights: None, ``"default"``, or a local file. Default: None.
        out_indices: The stages whose maps are given out. Default: the deepest.
        **options: Passed on to the library that builds the network.

    Raises:
        ValueError: None of the libraries has such a network.
        MissingExtraError: It is one of pytorchvideo, which is not installed.

    Example:
        >>> build_encoder("r3d_18"), build_encoder("resnet10t").strides
        (TorchvisionVideoEncoder('r3d_18', channels=[512]), (32,))
    """
    if name in TorchvisionVideoEncoder.names:
        return TorchvisionVideoEncoder(name, weights, out_indices, **options)
    if name in PyTorchVideoEncoder.names:
        return PyTorchVideoEncoder(name, weights, out_indices, **options)
    if timm.is_model(name):
        return TimmEncoder(name, weights, out_indices, **options)
    known = ", ".join(TorchvisionVideoEncoder.names + PyTorchVideoEncoder.names)
    raise wrong_argument("name", f"must be one of {known} or a network of timm (got {name!r})")
