"""What a loading process has for itself does not grow with the set."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from torch.utils.data import DataLoader, Dataset, Subset

from graphforensics.data import InputSpec
from graphforensics.datasets.clip_dataset import ClipDataset
from graphforensics.store.track_table import track_table

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
SPEC = InputSpec("clip", size=16, snippets=2, frames=3)


class _OwnMemory(Dataset[float]):
    """Loads samples, and tells the MiB that no other process shares with this one."""

    def __init__(self, dataset: ClipDataset) -> None:
        self.dataset = dataset

    def __getitem__(self, position: int) -> float:
        assert self.dataset[position]["inputs"].shape == SPEC.shape
        lines = Path("/proc/self/smaps_rollup").read_text().splitlines()[1:]
        values = dict(line.split()[:2] for line in lines)
        return (int(values["Private_Clean:"]) + int(values["Private_Dirty:"])) / 1024


def _table(table: pa.Table, tracks: int) -> pa.Table:
    """Name the same tracks over and over, each row with words of its own."""
    many = table.take(pa.array(np.arange(tracks) % len(table)))
    place = many.schema.get_field_index("video")
    names = pa.array([f"{'a rather long name of a video':200s}{n}" for n in range(tracks)])
    return many.set_column(place, "video", names).combine_chunks()


@pytest.mark.slow
def test_a_worker_takes_no_more_for_many_tracks_than_for_few(
    tmp_path: Path, labelled_store: Callable[..., Path]
) -> None:
    table = track_table([labelled_store(tmp_path / "s", people=2, frames=8, size=24)])
    found: dict[int, list[float]] = {}
    for tracks in (100, 100_000):
        many: Any = _OwnMemory(ClipDataset(_table(table, tracks), SPEC, train=True))
        places = np.random.default_rng(0).integers(0, tracks, 100).tolist()
        loader = DataLoader(Subset(many, places), batch_size=None, num_workers=1)
        found[tracks] = [float(value) for value in loader]
    # The larger table alone is 25 MiB; a list of its rows would be 300. Which pages a process has
    # for itself varies by some 2 MiB from run to run.
    assert _table(table, 100_000).nbytes > 25 << 20
    assert max(found[100_000]) < max(found[100]) + 5
    # Nor does it grow with what was loaded, once a few samples have warmed it up.
    assert max(found[100_000][50:]) < max(found[100_000][:50]) + 5
