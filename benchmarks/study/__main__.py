"""All detectors on the same people, steps and forgeries: from files to tables with intervals."""

from __future__ import annotations

import sys
from pathlib import Path

if __name__ == "__main__":
    # Run as a folder: its own modules are a package beside the other programs' shared file.
    sys.path[0] = str(Path(__file__).resolve().parents[1])
    from study.main import main

    main(__doc__)
