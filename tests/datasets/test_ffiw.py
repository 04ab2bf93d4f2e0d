"""FFIW: pairs of equal names."""

from __future__ import annotations

from pathlib import Path

from graphforensics.datasets.ffiw import FFIW
from tests.datasets import layouts


def test_a_pair_shares_its_name_and_identity(tmp_path: Path) -> None:
    dataset = FFIW(layouts.ffiw(tmp_path), "val")
    real, fake = (dataset.record(n) for n in range(2))
    assert real.video == fake.video == "val_00000000"
    assert real.identity == fake.identity == "FFIW/val/val_00000000"
    assert fake.origin == real.path
    assert fake.mask == "target_mask/val/val_00000000_mask.mp4"


def test_videos_may_lie_in_a_folder_of_their_own(tmp_path: Path) -> None:
    root = layouts.ffiw(tmp_path)
    for home in ("source/val", "target/val"):
        (root / home / "videos").mkdir()
        for file in (root / home).glob("*.mp4"):
            file.rename(root / home / "videos" / file.name)
    assert FFIW(root, "val").record(1).origin == "source/val/videos/val_00000000.mp4"


def test_a_release_of_two_parts_is_whole(tmp_path: Path) -> None:
    root = layouts.ffiw(tmp_path)
    (root / "source/test").rename(root / "elsewhere")
    assert len(FFIW(root, "all")) == 4
