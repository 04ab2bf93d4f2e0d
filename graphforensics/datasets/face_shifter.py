"""FaceShifter, as FaceForensics++ hands it out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from graphforensics.datasets.faceforensics_pp import FaceForensicsPP


class FaceShifter(FaceForensicsPP):
    """The videos of FaceForensics++ and their swaps by FaceShifter alone.

    Layout, parts and names are those of :class:`FaceForensicsPP`; there are no masks.

    Args:
        root: Folder of FaceForensics++.
        split: ``"train"``, ``"val"``, ``"test"`` or ``"all"``.
        quality: ``"raw"``, ``"c23"`` or ``"c40"``.
        **options: As of :class:`VideoDataset`.

    Source:
        L. Li et al., FaceShifter: Towards high fidelity and occlusion aware face swapping, CVPR
        2020.
    """

    def __init__(
        self, root: str | Path, split: str = "train", quality: str = "c23", **options: Any
    ) -> None:
        super().__init__(root, split, ("FaceShifter",), quality, **options)
