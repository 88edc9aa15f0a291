"""GitLab's code quality report: one entry for each finding."""

from __future__ import annotations

import json
from typing import Any

from .identity import fingerprints
from .message import subject
from .model import SessionReport
from .shape import place
from .wording import plain

_SEVERITY = {"MUST": "major", "SHOULD": "minor"}


def render(report: SessionReport) -> str:
    """A JSON array in the order of node ids; empty where nothing was broken."""
    issues: list[dict[str, Any]] = []
    for result in report.results:
        path, line = place(result)
        for violation, fingerprint in zip(result["violations"], fingerprints(result), strict=True):
            told = f"{violation['level']} broken on {subject(result)}: expected {violation['expected']},"
            issues.append(
                {
                    "description": plain(f"{told} observed {violation['observed']}"),
                    "check_name": f"ominigate/{violation['rule']}",
                    "fingerprint": fingerprint,
                    "severity": _SEVERITY[violation["level"]],
                    "location": {"path": path, "lines": {"begin": line}},
                }
            )
    return json.dumps(issues, indent=2) + "\n"
