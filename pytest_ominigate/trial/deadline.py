"""Whether an exception is a timeout of the client's own, or one that only passes on a reply.

Two clients must not be taken for each other: one that stops at its own deadline, possibly quoting the last error, and
one that calls the gateway's error a timeout. Where the last reply had nothing to do with time, an exception named for
a timeout is the client's own, unless it carries that reply's status as its own. Where the reply had (504, or a code
that speaks of a timeout), the exception must carry nothing of it and show where it comes from: a timer of an HTTP
library, the cancellation of a task, or a name that speaks of a deadline. Whether time can have been up at all is
another question: see ``own_time``.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from .findable import chain
from .masking import Mask
from .reach import walk
from .snapshot import Leaf, snapshot_of
from .telling import Facts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..timeline import Reply

_TIMEOUT = re.compile(r"time_?d?_?out|too_?slow", re.IGNORECASE)
_DEADLINE = re.compile(r"deadline|time_?limit|time_?budget|out_?of_?time", re.IGNORECASE)
_BUDGET = re.compile(r"budget", re.IGNORECASE)
"""One of time, unless the reply was about money."""
_CANCELLED = re.compile(r"Cancelled")
_TIMERS = frozenset({
    "aiohttp", "anthropic", "anyio", "asyncio", "groq", "httpcore", "httpcore2", "httpx", "httpx2", "openai",
    "requests", "socket", "trio", "urllib3",
})  # fmt: skip
"""Libraries that raise an exception named for a timeout only when a timer of theirs has run out."""
_TIMELY_STATUSES = frozenset((HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.GATEWAY_TIMEOUT))


def timed_out(exc: BaseException, replies: Sequence[Reply] = ()) -> bool:
    """Whether *exc* ends the call because the client's own time was up.

    Args:
        exc: what the client raised.
        replies: what the requests of the call met, in order.
    """
    facts = Facts.of(replies[-1:])
    timely = bool(replies) and _timely(replies[-1])
    links = [link for _, link in chain(exc)]
    capped = bool(replies) and replies[-1].resets_at is not None
    if not any(_named(link, _TIMEOUT) or _of_deadline(link, capped=capped) for link in links):
        return False  # before the long look at what they hold
    for position, link in enumerate(links):
        if _of_deadline(link, capped=capped) and not timely:
            return True
        if _named(link, _TIMEOUT) or _of_deadline(link, capped=capped):
            return _shows_own(links[position:], facts) if timely else not _has_status(link, facts)
        if _carries(link, facts):
            return False
    return False


def _timely(reply: Reply) -> bool:
    return reply.status in _TIMELY_STATUSES or "timeout" in (reply.code or "")


def _shows_own(links: list[BaseException], facts: Facts) -> bool:
    """Whether the first exception, or what led to it, is a timer of the client's rather than a reply passed on."""
    for link in links:
        if _carries(link, facts):
            return False
        by_timer = _named(link, _TIMEOUT) and type(link).__module__.partition(".")[0] in _TIMERS
        if by_timer or _of_deadline(link) or _named(link, _CANCELLED):
            return True
    return type(links[0]) is TimeoutError  # raised by hand, and nothing says why: the benefit of the doubt


def _named(exc: BaseException, pattern: re.Pattern[str]) -> bool:
    return any(pattern.search(base.__name__) for base in type(exc).__mro__)


def _of_deadline(exc: BaseException, *, capped: bool = False) -> bool:
    return _named(exc, _DEADLINE) or (_named(exc, _BUDGET) and not capped)


def _has_status(exc: BaseException, facts: Facts) -> bool:
    """Whether the exception, or the response it holds, has the reply's status for its own."""
    return any(
        leaf.value in facts.statuses and (len(leaf.names) == 1 or leaf.names[:1] == ("response",))
        for leaf in _leaves(exc)
    )


def _carries(exc: BaseException, facts: Facts) -> bool:
    """Whether the exception itself, not what it chains to, holds anything of the reply."""
    return any(facts.in_value(leaf.value) for leaf in _leaves(exc))


def _leaves(exc: BaseException) -> tuple[Leaf, ...]:
    return snapshot_of(list(walk(exc, "exception", links=False)), Mask(), exc).leaves
