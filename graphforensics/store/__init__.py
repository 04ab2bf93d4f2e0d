"""The format of face stores, and the reading and writing of them.

A store is a folder::

    store.json                              format, version, extraction options
    manifest.parquet                        a row a track, and a row a source without one
    tracks/<source key>/source.json         what became of one source file
    tracks/<source key>/track_000.parquet   a row a frame of one person
    .lock                                   empty; locked by the run that writes

The key of a source is its sanitised stem and a hash of its name, the name its path relative to
the root of the run (see :func:`~graphforensics.store.layout.source_name`). A source's
folder is made below ``.partial`` and renamed when it is whole and on the disk, so that a killed
run leaves whole sources only; the folder that it replaces waits below ``.partial`` until then,
and comes back where its successor does not. The manifest is removed before the first change of a
run and written at its end: where there is one, it is complete. All bytes follow from the sources,
their names, the metadata and the options.

On a file system of fsspec, where folders cannot be renamed, a source is whole once its
``source.json`` is there, which is written last (see
:mod:`~graphforensics.store.publish`), and copies of what is replaced wait below ``.replaced``;
there is no ``.lock``.

What is known of a file besides its pixels is listed in :mod:`~graphforensics.store.columns`.

:class:`FaceStore` reads it, :class:`~graphforensics.store.store_writer.StoreWriter` writes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphforensics._lazy import lazy_names

if TYPE_CHECKING:
    from graphforensics.store.contact_sheet import contact_sheet
    from graphforensics.store.extraction_options import ExtractionOptions
    from graphforensics.store.extraction_report import ExtractionReport
    from graphforensics.store.face_store import FaceStore
    from graphforensics.store.face_track import FaceTrack
    from graphforensics.store.metadata_table import MetadataTable
    from graphforensics.store.store_statistics import StoreStatistics, store_statistics
    from graphforensics.store.store_writer import StoreWriter
    from graphforensics.store.track_frame import TrackFrame
    from graphforensics.store.track_table import track_table

__all__ = [
    "ExtractionOptions",
    "ExtractionReport",
    "FaceStore",
    "FaceTrack",
    "MetadataTable",
    "StoreStatistics",
    "StoreWriter",
    "TrackFrame",
    "contact_sheet",
    "store_statistics",
    "track_table",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "face_store": "FaceStore",
        "face_track": "FaceTrack",
        "metadata_table": "MetadataTable",
        "extraction_options": "ExtractionOptions",
        "extraction_report": "ExtractionReport",
        "store_writer": "StoreWriter",
        "store_statistics": "StoreStatistics store_statistics",
        "contact_sheet": "contact_sheet",
        "track_frame": "TrackFrame",
        "track_table": "track_table",
    },
)
