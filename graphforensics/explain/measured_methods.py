"""The verdicts of ``benchmarks/explanations.py`` on the weights that the library ships."""

from __future__ import annotations

from collections.abc import Mapping

#: Detector -> method -> ``"passed"`` or ``"failed"``. The library ships no weights yet, and what
#: holds for one run's weights does not hold for another's: nothing is claimed here.
MEASURED: Mapping[str, Mapping[str, str]] = {}
