"""``python -m graphforensics`` is ``graphforensics``."""

import sys

from graphforensics.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
