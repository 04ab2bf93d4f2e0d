"""DeepfakeMAE (Hu et al., 2023): facial parts, and how well one predicts another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
    from graphforensics.models.deepfake_mae.facial_masked_autoencoder import (
        FacialMaskedAutoencoder,
        Reconstruction,
    )
    from graphforensics.models.deepfake_mae.graph_classifier import DeepfakeMAEGraphClassifier
    from graphforensics.models.deepfake_mae.model import DeepfakeMAE
    from graphforensics.models.deepfake_mae.output import DeepfakeMAEOutput

__all__ = [
    "DeepfakeMAE",
    "DeepfakeMAEGraphClassifier",
    "DeepfakeMAEOutput",
    "FacialMaskedAutoencoder",
    "Reconstruction",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "model": "DeepfakeMAE",
        "output": "DeepfakeMAEOutput",
        "graph_classifier": "DeepfakeMAEGraphClassifier",
        "facial_masked_autoencoder": "FacialMaskedAutoencoder Reconstruction",
    },
)
