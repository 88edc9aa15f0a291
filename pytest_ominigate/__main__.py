"""What ``python -m pytest_ominigate`` runs."""

from __future__ import annotations

from .serve.command_line import main

if __name__ == "__main__":
    raise SystemExit(main())
