"""One list of what is known of a file, which all else follows."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import graphforensics
from graphforensics.datasets.fake_face_dataset import FakeFaceDataset
from graphforensics.store import columns
from graphforensics.store.columns import COLUMNS, LABELS, METADATA, SAMPLED, label_number
from graphforensics.store.manifest import SCHEMA
from graphforensics.store.track_table import COLUMNS as TABLE

ROOT = Path(graphforensics.__file__).parents[1]

# A library whose list has one column more, and nothing else that differs.
_TENTH = """
import importlib.util, sys, types
from dataclasses import replace
from pathlib import Path

import graphforensics.store

source, store, table = map(Path, sys.argv[1:])
last = 'MetadataColumn("split", sampled=False),'
text = source.read_text()
assert text.count(last) == 1
module = types.ModuleType("graphforensics.store.columns")
sys.modules[module.__name__] = graphforensics.store.columns = module
exec(text.replace(last, last + 'MetadataColumn("lighting", ("lamp",)),'), module.__dict__)

from graphforensics.data.input_spec import InputSpec
from graphforensics.datasets.clip_dataset import ClipDataset
from graphforensics.store.face_store import FaceStore
from graphforensics.store.manifest import read_records
from graphforensics.store.metadata_table import MetadataTable
from graphforensics.store.records import SourceRecord
from graphforensics.store.store_writer import StoreWriter
from graphforensics.store.track_table import track_table

opened = FaceStore(store)
assert opened[0].lighting is None, "a store of before"
names = opened.sources
told = MetadataTable(table).match([table.parent / names[0]])
with StoreWriter(store, opened.options) as writer:
    record = next(r for r in read_records(store) if r.source == names[0])
    known = {**record.metadata, **told[str(table.parent / names[0])]}
    writer.keep(replace(record, metadata=known))
    writer.finish()
record = SourceRecord.read(store / "tracks" / record.key / "source.json")
opened = FaceStore(store)
track = next(track for track in opened if track.source == names[0])
rows = track_table([store]).to_pylist()
sample = ClipDataset(track_table([store]), InputSpec("image", size=16))[0]
print(record.metadata["lighting"], opened.manifest.column("lighting")[0], track.lighting)
print(rows[0]["lighting"], rows[1]["lighting"], sample["lighting"])
other = Path(table.parent, "other.csv")
other.write_text("file,lighting\\n" + names[1] + ",night\\n")
import os
os.chdir(table.parent)
print([row["lighting"] for row in track_table([store], other).to_pylist()][:2])
"""


def test_a_tenth_column_is_one_line(tmp_path: Path) -> None:
    dataset = FakeFaceDataset("all", identities=2, frames=2)
    store = dataset.write_store(tmp_path / "store", size=32)
    table = tmp_path / "table.csv"
    video = dataset.metadata(0)
    (tmp_path / video["manipulation"]).mkdir()
    from graphforensics.store.face_store import FaceStore

    table.write_text(f"file,label,lamp\n{FaceStore(store).sources[0]},real,dusk\n")
    words = [str(columns.__file__), str(store), str(table)]
    done = subprocess.run(
        [sys.executable, "-c", _TENTH, *words], capture_output=True, text=True, timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "dusk dusk dusk", "dusk None dusk", "['dusk', 'night']",
    ]  # fmt: skip


def test_the_columns_of_stores_as_they_are() -> None:
    told = [
        "label", "identity", "manipulation", "dataset", "video", "origin", "mask", "quality",
        "split",
    ]  # fmt: skip
    # Their order is that of manifests: another one would change the bytes of every store.
    assert list(METADATA) == told
    assert SCHEMA.names[4:13] == told
    assert list(TABLE[5:14]) == told
    assert set(SAMPLED) == {"identity", "manipulation", "dataset", "video", "quality"}
    assert {c.name: c.aliases for c in COLUMNS if c.aliases} == {
        "manipulation": ("system",), "origin": ("source",),
    }  # fmt: skip


@pytest.mark.parametrize(("label", "number"), [("real", 0), ("fake", 1), (None, 0)])
def test_the_number_of_a_label(label: str | None, number: int) -> None:
    assert label_number(label) == number
    assert label is None or LABELS[number] == label
