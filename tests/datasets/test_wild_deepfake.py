"""WildDeepfake: archives, and folders of numbered images."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from graphforensics.data import InputSpec
from graphforensics.datasets.wild_deepfake import WildDeepfake
from graphforensics.errors import MissingDataError
from tests.datasets import layouts


def test_archives_are_unpacked_on_request_only(tmp_path: Path) -> None:
    root = layouts.wild_deepfake(tmp_path, packed=True)
    with pytest.raises(MissingDataError, match=r"2 archives are not unpacked yet \(0.tar.gz"):
        WildDeepfake(root)
    dataset = WildDeepfake(root, unpack=True)
    assert dataset.record(0).path == "real_test/0/real/0"
    assert len(WildDeepfake(root)) == len(dataset) == 8
    assert not list(root.glob("*/.*"))


def test_sequences_of_one_archive_are_one_person(tmp_path: Path) -> None:
    dataset = WildDeepfake(layouts.wild_deepfake(tmp_path))
    identities = dataset.table["identity"].to_pylist()
    assert identities[:3] == ["WildDeepfake/real_test/0"] * 2 + ["WildDeepfake/real_test/1"]


def test_images_are_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    root = layouts.wild_deepfake(tmp_path)
    spec = InputSpec("frames", size=96, frames=4)
    shown = WildDeepfake(root, spec=spec)[0]["inputs"].permute(0, 2, 3, 1).numpy()
    from PIL import Image

    for number, frame in zip((8, 9, 10, 100), shown, strict=True):
        with Image.open(root / f"real_test/0/real/0/{number}.png") as image:
            assert (frame == image).all()


def test_nothing_is_unpacked_outside_of_its_folder(tmp_path: Path) -> None:
    root = layouts.wild_deepfake(tmp_path / "set")
    with tarfile.open(root / "real_test/9.tar.gz", "w:gz") as archive:
        member = tarfile.TarInfo("../../../escaped.png")
        member.size = 3
        archive.addfile(member, io.BytesIO(b"abc"))
    with pytest.raises(MissingDataError, match=r"9.tar.gz: a damaged archive"):
        WildDeepfake(root, unpack=True)
    assert not list(tmp_path.rglob("escaped*"))
    (root / "real_test/9.tar.gz").write_bytes(b"no archive")
    with pytest.raises(MissingDataError, match=r"9.tar.gz: a damaged archive"):
        WildDeepfake(root, unpack=True)
    assert not (root / "real_test/9").exists()
