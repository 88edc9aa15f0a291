"""Judges stock clients, each in an environment of its own: ``python3 docs/stock_clients``.

Writes ``docs/stock-clients.md`` and ``results.json`` beside this file. ``--only NAME`` judges one of them,
``--render`` writes the page anew from what is stored.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import judging
from page import PAGE, write
from results import load, save
from rows import ROWS

CACHE = Path(tempfile.gettempdir()) / "pytest-ominigate-stock-clients"


def main() -> None:
    """Judge what was asked for, store it, write the page."""
    parser = argparse.ArgumentParser(prog="python3 docs/stock_clients", description=__doc__)
    parser.add_argument("--only", metavar="NAME", action="append", choices=sorted(ROWS), help="judge this one only")
    parser.add_argument("--render", action="store_true", help="write the page from the stored results, judge nothing")
    parser.add_argument("--upgrade", action="store_true", help="fetch the newest versions that the rows allow")
    parser.add_argument("--cache", type=Path, default=CACHE, help=f"folder of the environments (default: {CACHE})")
    options = parser.parse_args()
    stored = {name: result for name, result in load().items() if name in ROWS}
    if not options.render:
        for name in options.only or ROWS:
            stored[name] = judging.judge(ROWS[name], options.cache.resolve(), upgrade=options.upgrade)
            save(stored)
            found = stored[name]
            print(f"{name}: {found['passed']} passed, {found['failed']} failed, {found['inconclusive']} inconclusive")
    write(stored)
    print(f"wrote {PAGE.name}")


if __name__ == "__main__":
    main()
