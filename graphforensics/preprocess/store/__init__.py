"""The format of face stores, and the writing of them.

A store is a folder::

    store.json                              format, version, extraction options
    manifest.parquet                        a row a track, and a row a source without one
    tracks/<source key>/source.json         what became of one source file
    tracks/<source key>/track_000.parquet   a row a frame of one person
    .lock                                   empty; locked by the run that writes

The key of a source is its sanitised stem and a hash of its name, the name its path relative to
the root of the run (see :func:`~graphforensics.preprocess.store.layout.source_name`). A source's
folder is made below ``.partial`` and renamed when it is whole and on the disk, so that a killed run
leaves whole sources only. The manifest is removed before the first change of a run and written at
its end: where there is one, it is complete. All bytes follow from the sources, their names, the
metadata and the options.

On a file system of fsspec, where folders cannot be renamed, a source is whole once its
``source.json`` is there, which is written last (see
:mod:`~graphforensics.preprocess.store.publish`); there is no ``.lock``.

:class:`graphforensics.data.FaceStore` reads it.
"""
