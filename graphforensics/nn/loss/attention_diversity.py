"""Make the heads of an attention look at different places."""

from __future__ import annotations

from typing import Literal, get_args

from torch import Tensor, nn

from graphforensics.nn.argument_checks import check_word
from graphforensics.nn.precision import full_precision, unit_length, widened

DiversityForm = Literal["equation", "purpose"]


def attention_diversity_loss(attention: Tensor, form: DiversityForm = "equation") -> Tensor:
    r"""Compare the attention of every two heads.

    .. math:: \mathcal{L}_{diversity} = \frac{1}{h^2} \Big( \sum_{i = j} -d_{ij}
        + \sum_{i \ne j} (1 - d_{ij}) \Big), \qquad
        d_{ij} = \frac{\mathbf{A}_i \mathbf{A}_j^{\top}}
        {\lVert \mathbf{A}_i \rVert_2 \lVert \mathbf{A}_j \rVert_2}

    averaged over the batch: eq. 3 of "Learning to Mask: Towards Generalized Face Forgery
    Detection" (arXiv 2212.14309v1), with each head's attention as one vector.

    .. warning::
        As printed, with d the cosine that the paper defines, the loss is *least* when all heads
        look alike; yet the paper introduces it "to encourage more diversity". The loss that it
        follows ("Learning Deep Bilinear Transformation", NeurIPS 2019) has the signs the other
        way round: ``form="purpose"`` is

        .. math:: \frac{1}{h^2} \Big( \sum_{i = j} (1 - d_{ij}) + \sum_{i \ne j} d_{ij} \Big),

        which is 0 for heads that share nothing and grows as they agree.

    Args:
        attention: Attention of the heads.
        form: ``"equation"`` as printed, ``"purpose"`` as meant. Default: ``"equation"``.

    Shapes:
        ``attention [B, h, L]`` (the class token's rows) or ``[B, h, L, L]``; the output is a
        scalar.

    Raises:
        ValueError: The form is unknown, or the attention has another shape.

    Example:
        >>> import torch
        >>> same, apart = torch.ones(1, 2, 4), torch.eye(2).unsqueeze(0)
        >>> attention_diversity_loss(same).item(), attention_diversity_loss(apart).item()
        (-0.5, 0.0)
        >>> attention_diversity_loss(same, "purpose").item()
        0.5
    """
    check_word("form", form, get_args(DiversityForm))
    if attention.dim() not in (3, 4) or attention.numel() == 0:
        raise ValueError(
            f"'attention' must be [B, h, L] or [B, h, L, L] (got {list(attention.shape)})"
        )
    unit = unit_length(widened(attention.flatten(2)))
    with full_precision(unit):
        alike = unit @ unit.transpose(1, 2)
    total = alike.sum((1, 2))
    same = alike.diagonal(dim1=1, dim2=2).sum(1)
    heads = attention.size(1)
    if form == "equation":
        return ((heads * (heads - 1) - total) / heads**2).mean()
    return ((heads - 2 * same + total) / heads**2).mean()


class AttentionDiversityLoss(nn.Module):
    r"""Compare the attention of every two heads; the Module twin of
    :func:`attention_diversity_loss`.

    .. math:: \mathcal{L}_{diversity} = \frac{1}{h^2} \Big( \sum_{i = j} -d_{ij}
        + \sum_{i \ne j} (1 - d_{ij}) \Big)

    d being the cosine of two heads' attention: eq. 3 of "Learning to Mask" (arXiv 2212.14309v1).

    Args:
        form: ``"equation"`` as printed, ``"purpose"`` as meant. Default: ``"equation"``.

    Shapes:
        ``attention [B, h, L]`` or ``[B, h, L, L]``; the output is a scalar.

    Raises:
        ValueError: The form is unknown, or the attention has another shape.

    Example:
        >>> import torch
        >>> AttentionDiversityLoss("purpose")(torch.eye(2).unsqueeze(0)).item()
        0.0
    """

    def __init__(self, form: DiversityForm = "equation") -> None:
        super().__init__()
        check_word("form", form, get_args(DiversityForm))
        self.form: DiversityForm = form

    def forward(self, attention: Tensor) -> Tensor:
        """Return the loss."""
        return attention_diversity_loss(attention, self.form)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(form={self.form!r})"
