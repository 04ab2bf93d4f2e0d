"""A folder of one's own, by names or by a table."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphforensics.data import InputSpec
from graphforensics.datasets.fake_face_dataset import FakeFaceDataset
from graphforensics.datasets.folder_dataset import FolderDataset
from graphforensics.errors import MissingDataError
from tests.datasets import layouts


def test_folders_tell_label_split_and_manipulation(tmp_path: Path) -> None:
    dataset = FolderDataset(layouts.folder(tmp_path / "mine"), "train")
    fake, real = (dataset.record(n) for n in range(2))
    assert fake.key == ("mine", "swap", "train/fake/swap/anna_bela")
    assert (real.label, real.manipulation, real.split) == ("real", "original", "train")


def test_a_file_outside_of_real_and_fake(tmp_path: Path) -> None:
    layouts.write_video(layouts.folder(tmp_path) / "odd.mp4", 0)
    with pytest.raises(MissingDataError, match=r"a folder 'real' or 'fake' around odd.mp4"):
        FolderDataset(tmp_path)


@pytest.mark.parametrize("named", [False, True])
def test_a_table_tells_everything(tmp_path: Path, named: bool) -> None:
    root = layouts.table(tmp_path / "clips")
    spec = InputSpec("image", size=32)
    dataset = FolderDataset(root / "metadata.csv" if named else root, spec=spec, masks=True)
    assert len(dataset) == 2  # the mask is no video
    real, fake = (dataset.record(n) for n in range(2))
    assert (real.path, real.identity, real.manipulation) == ("a.mp4", "ada", "original")
    assert (fake.origin, fake.mask, fake.split) == ("a.mp4", "c.mp4", "test")
    assert dataset[1]["has_mask"].item()
    assert dataset[1]["mask"].sum() > 10


def test_a_table_beside_the_folder(tmp_path: Path) -> None:
    root = layouts.table(tmp_path / "clips")
    table = tmp_path / "labels.csv"
    table.write_text("file,label,dataset\nclips/a.mp4,real,own\nclips/b.mp4,fake,own\n")
    dataset = FolderDataset(root, table=table)
    assert [dataset.record(n).path for n in range(2)] == ["a.mp4", "b.mp4"]
    assert dataset.record(0).dataset == "own"


def test_a_table_without_a_label(tmp_path: Path) -> None:
    table = tmp_path / "labels.csv"
    table.write_text("file,label\na.mp4,\n")
    with pytest.raises(MissingDataError, match=r"a.mp4 has no label"):
        FolderDataset(table)


def test_what_the_drawn_data_set_writes_is_read_back(tmp_path: Path) -> None:
    drawn = FakeFaceDataset("all", identities=2, frames=2)
    dataset = FolderDataset(drawn.write_clips(tmp_path, scale=16).parent)
    assert [dataset.record(n).key for n in range(len(dataset))] == [
        (told["dataset"], told["manipulation"], told["video"])
        for told in (drawn.metadata(n) for n in range(len(drawn)))
    ]
