"""What is known of a file besides its pixels: the one list that all else follows.

Tables of users (:class:`~graphforensics.store.metadata_table.MetadataTable`), records of sources,
the manifest, the track table, :class:`~graphforensics.store.track_details.TrackDetails` and samples
take their columns from :data:`COLUMNS`; a new one is added here, and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass

REAL, FAKE = "real", "fake"
#: The words for a label; the place of each is its number.
LABELS = (REAL, FAKE)
#: The parts of a data set, in the order of their shares.
PARTS = ("train", "val", "test")


@dataclass(frozen=True)
class MetadataColumn:
    """One thing that may be known of a file.

    Args:
        name: In records, manifests and tables of tracks.
        aliases: Other names of the column in a user's table; the first that is there and not
            empty counts.
        later: Whether manifests of older stores lack it.
        sampled: Whether a sample has it as a string, empty where unknown.
    """

    name: str
    aliases: tuple[str, ...] = ()
    later: bool = True
    sampled: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        """All names of the column in a user's table, the most important first."""
        return (self.name, *self.aliases)


#: ``origin`` is the file that a forgery was made from. Samples have the label as a number, and
#: the mask as pixels.
COLUMNS = (
    MetadataColumn("label", later=False, sampled=False),
    MetadataColumn("identity", later=False),
    MetadataColumn("manipulation", ("system",), later=False),
    MetadataColumn("dataset", later=False),
    MetadataColumn("video", later=False),
    MetadataColumn("origin", ("source",), later=False, sampled=False),
    MetadataColumn("mask", later=False, sampled=False),
    MetadataColumn("quality"),
    MetadataColumn("split", sampled=False),
)
#: Names of :data:`COLUMNS`.
METADATA = tuple(column.name for column in COLUMNS)
#: Names of those that samples have as strings.
SAMPLED = tuple(column.name for column in COLUMNS if column.sampled)


def table_columns() -> str:
    """Name the columns of a user's table, as help and messages do."""
    return ", ".join(" or ".join(column.names) for column in COLUMNS)


def label_number(label: str | None) -> int:
    """Return 1 for a fake, 0 for everything else.

    Args:
        label: One of :data:`LABELS`, or ``None`` where it is unknown.

    Example:
        >>> label_number("fake"), label_number("real")
        (1, 0)
    """
    return int(label == FAKE)
