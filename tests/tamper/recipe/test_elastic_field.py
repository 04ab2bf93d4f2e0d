import numpy as np
import torch
from scipy.ndimage import gaussian_filter

from graphforensics.tamper.recipe.elastic_field import elastic_field
from graphforensics.tamper.recipe.seeded_draw import seeded_uniform


def test_fields_against_scipy() -> None:
    seeds = torch.tensor([5, 6, 7])
    fields = elastic_field(seeds)
    noise = seeded_uniform(seeds, 2048, 1).double().numpy().reshape(3, 2, 32, 32)
    for field, white in zip(fields.numpy(), noise, strict=True):
        smooth = gaussian_filter(white - 0.5, (0, 1.5, 1.5), mode="wrap")
        wanted = np.clip(smooth / smooth.std(), -3, 3)
        np.testing.assert_allclose(field, wanted, atol=1e-6)


def test_fields_are_bounded_and_vary_by_one() -> None:
    fields = elastic_field(torch.arange(50))
    assert fields.abs().max() <= 3
    assert (fields.flatten(1).std(1) - 1).abs().max() < 0.05
    assert fields.dtype == torch.float32
    assert (fields[0] != fields[1]).any()
