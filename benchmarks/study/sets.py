"""From real files to stores of real and forged faces, with the people parted once."""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from study.configuration import SetOfFiles, Study, as_dict
from study.step_runner import Done, StepRunner

PARTS = ("train", "val", "test")
#: Three fifths of the people to train on, a fifth to validate, a fifth to test.
_SHARES = ("train", "train", "train", "val", "test")
Table = list[dict[str, str]]


@dataclass
class Stores:
    """Where the faces are: ``faces[sees][set]``, and the same of stronger compression."""

    faces: dict[str, dict[str, Done]] = field(default_factory=dict)
    c40: dict[str, dict[str, Done]] = field(default_factory=dict)
    fakes: dict[str, dict[str, Done]] = field(default_factory=dict)


def part_of(identity: str) -> str:
    """Part people by a hash of their name: the same in every run, whoever else there is."""
    return _SHARES[hashlib.blake2b(identity.encode(), digest_size=8).digest()[0] % len(_SHARES)]


def read_table(path: Path) -> Table:
    """Read a CSV table; files and masks become absolute."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        for name in ("file", "mask"):
            if row.get(name):
                row[name] = os.path.abspath(path.parent / row[name])
    return rows


def write_table(path: Path, rows: Iterable[Mapping[str, str]]) -> Path:
    """Write a table with all columns that any of its rows has."""
    rows = list(rows)
    names = list(dict.fromkeys(name for row in rows for name in row))
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def parted(rows: Table) -> tuple[Table, Table]:
    """Give every real file a part and an identity; return real files and fakes.

    A person whom a fake of the table shows is tested on: their name is the fake's, or its start.
    """
    fakes = [dict(row) for row in rows if row["label"] == "fake"]
    shown = [name for row in fakes for name in (row.get("identity") or "").split(";") if name]
    real = []
    for row in rows:
        if row["label"] == "real":
            who = row.get("identity") or row["file"]
            seen = any(name == who or name.startswith(f"{who}_") for name in shown)
            real.append({**row, "identity": who, "split": "test" if seen else part_of(who)})
    return real, fakes


def content_hash(rows: Table) -> str:
    """Hash what a table says, and size and beginning of each of its files."""
    digest = hashlib.blake2b(digest_size=8)
    for row in rows:
        said = {name: value for name, value in row.items() if name not in ("file", "mask")}
        digest.update(repr((Path(row["file"]).name, sorted(said.items()))).encode())
        digest.update(str(os.path.getsize(row["file"])).encode())
        with open(row["file"], "rb") as file:
            digest.update(file.read(65536))
    return digest.hexdigest()


def make_stores(study: Study, data: Path | None, run: StepRunner) -> Stores:
    """Forge and extract every set that any detector sees."""
    stores = Stores()
    wanted = sorted({case.sees for case in study.detectors.values()})
    for name, told in study.sets.items():
        if told.kind == "public":
            _public(study, name, told, run, wanted, stores)
            continue
        rows = _drawn(study, run) if told.kind == "drawn" else _manifest(data, told.kind)
        real, fakes = parted(rows)
        sees = [word for word in wanted if word == "frames" or told.kind != "image"]
        forged = _forged(study, name, told, real, run, "c23", PARTS)
        _extracted(study, name, forged, run, sees, stores.faces)
        if "c40" in study.protocols:
            forged = _forged(study, name, told, real, run, "c40", ("test",))
            _extracted(study, f"{name}_c40", forged, run, sees, stores.c40, key=name)
        if "real_fakes" in study.protocols and fakes and told.kind != "image":
            tested = [row for row in real if row["split"] == "test"]
            fakes = [{**row, "split": "test"} for row in fakes]
            _real_fakes(study, name, [*tested, *fakes], run, sees, stores)
    return stores


def _manifest(data: Path | None, kind: str) -> Table:
    if data is None:
        raise SystemExit("give --data, a folder with a manifest.csv")
    rows = read_table(data / "manifest.csv")
    known = ("file", "label", "identity", "kind")
    return [
        {**{name: row[name] for name in known}, "manipulation": row.get("system", "")}
        for row in rows
        if row["kind"] == kind
    ]


def _drawn(study: Study, run: StepRunner) -> Table:
    """Draw real clips, and drawn forgeries that stand for real fakes."""
    from graphforensics.datasets import FakeFaceDataset

    folder = run.root / f"drawn-{study.drawn_people}"
    if not (folder / "metadata.csv").is_file():
        FakeFaceDataset("all", identities=study.drawn_people, videos=1, frames=8).write_clips(
            folder
        )
    rows = read_table(folder / "metadata.csv")
    tested = [row["identity"] for row in rows if part_of(row["identity"]) == "test"]
    # A person whom a fake shows is tested on: those of the others are left out.
    return [
        row
        for row in rows
        if row["label"] == "real" or set(row["identity"].split(";")) <= set(tested)
    ]


def _forged(
    study: Study,
    name: str,
    told: SetOfFiles,
    real: Table,
    run: StepRunner,
    codec: str,
    parts: Sequence[str],
) -> Done:
    """Forge each part by itself, so that nobody lends a face to another part."""

    def words(folder: Path) -> list[list[object]]:
        commands: list[list[object]] = []
        for part in parts:
            rows = [row for row in real if row["split"] == part]
            if not rows:
                continue
            named = [{key: row[key] for key in ("file", "label", "identity")} for row in rows]
            table = write_table(folder / f"{part}.csv", named)
            commands.append(
                ["forge", *(row["file"] for row in rows), "--metadata", table,
                 "--out", folder / part, "--method", *told.families, "--codec", codec,
                 "--max-frames", told.frames, "--workers", study.workers]
            )  # fmt: skip
        return commands

    return run.run(f"forged-{name}-{codec}", words, [as_dict(told), codec, content_hash(real)])


def _extracted(
    study: Study,
    name: str,
    forged: Done,
    run: StepRunner,
    sees: Sequence[str],
    found: dict[str, dict[str, Done]],
    key: str | None = None,
) -> None:
    """Extract the faces of a forged set, once for each way of seeing them."""
    rows = [
        {**row, "split": part}
        for part in PARTS
        if (forged.folder / part / "metadata.csv").is_file()
        for row in read_table(forged.folder / part / "metadata.csv")
    ]
    for word in sees:
        found.setdefault(word, {})[key or name] = _extract(study, name, rows, word, run, forged.key)


def _extract(
    study: Study, name: str, rows: Table, sees: str, run: StepRunner, depends: str
) -> Done:
    def words(folder: Path) -> list[list[object]]:
        table = write_table(folder / "table.csv", rows)
        files = [row["file"] for row in rows]
        return [["extract", *files, "--metadata", table, "--out", folder / "store",
                 "--frames", study.stored[sees], "--workers", study.workers]]  # fmt: skip

    return run.run(f"faces-{name}-{sees}", words, [study.stored[sees], depends])


def _real_fakes(
    study: Study, name: str, rows: Table, run: StepRunner, sees: Sequence[str], stores: Stores
) -> None:
    for word in sees:
        done = _extract(study, f"{name}_real_fakes", rows, word, run, content_hash(rows))
        stores.fakes.setdefault(word, {})[name] = done


def _public(
    study: Study,
    name: str,
    told: SetOfFiles,
    run: StepRunner,
    wanted: Sequence[str],
    stores: Stores,
) -> None:
    """Prepare a public set as downloaded, with its authors' parts."""
    if told.data_set is None or told.root is None:
        raise SystemExit(f"set {name!r}: a public set has a 'data_set' and a 'root'")
    for sees in wanted:

        def words(folder: Path, sees: str = sees) -> list[list[object]]:
            return [["prepare", told.data_set, told.root, "--out", folder / "store",
                     "--frames", study.stored[sees], "--workers", study.workers]]  # fmt: skip

        listed = sorted(str(path) for path in Path(told.root).rglob("*") if path.is_file())
        depends: list[Any] = [as_dict(told), study.stored[sees], listed]
        done = run.run(f"faces-{name}-{sees}", words, depends)
        stores.faces.setdefault(sees, {})[name] = done
