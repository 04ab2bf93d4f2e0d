"""The library's masked autoencoder as what ``forge`` passes faces through."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from graphforensics.errors import CheckpointError

if TYPE_CHECKING:
    from graphforensics.models.deepfake_mae.model import DeepfakeMAE


class FaceAutoencoder:
    """Draws faces as a trained DeepfakeMAE's autoencoder does, each part from the other two.

    It is sent to worker processes as the name of its folder; each reads the weights when it draws
    its first face.

    Args:
        path: Folder of a run's best weights, or a training checkpoint.

    Raises:
        CheckpointError: Nothing is there, or another model is.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = str(path)
        self._model: DeepfakeMAE | None = None
        self._load()

    def __str__(self) -> str:
        return self.path

    def __getstate__(self) -> dict[str, Any]:
        return {"path": self.path, "_model": None}

    @torch.no_grad()
    def __call__(self, faces: Tensor) -> Tensor:
        """Draw faces ``[B, 3, H, W]`` in [0, 1] anew, in the same size."""
        model = self._load()
        spec = model.input_spec
        mean, std = (torch.tensor(one).view(3, 1, 1) for one in (spec.mean, spec.std))
        small = interpolate(faces, size=(spec.size, spec.size), mode="bilinear", antialias=True)
        drawn = model.autoencoder.draw_by_parts((small - mean) / std) * std + mean
        return interpolate(drawn, size=faces.shape[-2:], mode="bicubic").clamp(0, 1)

    def _load(self) -> DeepfakeMAE:
        if self._model is None:
            from graphforensics.models import DeepfakeMAE, load_detector

            model = load_detector(self.path)
            if not isinstance(model, DeepfakeMAE):
                raise CheckpointError(f"{self.path}: holds {model.name}, not deepfake_mae")
            self._model = model
        return self._model
