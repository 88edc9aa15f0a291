"""The answer to a misused name: what was meant, and what there is."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def unknown_name(kind: str, given: object, valid: Iterable[object]) -> str:
    """A message for a name that does not exist, with the nearest match (where one is near) and all valid choices.

    Args:
        kind: what was looked for, such as ``documented error`` or ``rule``.
        given: the name as the user wrote it.
        valid: the names there are; they are listed in the given order.
    """
    # A user may write a rule with underscores, or a code with dashes or capitals: that is still near.
    by_spelling = {_plain(name): str(name) for name in valid}
    near = get_close_matches(_plain(given), by_spelling, n=1)
    meant = f" Did you mean {by_spelling[near[0]]!r}?" if near else ""
    known = ", ".join(by_spelling.values()) or "none"
    return f"no {kind} {str(given)!r}.{meant} Known: {known}"


def _plain(name: object) -> str:
    return str(name).strip().lower().replace("-", "_")
