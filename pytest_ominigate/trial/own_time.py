"""Whether time can have been up for a client when its call ended, as far as the timeline shows it.

An exception's name is not enough: whatever the reply, it may be passed on as a timeout. Time passes only while
somebody waits. So a call that ended at the very moment of a reply was not cut off; at most it foresaw that the next
wait would take too long, and then there must have been a wait before, or one that the reply asks for. And a call that
ended in the middle of the wait that follows a failure was cut off, whatever its exception is called.
"""

from __future__ import annotations

from ..catalogue import Catalogue, Duty
from ..timeline import Attempt, Timeline

_SAME = 1e-6
"""Seconds; virtual time has none shorter."""
_HOPELESS = (Duty.FAIL, Duty.UNKNOWN_OUTCOME)
"""After these there is no next wait to foresee."""


def can_be_up(timeline: Timeline, catalogue: Catalogue) -> bool:
    """Whether a deadline of the client's own may have ended the call.

    Args:
        timeline: that of a single caller.
        catalogue: what is to be done about the errors.
    """
    if not timeline.attempts:
        return True
    last = timeline.attempts[-1]
    if not last.failed or timeline.ended - last.at > _SAME:
        return True
    if last.reply.retry_after is not None or last.reply.resets_at is not None:
        return True
    waited = any(attempt.failed and last.at - attempt.at > _SAME for attempt in timeline.attempts)
    return waited and _may_be_sent_again(last, catalogue)


def was_up(timeline: Timeline, catalogue: Catalogue) -> bool:
    """Whether the call ended while the client, in another thread or task, still waited before its next request.

    Args:
        timeline: that of a single caller.
        catalogue: what is to be done about the errors.
    """
    if not timeline.attempts:
        return False
    last = timeline.attempts[-1]
    return (
        last.failed
        and _may_be_sent_again(last, catalogue)
        and any(
            wait.at >= last.at - _SAME and wait.at + wait.seconds > timeline.ended + _SAME > last.at + 2 * _SAME
            for wait in timeline.waits
        )
    )


def _may_be_sent_again(failed: Attempt, catalogue: Catalogue) -> bool:
    entry = catalogue.get(failed.reply.code)
    return entry is None or entry.duty not in _HOPELESS
