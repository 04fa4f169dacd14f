"""`python -m bench [name ...]`: all figures, or those named."""

from __future__ import annotations

import sys

from bench import source

source.enter()

from bench.runner import main  # noqa: E402  (of the folder that is measured)

if __name__ == "__main__":
    sys.exit(main())
