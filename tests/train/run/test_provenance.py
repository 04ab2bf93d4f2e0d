"""What is needed to repeat a run."""

from __future__ import annotations

import json
import sys
from importlib.metadata import version

from graphforensics import __version__
from graphforensics.train.run.provenance import provenance


def test_versions_and_command() -> None:
    told = json.loads(json.dumps(provenance()))
    assert told["versions"]["graphforensics"] == __version__
    assert told["versions"]["numpy"] == version("numpy")
    assert told["command"] == sys.argv
