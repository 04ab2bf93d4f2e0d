"""What is left of an image without its low frequencies."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from graphforensics.nn.argument_checks import check_floating, check_shape, check_share
from graphforensics.nn.precision import full_precision, widened

#: What red, green and blue contribute to grey (ITU-R BT.601).
_GREY = (0.299, 0.587, 0.114)


def high_pass_dct(image: Tensor, alpha: float = 0.33, rescale: bool = True) -> Tensor:
    r"""Remove the low frequencies of the grey image in the DCT domain.

    .. math:: \mathbf{x}_2 = \mathcal{D}^{-1}(\mathcal{F}(\mathcal{D}(\mathbf{x}_1), \alpha))

    Eqs. 1 to 3 of "Local Relation Learning for Face Forgery Detection" (AAAI 2021): D is the
    orthonormal DCT-II and F sets coefficient (i, j) to 0 where :math:`i / H + j / W < \alpha`, the
    top-left triangle whose legs are :math:`\alpha` of the sides. The mean is among what is removed,
    so the result is centred at 0, and rescaled it does not depend on how the caller normalised
    the image. An image without high frequencies gives zeros, not amplified rounding.

    Args:
        image: RGB or grey images, in any range.
        alpha: Legs of the triangle as a share of the sides; 0 removes nothing. Default: 0.33.
        rescale: Divide each image by its largest magnitude, for a range of [-1, 1]. Default: True.

    Shapes:
        ``image [B, 3, H, W]`` or ``[B, 1, H, W]``, output ``[B, 1, H, W]``.

    Raises:
        ValueError: ``alpha`` is not in [0, 1], or the image has another shape or is no float.

    Example:
        >>> ramp = torch.tensor([1.0, 2.0, 3.0]).view(1, 1, 1, 3)
        >>> high_pass_dct(ramp).round(decimals=4).tolist()
        [[[[-1.0, 0.0, 1.0]]]]
    """
    check_share("alpha", alpha)
    check_shape("image", image, ("B", 3, "H", "W"), ("B", 1, "H", "W"))
    check_floating("image", image)
    grey = _grey(widened(image))
    rows, columns = dct_matrix(grey.size(-2), grey), dct_matrix(grey.size(-1), grey)
    # A product rather than a fill: a NaN must not be filled over.
    with full_precision(grey):
        spectrum = rows @ grey @ columns.T * _high_frequencies(grey, alpha)
        high = rows.T @ spectrum @ columns
    return (_rescaled(high, grey) if rescale else high).to(image.dtype)


def dct_matrix(size: int, like: Tensor) -> Tensor:
    r"""Return the matrix of the orthonormal DCT-II.

    .. math:: D_{kn} = \sqrt{\frac{2 - [k = 0]}{N}} \cos \frac{\pi (2 n + 1) k}{2 N}

    Args:
        size: Length N of what is transformed.
        like: A tensor of the wanted type and device.

    Shapes:
        Output ``[size, size]``.

    Example:
        >>> dct_matrix(1, torch.zeros(1)).tolist()
        [[1.0]]
    """
    place = torch.arange(size, device=like.device)
    # Whole turns are taken off while the angle is still an integer, so that float32 serves.
    turned = ((2 * place + 1) * place.unsqueeze(1)) % (4 * size)
    wave = torch.cos(turned.to(like.dtype) * (math.pi / (2 * size)))
    # Bare numbers in torch.where would be float32 whatever the tensor is.
    first, others = (wave.new_full((size,), math.sqrt(share / size)) for share in (1, 2))
    return torch.where(place == 0, first, others).unsqueeze(1) * wave


class HighPassDCT(nn.Module):
    r"""Remove an image's low frequencies; the Module twin of :func:`high_pass_dct`.

    .. math:: \mathbf{x}_2 = \mathcal{D}^{-1}(\mathcal{F}(\mathcal{D}(\mathbf{x}_1), \alpha))

    Args:
        alpha: Legs of the removed triangle as a share of the sides. Default: 0.33.
        rescale: Divide each image by its largest magnitude. Default: True.

    Shapes:
        ``image [B, 3, H, W]`` or ``[B, 1, H, W]``, output ``[B, 1, H, W]``.

    Raises:
        ValueError: ``alpha`` is not in [0, 1], or the image has another shape.

    Example:
        >>> HighPassDCT()(torch.rand(2, 3, 16, 16)).shape
        torch.Size([2, 1, 16, 16])
    """

    def __init__(self, alpha: float = 0.33, rescale: bool = True) -> None:
        super().__init__()
        check_share("alpha", alpha)
        self.alpha = alpha
        self.rescale = rescale

    def reset_parameters(self) -> None:
        """Do nothing: there is nothing to learn."""

    def forward(self, image: Tensor) -> Tensor:
        """Return the high frequencies as one channel."""
        return high_pass_dct(image, self.alpha, self.rescale)

    def __repr__(self) -> str:
        rescale = "" if self.rescale else ", rescale=False"
        return f"{type(self).__name__}(alpha={self.alpha}{rescale})"


def _grey(image: Tensor) -> Tensor:
    if image.size(1) == 1:
        return image
    red, green, blue = image.unbind(1)
    return (_GREY[0] * red + _GREY[1] * green + _GREY[2] * blue).unsqueeze(1)


def _high_frequencies(grey: Tensor, alpha: float) -> Tensor:
    height, width = grey.shape[-2:]
    down = torch.arange(height, device=grey.device).unsqueeze(1) * width
    along = torch.arange(width, device=grey.device) * height
    return (down + along >= alpha * height * width).to(grey.dtype)


def _rescaled(high: Tensor, grey: Tensor) -> Tensor:
    # A sum of n products is exact to about n units of the last place.
    exact_to = torch.finfo(grey.dtype).eps * (grey.size(-2) + grey.size(-1))
    largest = high.abs().amax((-2, -1), keepdim=True)
    rounding = grey.detach().abs().amax((-2, -1), keepdim=True) * exact_to
    nothing = largest <= rounding
    return torch.where(nothing, 0, high / torch.where(nothing, 1, largest))
