"""The network that learns what is easy to see, so that it can be hidden from another."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn
from torch.nn import functional

from graphforensics.models.learning_to_mask.transformer import DiverseTransformer
from graphforensics.nn.class_attention_map import class_attention_map
from graphforensics.nn.encoder import TimmEncoder
from graphforensics.nn.precision import widened


class TeacherView(NamedTuple):
    """What the teacher makes of a batch.

    Args:
        logit: Verdict from its averaged features, ``[B]``, positive is fake.
        token_logit: Verdict from the transformer's class token, ``[B]``.
        attention: Attention of the last block's heads, ``[B, h, 1 + N, 1 + N]``, the class token
            first.
        class_attention: What the class token gives to each place, averaged over the heads,
            ``[B, height, width]``.
    """

    logit: Tensor
    token_logit: Tensor
    attention: Tensor
    class_attention: Tensor


class LearningToMaskTeacher(nn.Module):
    r"""A network for images, and a transformer over its map whose class token finds evidence.

    .. math:: \mathbf{A} = \frac{1}{h} \sum_{i=1}^{h} \mathbf{A}_i

    The teacher of "Learning to Mask: Towards Generalized Face Forgery Detection" (arXiv
    2212.14309v1), with a linear classifier on its averaged features and one on the class token.

    Args:
        encoder: The network for images.
        height: Rows of the student's map; a map of another size is averaged to it.
        width: Columns of the student's map.
        blocks: Blocks of the transformer.
        heads: Heads of each block.
        head_channels: Channels of a head. Default: the encoder's over the heads.
        hidden_channels: Width inside the MLPs. Default: 4 times the encoder's channels.

    Shapes:
        ``images [B, 3, H, W]`` to a :class:`TeacherView`.

    Raises:
        ValueError: A number is not positive, or the images have another shape.

    Example:
        >>> import torch
        >>> teacher = LearningToMaskTeacher(TimmEncoder("resnet10t"), 2, 2, blocks=1)
        >>> view = teacher(torch.rand(1, 3, 64, 64))
        >>> view.logit.shape, view.class_attention.shape
        (torch.Size([1]), torch.Size([1, 2, 2]))
    """

    def __init__(
        self,
        encoder: TimmEncoder,
        height: int,
        width: int,
        blocks: int = 6,
        heads: int = 6,
        head_channels: int | None = None,
        hidden_channels: int | None = None,
    ) -> None:
        super().__init__()
        channels = encoder.channels[-1]
        self.height = height
        self.width = width
        self.encoder = encoder
        self.classifier = nn.Linear(channels, 1)
        self.transformer = DiverseTransformer(
            channels, height * width, blocks, heads, head_channels, hidden_channels
        )
        self.token_classifier = nn.Linear(channels, 1)

    def forward(self, images: Tensor) -> TeacherView:
        """Return both verdicts and where the class token looks."""
        maps = self.encoder(images)[-1]
        if maps.shape[-2:] != (self.height, self.width):
            maps = functional.adaptive_avg_pool2d(maps, (self.height, self.width))
        token, attention = self.transformer(maps.flatten(2).transpose(1, 2))
        attention = widened(attention)
        return TeacherView(
            self.classifier(maps.mean((2, 3))).squeeze(1),
            self.token_classifier(token).squeeze(1),
            attention,
            class_attention_map(attention, self.height, self.width),
        )
