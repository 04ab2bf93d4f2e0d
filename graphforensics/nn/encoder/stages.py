"""The stages of any encoder, from the shallowest to the deepest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torch import nn
from torch.nn import Parameter

#: Parts of networks that are rows of blocks, each of them a stage.
_ROWS = ("blocks", "stages", "layers", "features")

#: A part with no more layers than these is of the stem, or of the stage before it.
_FEW = 2


class EncoderStage:
    """One stage of an encoder: its modules, and parameters that are in none of them.

    Args:
        modules: The modules.
        parameters: Parameters beside them, such as a class token.
    """

    def __init__(self, modules: list[nn.Module], parameters: list[Parameter] | None = None) -> None:
        self.modules = modules
        self.own = list(parameters or [])

    def parameters(self) -> list[Parameter]:
        """Return all that can be learned, each once."""
        found = [*self.own, *(one for part in self.modules for one in part.parameters())]
        return list({id(one): one for one in found}.values())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.modules)} modules)"


def encoder_stages(encoder: nn.Module) -> list[EncoderStage]:
    """Cut an encoder into its stages.

    The first is the stem: all that comes before the first block. Then each block of the network's
    own is one: ``layer1`` to ``layer4`` of a ResNet, the seven rows of an EfficientNet, the blocks
    of Xception and of a vision transformer. What comes after the last block belongs to it. Two
    networks that run side by side (LRL's) are cut together, stage by stage.

    Args:
        encoder: Of any detector.

    Example:
        >>> from graphforensics.nn.encoder.build import build_encoder
        >>> [len(encoder_stages(build_encoder(name))) for name in ("resnet10t", "r3d_18")]
        [5, 5]
    """
    known: Any = encoder
    if hasattr(encoder, "rgb"):
        twins = [encoder_stages(known.rgb)]
        if getattr(encoder, "frequency", None) is not None:
            twins.append(encoder_stages(known.frequency))
        return [
            EncoderStage(
                [part for stage in together for part in stage.modules],
                [one for stage in together for one in stage.own],
            )
            for together in zip(*twins, strict=True)
        ]
    body = _body(encoder)
    stages = _grouped([part for _, part in _parts(body)])
    inside = {id(one) for stage in stages for one in stage.parameters()}
    if stages:
        stages[0].own = [one for one in body.parameters() if id(one) not in inside]
    return stages


def _body(encoder: nn.Module) -> nn.Module:
    """Take the wrappers off a network."""
    known: Any = encoder
    if hasattr(encoder, "network"):
        return _body(known.network)
    if getattr(encoder, "staged", True) is False:
        return _body(known.stages[0])
    for name in ("body", "model"):
        within = getattr(encoder, name, None)
        if isinstance(within, nn.Module):
            return _body(within)
    if isinstance(encoder, nn.ModuleDict) and "body" in encoder:
        return _body(encoder["body"])
    return encoder


def _parts(body: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """Yield the parts of a network in their order, rows of blocks block by block."""
    cut = getattr(body, "staged", None) is True
    for name, part in body.named_children():
        if not any(True for _ in part.parameters()):
            continue
        if cut and name == "stages":
            yield from ((key, one) for stage in part.children() for key, one in _parts(stage))
        elif name in _ROWS and isinstance(part, nn.Sequential | nn.ModuleList):
            yield from part.named_children()
        else:
            yield name, part


def _grouped(parts: list[nn.Module]) -> list[EncoderStage]:
    stages = [EncoderStage([])]
    for part in parts:
        layers = [one for one in part.modules() if any(True for _ in one.parameters(False))]
        if len(layers) > _FEW and (stages[0].modules or len(stages) > 1):
            stages.append(EncoderStage([part]))
        else:
            stages[-1].modules.append(part)
    return [stage for stage in stages if stage.modules]
