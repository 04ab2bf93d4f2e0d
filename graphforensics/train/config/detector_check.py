"""Whether the keywords of a recipe build its detector, without the memory or the time of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from graphforensics.models.registry import DETECTORS
from graphforensics.train.config.recipe_places import SET


def detector_problems(name: str, keywords: Mapping[str, Any]) -> list[str]:
    """Return what the constructor of a detector says against its keywords, with the place.

    Nothing is fetched, and no tensor holds anything.

    Args:
        name: Of the detector.
        keywords: Of its constructor.

    Example:
        >>> detector_problems("mrl", {"regions": 0})[0][:60]
        "model.init_args.model.init_args.regions: 'regions' must be p"
    """
    offline = {**keywords, **({"encoder_weights": None} if "encoder_weights" in keywords else {})}
    try:
        with torch.device("meta"):
            DETECTORS[name](**offline)
    except Exception as error:
        # Wrong values are met by the libraries beneath, each in its own way.
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        word = reason.partition("'")[2].partition("'")[0]
        place = f"{SET}{word}" if word in keywords else SET.rstrip(".")
        return [f"{place}: {reason}"]
    return []
