"""The stock clients: what ``rows.toml`` says of them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Row:
    """A stock client."""

    name: str
    title: str
    requires: tuple[str, ...]
    """What pip is asked for."""
    client: str
    """The module of ``clients/`` with its fixtures."""
    setup: str
    """How it is set up, in Markdown."""
    shows: tuple[str, ...]
    """The distributions whose versions the page names."""

    @property
    def module(self) -> Path:
        """Where its fixtures stand."""
        return HERE / "clients" / f"{self.client}.py"


def _rows() -> dict[str, Row]:
    tables = tomllib.loads((HERE / "rows.toml").read_text("utf-8"))
    return {
        name: Row(
            name=name,
            title=table["title"],
            requires=tuple(table["requires"]),
            client=table["client"],
            setup=table["setup"],
            shows=tuple(table["shows"]),
        )
        for name, table in tables.items()
    }


ROWS = _rows()
"""By name, in the order of the page."""
