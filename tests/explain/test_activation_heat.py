from __future__ import annotations

import pytest
import torch

from graphforensics.explain import grad_cam
from graphforensics.explain.activation_heat import activation_heat, scaled_to_one, watched_maps
from tests.explain.test_pyg_explainers import SMALL


@pytest.mark.parametrize("name", sorted(SMALL))
def test_the_heat_of_one_pass_is_captum_s(name: str) -> None:
    model = SMALL[name]().eval()
    inputs = torch.rand(2, *model.input_spec.shape, generator=torch.Generator().manual_seed(1))
    with watched_maps(model.feature_layer) as seen:
        output = model(inputs.clone().requires_grad_())
        heat = scaled_to_one(activation_heat(output.logit, seen, inputs))
    torch.testing.assert_close(heat.detach(), grad_cam(model, inputs), rtol=1e-4, atol=1e-5)


def test_a_layer_that_gives_no_maps_is_refused() -> None:
    with pytest.raises(ValueError, match="'layer' must give feature maps"):
        activation_heat(torch.zeros(1), [], torch.zeros(1, 3, 8, 8))
