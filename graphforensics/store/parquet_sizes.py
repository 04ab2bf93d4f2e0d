"""Refusing Parquet files that would unpack to far more than they hold."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import pyarrow.parquet as pq

# Less than this is read however well it is packed.
_HARMLESS = 64 << 20
# Numbers and crops of faces pack twofold or so, blank ones a hundredfold.
_RATIO = 100


def check_sizes(
    footer: pq.FileMetaData,
    columns: Collection[str] | None = None,
    groups: Iterable[int] | None = None,
) -> None:
    """Compare the bytes of some columns as they are in the file and unpacked, before they are read.

    Args:
        footer: Of the file.
        columns: Names of columns that are to be read; all by default.
        groups: Row groups that are to be read; all by default.

    Raises:
        ValueError: They would take 64 MiB or more, and a hundred times what they do in the file.
    """
    packed, unpacked = 0, 0
    for number in range(footer.num_row_groups) if groups is None else groups:
        group = footer.row_group(number)
        for place in range(group.num_columns):
            column = group.column(place)
            if columns is None or column.path_in_schema.split(".")[0] in columns:
                packed += column.total_compressed_size
                unpacked += column.total_uncompressed_size
    if unpacked >= _HARMLESS and unpacked > _RATIO * packed:
        raise ValueError(f"{packed} bytes unpack to {unpacked}")
