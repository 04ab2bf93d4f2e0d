"""Damage done to the bytes of a file, at random and where it hurts most."""

from __future__ import annotations

import csv
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from numpy.random import Generator

Mutation = Callable[[bytes, Generator], bytes]

# Lengths, counts and sizes that readers must not believe.
_HUGE = (0xFFFFFFFF, 0x7FFFFFFF, 0x80000000, 0x10000000, 0x00FFFFFF, 65535, 40000, 0)
_VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 50_000, 10**9, 2**31, 2**63, 10**30, 1e308, float("nan"), float("inf"),
    "", "x" * 5000, "\x00", "../../etc/passwd", "nan", [], [[]] * 50, {}, {"": None}, [None] * 1000,
)  # fmt: skip


def flip_bits(data: bytes, rng: Generator) -> bytes:
    """Turn between 1 and 64 bits."""
    changed = bytearray(data)
    for _ in range(int(rng.integers(1, 65))):
        changed[_place(data, rng)] ^= 1 << int(rng.integers(8))
    return bytes(changed)


def truncate(data: bytes, rng: Generator) -> bytes:
    """Cut the end off."""
    return data[: _place(data, rng)]


def insert(data: bytes, rng: Generator) -> bytes:
    """Put random bytes, or a piece of the file itself, somewhere."""
    place, size = _place(data, rng), int(rng.integers(1, 2000))
    start = _place(data, rng)
    piece = rng.bytes(size) if rng.random() < 0.5 else data[start : start + size]
    return data[:place] + piece + data[place:]


def remove(data: bytes, rng: Generator) -> bytes:
    """Take a piece out of the middle."""
    place = _place(data, rng)
    return data[:place] + data[place + int(rng.integers(1, 2000)) :]


def blank(data: bytes, rng: Generator) -> bytes:
    """Fill a piece with zeros or ones, as a bad sector does."""
    place, size = _place(data, rng), int(rng.integers(1, 5000))
    fill = b"\x00" if rng.random() < 0.5 else b"\xff"
    return data[:place] + fill * len(data[place : place + size]) + data[place + size :]


def swap(data: bytes, rng: Generator) -> bytes:
    """Exchange two pieces."""
    one, two = sorted((_place(data, rng), _place(data, rng)))
    size = min(int(rng.integers(1, 2000)), two - one, len(data) - two)
    first, second = data[one : one + size], data[two : two + size]
    return data[:one] + second + data[one + size : two] + first + data[two + size :]


def huge_number(data: bytes, rng: Generator) -> bytes:
    """Write a huge number over 2, 4 or 8 bytes; half of the time near the start."""
    end = min(len(data), 256) if rng.random() < 0.5 else len(data)
    place = int(rng.integers(max(1, end)))
    width = int(rng.choice([2, 4, 8]))
    number = int(rng.choice(_HUGE)) & (2 ** (8 * width) - 1)
    order = "little" if rng.random() < 0.5 else "big"
    return data[:place] + number.to_bytes(width, order) + data[place + width :]  # type: ignore[arg-type]


def box_field(data: bytes, rng: Generator) -> bytes:
    """Change a number just behind the name of an MP4 box, or its size before it."""
    names = [b"moov", b"trak", b"mdhd", b"tkhd", b"stsd", b"stsz", b"stts", b"ctts", b"stss",
             b"stsc", b"stco", b"elst", b"avcC", b"avc1", b"mdat", b"mvhd"]  # fmt: skip
    found = [place for name in names if (place := data.find(name)) >= 4]
    if not found:
        return huge_number(data, rng)
    place = int(rng.choice(found)) + int(rng.choice([-4, 4, 8, 12, 16, 20, 24, 28, 36]))
    return _number_at(data, place, rng)


def png_field(data: bytes, rng: Generator) -> bytes:
    """Change a chunk of a PNG and give it the checksum that it then should have."""
    places, place = [], 8
    while place + 12 <= len(data):
        places.append(place)
        place += 12 + int.from_bytes(data[place : place + 4], "big")
    if not places:
        return flip_bits(data, rng)
    start = int(rng.choice(places[:3] if rng.random() < 0.5 else places))
    size = int.from_bytes(data[start : start + 4], "big")
    chunk = data[start + 4 : start + 8 + size]
    changed = _number_at(chunk, 4 + int(rng.integers(max(1, min(size, 32)))), rng)[: len(chunk)]
    checksum = struct.pack(">I", zlib.crc32(changed))
    return data[: start + 4] + changed + checksum + data[start + 12 + size :]


def parquet_footer(data: bytes, rng: Generator) -> bytes:
    """Damage the description of the columns at the end of a Parquet file."""
    size = int.from_bytes(data[-8:-4], "little")
    footer = data[-8 - size : -8]
    if not 0 < size < len(data) or not footer:
        return flip_bits(data, rng)
    change = (flip_bits, huge_number, blank, swap)[int(rng.integers(4))]
    return data[: -8 - size] + change(footer, rng)[:size] + data[-8:]


def parquet_value(data: bytes, rng: Generator) -> bytes:
    """Change one column of a Parquet file and write it again, with the right checksums."""
    try:
        table = pq.read_table(io.BytesIO(data))
    except (pa.ArrowException, OSError, ValueError):
        return flip_bits(data, rng)
    place = int(rng.integers(table.num_columns))
    deed = int(rng.integers(4))
    if deed == 0:
        table = table.remove_column(place)
    elif deed == 1:
        table = pa.concat_tables([table, table.slice(0, 2)]) if rng.random() < 0.5 else table[:1]
    elif deed == 2:
        values = [_value(rng)] * len(table)
        table = table.set_column(place, table.column_names[place], pa.array(map(str, values)))
    else:
        table = _with_other_values(table, place, rng)
    stream = io.BytesIO()
    pq.write_table(table, stream, write_page_checksum=True)
    return stream.getvalue()


