"""Harder pseudo-fakes: fake features that look more like real ones."""

from __future__ import annotations

from torch import Generator, Tensor, nn
from torch.nn import functional

from graphforensics.nn.argument_checks import check_floating, check_shape
from graphforensics.nn.precision import widened
from graphforensics.nn.random_draw import draw_beta


def mix_feature_statistics(
    real: Tensor, fake: Tensor, mask: Tensor, shares: Tensor, eps: float = 1e-5
) -> Tensor:
    r"""Mix the real features' statistics into the fake ones' where the mask is.

    .. math::
        \boldsymbol{\mu} &= \frac{\sum_{h, w} \mathbf{F} \odot \mathbf{M}}{\sum_{h, w} \mathbf{M}},
        \qquad \boldsymbol{\sigma} = \sqrt{\frac{\sum_{h, w} (\mathbf{F} - \boldsymbol{\mu})^2
        \odot \mathbf{M}}{\sum_{h, w} \mathbf{M}} + \varepsilon}, \qquad
        \bar{\mathbf{F}} = \frac{(\mathbf{F} - \boldsymbol{\mu}) \odot \mathbf{M}}
        {\boldsymbol{\sigma}} \\
        \boldsymbol{\mu}^s &= \lambda_1 \boldsymbol{\mu}^f + (1 - \lambda_1) \boldsymbol{\mu}^r,
        \quad \boldsymbol{\sigma}^s = \lambda_2 \boldsymbol{\sigma}^f + (1 - \lambda_2)
        \boldsymbol{\sigma}^r, \quad \bar{\mathbf{F}}^s = \lambda_3 \bar{\mathbf{F}}^f +
        (1 - \lambda_3) \bar{\mathbf{F}}^r \\
        \hat{\mathbf{F}}^f &= \mathbf{F}^f \odot (1 - \mathbf{M}) + \boldsymbol{\sigma}^s \odot
        \bar{\mathbf{F}}^s + \boldsymbol{\mu}^s \odot \mathbf{M}

    Eqs. 10 to 17 of "AUNet: Learning Relations Between Action Units for Face Forgery Detection"
    (CVPR 2023). An empty mask leaves the fake features as they are.

    Args:
        real: Features of real faces.
        fake: Features of the fakes made of them.
        mask: Where they were tampered with, from 0 to 1; of another size it is resized by area.
        shares: The three lambdas of each face; 1 keeps the fake, 0 takes the real.
        eps: Keeps the deviation off 0. Default: 1e-5.

    Shapes:
        ``real`` and ``fake [B, C, H, W]``, ``mask [B, 1, h, w]``, ``shares [B, 3]``, output
        ``[B, C, H, W]``.

    Raises:
        ValueError: A shape is not one of these, ``eps`` is negative, or the mask is no float.

    Example:
        >>> import torch
        >>> real, fake = torch.zeros(1, 1, 1, 2), torch.tensor([5.0, 7.0]).view(1, 1, 1, 2)
        >>> mask = torch.tensor([1.0, 0.0]).view(1, 1, 1, 2)
        >>> mix_feature_statistics(real, fake, mask, torch.zeros(1, 3)).flatten().tolist()
        [0.0, 7.0]
    """
    _check(real, fake, mask, shares, eps)
    inside = _resized(widened(mask), fake)
    area = inside.sum((-2, -1), keepdim=True)
    area = area + (area == 0).to(area.dtype)
    real_mean, real_spread, real_shape = _statistics(widened(real), inside, area, eps)
    fake_mean, fake_spread, fake_shape = _statistics(widened(fake), inside, area, eps)
    by_mean, by_spread, by_shape = widened(shares)[..., None, None, None].unbind(1)
    mean = by_mean * fake_mean + (1 - by_mean) * real_mean
    spread = by_spread * fake_spread + (1 - by_spread) * real_spread
    shape = by_shape * fake_shape + (1 - by_shape) * real_shape
    mixed: Tensor = fake * (1 - inside) + spread * shape + mean * inside
    return mixed.to(fake.dtype)


