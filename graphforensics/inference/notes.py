"""What a report says beside its figures."""

from __future__ import annotations

#: How the notes begin that say what was not read as it is stored.
ABOUT_THE_FILE = ("The file breaks off", "Frames were not scored as stored")
#: Stands under every score.
CAVEAT = (
    "A score is a hint, not a proof: it holds for forgeries like those the model was trained on, "
    "and compression, filters and editing move it."
)
