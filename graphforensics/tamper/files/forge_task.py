"""What is to be made of one source by one method."""

from __future__ import annotations

from dataclasses import dataclass

from graphforensics.tamper.files.forge_record import ForgeRecord


@dataclass(frozen=True)
class PartnerSource:
    """The source that lends a face or a motion.

    Args:
        path: The file.
        source: The same, as the records call it.
        name: Its name in the set.
    """

    path: str
    source: str
    name: str


@dataclass(frozen=True)
class ForgeTask:
    """One method for one source.

    Args:
        record: What is to be written about it; hash, paths and counts are filled in.
        partner: Who lends a face or a motion; ``None`` where the method needs nobody.
        failure: Why it cannot be done, ``None`` if it can.
    """

    record: ForgeRecord
    partner: PartnerSource | None = None
    failure: str | None = None
