"""The formats of ``--ominigate-report``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from . import github, gitlab, html, json_report, markdown, sarif
from .model import SessionReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format: how it is written, and where to by default."""

    render: Callable[[SessionReport], str]
    path: str | None
    """The file, relative to the root folder; None where it belongs on the terminal."""


FORMATS: Mapping[str, Format] = {
    "json": Format(render=json_report.render, path="ominigate.json"),
    "html": Format(render=html.render, path="ominigate.html"),
    "markdown": Format(render=markdown.render, path="ominigate.md"),
    "github": Format(render=github.render, path=None),
    "gitlab": Format(render=gitlab.render, path="gl-code-quality-report.json"),
    "sarif": Format(render=sarif.render, path="ominigate.sarif"),
}
"""By name, in the order to offer them."""
