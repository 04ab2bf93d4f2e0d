"""Two networks, one for the colours and one for the high frequencies, that gate each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from graphforensics.nn.argument_checks import check_shape, check_share
from graphforensics.nn.encoder.staged_encoder import StagedEncoder
from graphforensics.nn.high_pass_dct import high_pass_dct
from graphforensics.nn.rgb_frequency_attention import RGBFrequencyAttention


class RGBFrequencyEncoder(nn.Module):
    r"""See an image in colour and in its high frequencies, and join both at several depths.

    .. math:: \tilde{\mathbf{U}}^l = \mathbf{A}_1^l \odot \mathbf{U}_1^l
        + \mathbf{A}_2^l \odot \mathbf{U}_2^l

    Eqs. 1 to 6 of "Local Relation Learning for Face Forgery Detection" (AAAI 2021): the second
    network sees :func:`~graphforensics.nn.high_pass_dct` of the first one's image, one channel;
    after every stage :class:`~graphforensics.nn.RGBFrequencyAttention` gates both, and the gated
    maps go on into the next stage. Networks that cannot be cut into stages
    (:class:`~graphforensics.nn.encoder.StagedEncoder`) run on ungated.

    Args:
        encoder: Any network of timm. Default: Xception.
        weights: As in :class:`~graphforensics.nn.encoder.StagedEncoder`, for both networks.
            Default: None.
        out_indices: The stages to join after. Default: the last three.
        frequency: Have the second network; otherwise the maps are the first one's. Default: True.
        attention: Gate and add; otherwise the maps are put one behind the other, and nothing is
            exchanged between the networks. Default: True.
        alpha: Legs of the triangle of low frequencies that is removed. Default: 0.33.
        **options: Passed on to ``timm.create_model``.

    Attributes:
        channels: Channels of each joined map.

    Shapes:
        ``images [B, 3, H, W]`` to a list of maps ``[B, C, H', W']``, from shallow to deep.

    Raises:
        ValueError: A keyword is out of its range, or the images have another shape.

    Example:
        >>> encoder = RGBFrequencyEncoder("resnet10t")
        >>> [maps.shape[1:] for maps in encoder(torch.rand(1, 3, 64, 64))]
        [torch.Size([128, 8, 8]), torch.Size([256, 4, 4]), torch.Size([512, 2, 2])]
    """

    std: Tensor

    def __init__(
        self,
        encoder: str = "legacy_xception",
        weights: str | None = None,
        out_indices: Sequence[int] = (-3, -2, -1),
        frequency: bool = True,
        attention: bool = True,
        alpha: float = 0.33,
        **options: Any,
    ) -> None:
        super().__init__()
        check_share("alpha", alpha)
        if options.get("in_chans", 3) != 3:
            raise ValueError(f"'in_chans' must be 3, the colours (got {options['in_chans']})")
        options.pop("in_chans", None)
        self.alpha = alpha
        self.rgb = StagedEncoder(encoder, weights, out_indices, **options)
        self.frequency: StagedEncoder | None = None
        self.gates: nn.ModuleList | None = None
        if frequency:
            self.frequency = StagedEncoder(encoder, weights, out_indices, **options, in_chans=1)
        if frequency and attention:
            self.gates = nn.ModuleList(RGBFrequencyAttention(c) for c in self.rgb.channels)
        doubled = 2 if frequency and not attention else 1
        self.channels = tuple(doubled * c for c in self.rgb.channels)
        std = torch.tensor(self.rgb.std).view(3, 1, 1)
        self.register_buffer("std", std, persistent=False)

    def reset_parameters(self) -> None:
        """Draw both networks and the gates anew."""
        self.rgb.reset_parameters()
        if self.frequency is not None:
            self.frequency.reset_parameters()
        for gate in self.gates or ():
            gate.reset_parameters()  # type: ignore[operator]

    def forward(self, images: Tensor) -> list[Tensor]:
        """Return the joined map of every depth."""
        check_shape("images", images, ("B", 3, "H", "W"))
        if self.frequency is None:
            maps: list[Tensor] = self.rgb(images)
            return maps
        high = self.high_frequencies(images)
        if self.gates is not None and self.rgb.staged:
            return self._gated_on_the_way(images, high)
        pairs = zip(self.rgb(images), self.frequency(high), strict=True)
        if self.gates is None:
            return [torch.cat(pair, dim=1) for pair in pairs]
        return [sum(gate(*pair)) for gate, pair in zip(self.gates, pairs, strict=True)]

    def high_frequencies(self, images: Tensor) -> Tensor:
        """Return what the second network sees, ``[B, 1, H, W]`` in [-1, 1]."""
        # Grey is a sum of the colours as they were before each was divided by its own spread.
        # Half precision, which autocast would choose, is too coarse for a spectrum.
        with torch.autocast(images.device.type, enabled=False):
            return high_pass_dct(images * self.std.to(images.dtype), self.alpha)

    def _gated_on_the_way(self, images: Tensor, high: Tensor) -> list[Tensor]:
        rgb, frequency, joined = images, high, []
        for number, gate in enumerate(self.gates or ()):
            rgb = self.rgb.advance(number, rgb)
            frequency = self.frequency.advance(number, frequency)  # type: ignore[union-attr]
            rgb, frequency = gate(rgb, frequency)
            joined.append(rgb + frequency)
        return joined

    def __repr__(self) -> str:
        frequency = "" if self.frequency is not None else ", frequency=False"
        alone = self.frequency is not None and self.gates is None
        return f"{type(self).__name__}({self.rgb.name!r}{frequency}{', attention=False' * alone})"
