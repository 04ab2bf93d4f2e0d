"""New samples between two samples, made of their features."""

from __future__ import annotations

from torch import Generator, Tensor, nn

from graphforensics.nn.argument_checks import check_floating, check_shape
from graphforensics.nn.random_draw import draw_order, draw_uniform


def feature_mixup(
    features: Tensor, labels: Tensor, partner: Tensor, share: Tensor
) -> tuple[Tensor, Tensor]:
    r"""Mix each sample's features and label with those of its partner.

    .. math:: \mathbf{F}^{\prime} = \lambda \mathbf{F}_i + (1 - \lambda) \mathbf{F}_j, \qquad
        y^{\prime} = \lambda y_i + (1 - \lambda) y_j

    Eqs. 5 and 6 of "Learning to Mask: Towards Generalized Face Forgery Detection"
    (arXiv 2212.14309v1).

    Args:
        features: Features of the samples.
        labels: 0 or 1 a sample, or the probability of each class.
        partner: Number j of each sample's partner in the batch.
        share: Share lambda that each sample keeps of itself.

    Shapes:
        ``features [B, ...]``, ``labels [B]`` or ``[B, classes]``, ``partner [B]``, ``share [B]``;
        output features and labels of the same shapes.

    Raises:
        ValueError: A shape is not one of these, or the features are no floats.

    Example:
        >>> import torch
        >>> features, labels = torch.tensor([[0.0], [4.0]]), torch.tensor([0.0, 1.0])
        >>> feature_mixup(features, labels, torch.tensor([1, 0]), torch.tensor([0.75, 0.75]))
        (tensor([[1.],
                [3.]]), tensor([0.2500, 0.7500]))
    """
    _check(features, labels)
    check_shape("partner", partner, (features.size(0),))
    check_shape("share", share, (features.size(0),))
    return _mixed(features, partner, share), _mixed(labels.to(features.dtype), partner, share)


class FeatureMixup(nn.Module):
    r"""Mix the samples of a batch in pairs while training; the Module twin of
    :func:`feature_mixup`.

    .. math:: \mathbf{F}^{\prime} = \lambda \mathbf{F}_i + (1 - \lambda) \mathbf{F}_j, \qquad
        y^{\prime} = \lambda y_i + (1 - \lambda) y_j, \qquad \lambda \sim U(0, 1)

    The deep mixup of "Learning to Mask: Towards Generalized Face Forgery Detection"
    (arXiv 2212.14309v1). The partners are a random order of the batch and each sample draws its
    own lambda. In evaluation features and labels pass unchanged.

    Shapes:
        ``features [B, ...]``, ``labels [B]`` or ``[B, classes]``; output of the same shapes, the
        labels as soft as they come, in the features' type.

    Raises:
        ValueError: A shape is not one of these, or the features are no floats.

    Example:
        >>> import torch
        >>> features, labels = FeatureMixup()(torch.rand(4, 8), torch.tensor([0, 1, 0, 1]))
        >>> features.shape, labels.shape
        (torch.Size([4, 8]), torch.Size([4]))
    """

    def reset_parameters(self) -> None:
        """Do nothing: there is nothing to learn."""

    def forward(
        self, features: Tensor, labels: Tensor, generator: Generator | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return the mixed features and labels.

        Args:
            features: Features of the samples.
            labels: Their labels.
            generator: Source of randomness. Default: the global one.
        """
        _check(features, labels)
        if not self.training:
            return features, labels.to(features.dtype)
        samples = features.size(0)
        partner = draw_order(samples, features.device, generator)
        share = draw_uniform((samples,), features.device, generator)
        return feature_mixup(features, labels, partner, share)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


def _mixed(values: Tensor, partner: Tensor, share: Tensor) -> Tensor:
    own = share.to(values.dtype).view(-1, *(1,) * (values.dim() - 1))
    return own * values + (1 - own) * values.index_select(0, partner)


def _check(features: Tensor, labels: Tensor) -> None:
    if features.dim() < 1 or features.numel() == 0:
        raise ValueError(f"'features' must be [B, ...], not empty (got {list(features.shape)})")
    check_floating("features", features)
    samples = features.size(0)
    check_shape("labels", labels, (samples,), (samples, "classes"))
