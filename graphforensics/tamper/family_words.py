"""One line about each family of forgeries; nothing is imported, so that help is quick."""

from __future__ import annotations

#: What ``forge --method`` calls a family -> one line for the help.
FAMILY_WORDS = {
    "self_blend": "the whole face blended with a changed copy of itself",
    "partial_blend": "the same, sparing the regions of some action units",
    "regenerate": "the face through a generator's bottleneck: no camera noise, coarser texture",
    "moving_portrait": "photographs as clips, with a face that lacks the camera's noise",
    "swap": "another source's face, of like pose and skin tone",
    "autoencoder": "another clip's face, drawn by an autoencoder trained on the two (minutes)",
    "reenact": "the face moves as another clip's does",
    "mouth": "the same, mouth and jaw only",
}
