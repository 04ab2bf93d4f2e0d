"""What can go wrong with what a user gave, one class a kind.

Every error that is the fault of the input, the output folder or the
installation is a :class:`GraphForensicsError`: the command line prints its
message as one line and exits with status 2, a program can catch it as a whole.
Wrong arguments of functions stay plain :class:`ValueError`.
"""

from __future__ import annotations

from graphforensics._text import shown


class GraphForensicsError(Exception):
    """The base of all errors that this library raises on purpose.

    Its text is one line that is safe to show, whatever the names of files in it hold.
    """

    def __str__(self) -> str:
        return shown(super().__str__())


class UnreadableMediaError(GraphForensicsError):
    """A file is missing, empty, damaged, or not a video or an image.

    Args:
        path: The file, as the user named it.
        reason: What is wrong with it, in words that say what to do.
    """

    def __init__(self, path: object, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = str(path)
        self.reason = reason

    def __reduce__(self) -> tuple[type[UnreadableMediaError], tuple[str, str]]:
        # Worker processes hand errors back as pickles; the default rebuilds
        # the exception from its message alone, which this signature refuses.
        return type(self), (self.path, self.reason)


class NoFaceError(GraphForensicsError):
    """Media was read well but holds no usable face."""


class MissingDataError(GraphForensicsError):
    """A data set, a label or a column that the call needs is not there."""


class LeakError(GraphForensicsError):
    """A person, or a video, is in two parts of a data set that are meant to be apart."""


class StoreError(GraphForensicsError):
    """A face store cannot be read or written as it stands."""


class StoreVersionError(StoreError):
    """A face store was written by a newer version of the library."""


class CheckpointError(GraphForensicsError):
    """A checkpoint is damaged, unsafe to load, or of another model."""


class DivergenceError(GraphForensicsError):
    """A training diverged: its loss, or what the detector says, is no number any more."""


class OutputError(GraphForensicsError):
    """The place for the results cannot be written: read-only, full, or taken."""


class PluginError(GraphForensicsError):
    """What another package adds cannot be imported, or is not what it says."""


class MissingExtraError(GraphForensicsError, ImportError):
    """An optional package is not installed."""
