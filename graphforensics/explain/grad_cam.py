"""Where in the pixels a verdict comes from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

import torch
from torch import Tensor, nn

from graphforensics.explain.activation_heat import enlarged, scaled_to_one
from graphforensics.models.detector import Detector
from graphforensics.models.detector_output import DetectorOutput
from graphforensics.models.fast_inference import evaluating
from graphforensics.nn.argument_checks import check_word

Target = Literal["fake", "real"]


def grad_cam(
    model: Detector,
    inputs: Tensor,
    target: Target = "fake",
    layer: nn.Module | None = None,
    normalize: bool = True,
) -> Tensor:
    r"""Return a heat map of each frame: what in it speaks for the verdict.

    .. math:: \mathbf{L} = \mathrm{ReLU} \Big( \sum_c \alpha_c \mathbf{A}^c \Big), \qquad
        \alpha_c = \frac{1}{|\mathbf{A}^c|} \sum_p \frac{\partial y}{\partial A^c_p}

    of the last feature maps :math:`\mathbf{A}`, y being the logit (its negative for ``"real"``),
    the mean taken over all places p of a map, enlarged to the input: "Grad-CAM: Visual
    Explanations from Deep Networks via Gradient-based Localization" (ICCV 2017). A clip's
    weights :math:`\alpha_c` are each snippet's own. The sum is that of ``captum``'s
    ``LayerGradCam``. The model computes in evaluation mode;
    neither its mode nor the gradients of its parameters are changed.

    Args:
        model: The detector.
        inputs: A batch as the detector takes it, normalised.
        target: ``"fake"`` or ``"real"``. Default: ``"fake"``.
        layer: The module whose (last) output is looked at. Default: ``model.feature_layer``, the
            encoder's last block.
        normalize: Scale each sample so that its largest value is 1; a sample without any
            evidence stays 0. Default: True.

    Shapes:
        ``inputs [B, 3, H, W]``, ``[B, T, 3, H, W]`` or ``[B, T, 3, D, H, W]``; the output is
        the same without the axis of colours.

    Raises:
        ValueError: ``target`` is unknown, the layer takes no part in the verdict or gives no
            feature maps, or the inputs have another shape.

    Example:
        >>> from graphforensics.models import MRL
        >>> mrl = MRL(encoder="resnet10t", regions=4, snippets=2, frames=3, size=64)
        >>> grad_cam(mrl, torch.rand(1, 2, 3, 3, 64, 64)).shape
        torch.Size([1, 2, 3, 64, 64])
    """
    check_word("target", target, get_args(Target))
    heat = _attributed(model, inputs, layer or model.feature_layer, 1 if target == "fake" else -1)
    heat = enlarged(heat, inputs)
    return scaled_to_one(heat) if normalize else heat


def _attributed(model: Detector, inputs: Tensor, layer: nn.Module, sign: int) -> Tensor:
    """Return the rectified sum of the layer's weighted maps, ``[B, (D,) h, w]``."""
    # Imported here: it takes longer than all else that judging a clip imports of this room.
    from captum.attr import LayerGradCam

    # Encoders give out lists of maps: captum is shown the last one on its way.
    probe = nn.Identity()
    shapes: list[list[int]] = []

    def show(_module: nn.Module, _given: object, output: Tensor | Sequence[Tensor]) -> Any:
        maps = output if isinstance(output, Tensor) else output[-1]
        shapes.append(list(maps.shape))
        if maps.dim() not in (4, 5):
            raise _no_maps(shapes[-1])
        seen = probe(maps)
        return seen if isinstance(output, Tensor) else [*output[:-1], seen]

    def verdict(given: Tensor) -> Tensor:
        output: DetectorOutput = model(given)
        if not shapes:
            raise _no_maps(None)
        return sign * output.logit

    handle = layer.register_forward_hook(show)
    try:
        # Frozen parameters leave no trace to follow back; the input's own always does.
        with evaluating(model), torch.enable_grad():
            given = inputs.detach().requires_grad_()
            cam = LayerGradCam(verdict, probe).attribute(given, relu_attributions=True)
    except RuntimeError as error:
        if "not have been used" not in str(error):
            raise
        raise ValueError("'layer' must take part in the verdict: no gradient reaches it") from error
    finally:
        handle.remove()
    heat: Tensor = cam.detach().squeeze(1)
    return heat


def _no_maps(shape: list[int] | None) -> ValueError:
    return ValueError(f"'layer' must give feature maps [B, C, (D,) H, W] (got {shape})")
