"""Names for findings that stay the same from run to run, so that trackers know an old finding again."""

from __future__ import annotations

import hashlib

from .shape import Result


def fingerprints(result: Result) -> list[str]:
    """A digest for each violation of *result*: of the item, the rule, the error and the how-manieth of its kind.

    Neither the numbers seen nor the line of the file enter, so that an edit elsewhere makes no new finding.
    """
    seen: dict[tuple[str, str], int] = {}
    digests = []
    for violation in result["violations"]:
        kind = (violation["rule"], violation["code"] or "")
        seen[kind] = seen.get(kind, 0) + 1
        identity = "\0".join((result["nodeid"], *kind, str(seen[kind])))
        digests.append(hashlib.sha256(identity.encode("utf-8", "backslashreplace")).hexdigest()[:32])
    return digests