def _with_other_values(table: pa.Table, place: int, rng: Generator) -> pa.Table:
    column = table.column(place)
    values = column.to_pylist()
    row = int(rng.integers(max(1, len(values))))
    if values and isinstance(values[row], bytes):
        change = (*_GENERIC, png_field)[int(rng.integers(len(_GENERIC) + 1))]
        values[row] = change(values[row], rng)
    elif values:
        values[row] = None
    field = pa.field(table.column_names[place], column.type)
    return table.set_column(place, field, pa.array(values, column.type))


def json_field(data: bytes, rng: Generator) -> bytes:
    """Change, drop, double or move one value somewhere in a JSON document."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return flip_bits(data, rng)
    places = list(_places(document))
    if not places:
        return data[: len(data) // 2]
    holder, key = places[int(rng.integers(len(places)))]
    deed = int(rng.integers(4))
    if deed == 0 and isinstance(holder, dict):
        del holder[key]
    elif deed == 1 and isinstance(holder, dict):
        holder[f"{key}_"] = holder[key]
    elif deed == 2:
        other, name = places[int(rng.integers(len(places)))]
        holder[key] = json.loads(json.dumps(other[name]))
    else:
        holder[key] = _value(rng)
    return json.dumps(document).encode("utf-8", "surrogatepass")


def nest_deeply(data: bytes, rng: Generator) -> bytes:
    """Nest a document deeper than a parser can follow."""
    depth = int(rng.choice([500, 100_000]))
    return b"[" * depth + b"]" * depth if rng.random() < 0.5 else b'{"a":' * depth + data


def csv_field(data: bytes, rng: Generator) -> bytes:
    """Change a cell, a row or a heading of a table."""
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8", "replace"))))
    except csv.Error:
        return flip_bits(data, rng)
    if not rows or not rows[0]:
        return flip_bits(data, rng)
    row = rows[0 if rng.random() < 0.3 else int(rng.integers(len(rows)))]
    deed = int(rng.integers(4))
    if deed == 0:
        rows.append(list(row))
    elif deed == 1:
        row += ["more"] * 3
    elif deed == 2:
        del row[len(row) // 2 :]
    elif row:
        row[int(rng.integers(len(row)))] = str(_value(rng))
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    return stream.getvalue().encode("utf-8", "surrogatepass")


def safetensors_header(data: bytes, rng: Generator) -> bytes:
    """Change the JSON header of a safetensors file, or the length that it claims."""
    size = int.from_bytes(data[:8], "little")
    if not 0 < size < len(data) or rng.random() < 0.2:
        return int(rng.choice(_HUGE)).to_bytes(8, "little") + data[8:]
    header = json_field(data[8 : 8 + size], rng)
    return len(header).to_bytes(8, "little") + header + data[8 + size :]


def zip_member(data: bytes, rng: Generator) -> bytes:
    """Damage one member of a ZIP archive and pack it again, with the right checksum."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return flip_bits(data, rng)
    pickles = [name for name in members if name.endswith(".pkl")]
    name = str(rng.choice(pickles if pickles and rng.random() < 0.7 else list(members)))
    if members[name]:
        members[name] = _GENERIC[int(rng.integers(len(_GENERIC)))](members[name], rng)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for member, content in members.items():
            archive.writestr(zipfile.ZipInfo(member), content)
    return stream.getvalue()


_GENERIC: tuple[Mutation, ...] = (
    flip_bits, truncate, insert, remove, blank, swap, huge_number
)  # fmt: skip

_BY_ENDING: dict[str, tuple[Mutation, ...]] = {
    ".mp4": (box_field,),
    ".mov": (box_field,),
    ".png": (png_field,),
    ".parquet": (parquet_footer, parquet_value, parquet_value),
    ".json": (json_field, json_field, nest_deeply),
    ".csv": (csv_field,),
    ".safetensors": (safetensors_header,),
    ".ckpt": (zip_member,),
}


def mutate(data: bytes, ending: str, rng: Generator) -> tuple[bytes, str]:
    """Damage a file once to three times; return it with the names of what was done."""
    special = _BY_ENDING.get(ending, ())
    done = []
    for _ in range(int(rng.choice([1, 1, 2, 3]))):
        choice = special if special and rng.random() < 0.6 else _GENERIC
        change = choice[int(rng.integers(len(choice)))]
        if data:
            data = change(data, rng)
            done.append(change.__name__)
    return data, "+".join(done)


def _place(data: bytes, rng: Generator) -> int:
    return int(rng.integers(max(1, len(data))))


def _number_at(data: bytes, place: int, rng: Generator) -> bytes:
    place = max(0, min(place, len(data) - 4))
    number = int(rng.choice(_HUGE)) if rng.random() < 0.7 else int(rng.integers(2**32))
    return data[:place] + number.to_bytes(4, "big") + data[place + 4 :]


def _value(rng: Generator) -> Any:
    return _VALUES[int(rng.integers(len(_VALUES)))]


def _places(document: Any) -> list[tuple[Any, Any]]:
    """List every (holder, key) in a document, breadth first."""
    found: list[tuple[Any, Any]] = []
    waiting = [document]
    for holder in waiting:
        keys = list(holder) if isinstance(holder, dict) else range(len(holder))
        for key in keys:
            found.append((holder, key))
            if isinstance(holder[key], (dict, list)):
                waiting.append(holder[key])
    return found
