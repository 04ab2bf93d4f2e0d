"""AUNet (Bai et al., 2023): fifteen facial action units and their relations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
    from graphforensics.models.aunet.graph_classifier import AUNetGraphClassifier
    from graphforensics.models.aunet.model import AUNet
    from graphforensics.models.aunet.output import AUNetOutput
    from graphforensics.models.aunet.pair_mixing import PairMixing

__all__ = [
    "AUNet",
    "AUNetGraphClassifier",
    "AUNetOutput",
    "PairMixing",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "model": "AUNet",
        "output": "AUNetOutput",
        "graph_classifier": "AUNetGraphClassifier",
        "pair_mixing": "PairMixing",
    },
)
