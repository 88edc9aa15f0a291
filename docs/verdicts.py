"""Judges every client over every transport and writes the table: ``python3 docs/verdicts.py``.

It takes some minutes, and the libraries of the extra ``verdicts``.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.transports.test_verdicts import PAGE, everywhere  # noqa: E402 - found only now
from tests.transports.verdicts.manifest import LIBRARIES  # noqa: E402
from tests.transports.verdicts.table import page, row  # noqa: E402


def main() -> None:
    """Write the page."""
    rows = [row(library, side, everywhere(library, side)) for library in LIBRARIES for side in ("right", "wrong")]
    PAGE.write_text(page(rows), "utf-8")


if __name__ == "__main__":
    main()