class FeatureStatisticsMixing(nn.Module):
    r"""Mix real features' statistics into fake ones while training; the Module twin of
    :func:`mix_feature_statistics`.

    .. math:: \hat{\mathbf{F}}^f = \mathbf{F}^f \odot (1 - \mathbf{M}) + \boldsymbol{\sigma}^s
        \odot \bar{\mathbf{F}}^s + \boldsymbol{\mu}^s \odot \mathbf{M}, \qquad
        \lambda_1, \lambda_2, \lambda_3 \sim \mathrm{Beta}(\alpha, \alpha)

    Each face draws its own lambdas. In evaluation the fake features pass unchanged.

    Args:
        concentration: The parameter alpha. Default: 0.5.
        eps: Keeps the deviation off 0. Default: 1e-5.

    Shapes:
        ``real`` and ``fake [B, C, H, W]``, ``mask [B, 1, h, w]``, ``shares [B, 3]``, output
        ``[B, C, H, W]``.

    Raises:
        ValueError: ``concentration`` is not positive, ``eps`` is negative, or a shape is another.

    Example:
        >>> import torch
        >>> mix = FeatureStatisticsMixing()
        >>> real, fake = torch.rand(2, 8, 4, 4), torch.rand(2, 8, 4, 4)
        >>> seeded = torch.Generator().manual_seed(0)
        >>> mix(real, fake, torch.ones(2, 1, 16, 16), generator=seeded).shape
        torch.Size([2, 8, 4, 4])
    """

    def __init__(self, concentration: float = 0.5, eps: float = 1e-5) -> None:
        super().__init__()
        if not concentration > 0:
            raise ValueError(f"'concentration' must be positive (got {concentration})")
        _check_eps(eps)
        self.concentration = concentration
        self.eps = eps

    def reset_parameters(self) -> None:
        """Do nothing: there is nothing to learn."""

    def forward(
        self,
        real: Tensor,
        fake: Tensor,
        mask: Tensor,
        shares: Tensor | None = None,
        generator: Generator | None = None,
    ) -> Tensor:
        """Return the fake features, mixed.

        Args:
            real: Features of real faces.
            fake: Features of the fakes made of them.
            mask: Where they were tampered with.
            shares: The three lambdas of each face. Default: drawn.
            generator: Source of randomness. Default: the global one.
        """
        if shares is None:
            check_shape("fake", fake, ("B", "C", "H", "W"))
            shares = draw_beta(self.concentration, (fake.size(0), 3), fake.device, generator)
        _check(real, fake, mask, shares, self.eps)
        if not self.training:
            return fake
        return mix_feature_statistics(real, fake, mask, shares, self.eps)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(concentration={self.concentration})"


def _statistics(
    features: Tensor, inside: Tensor, area: Tensor, eps: float
) -> tuple[Tensor, Tensor, Tensor]:
    mean = (features * inside).sum((-2, -1), keepdim=True) / area
    apart = features - mean
    spread = ((apart.square() * inside).sum((-2, -1), keepdim=True) / area + eps).sqrt()
    return mean, spread, apart * inside / spread


def _resized(mask: Tensor, features: Tensor) -> Tensor:
    if mask.shape[-2:] == features.shape[-2:]:
        return mask
    return functional.interpolate(mask, size=features.shape[-2:], mode="area")


def _check_eps(eps: float) -> None:
    if eps < 0:
        raise ValueError(f"'eps' must not be negative (got {eps})")


def _check(real: Tensor, fake: Tensor, mask: Tensor, shares: Tensor, eps: float) -> None:
    _check_eps(eps)
    check_shape("fake", fake, ("B", "C", "H", "W"))
    check_shape("real", real, tuple(fake.shape))
    check_shape("mask", mask, (fake.size(0), 1, "h", "w"))
    check_floating("mask", mask)
    check_shape("shares", shares, (fake.size(0), 3))
