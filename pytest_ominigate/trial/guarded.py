"""Asking other people's objects, whatever they raise and however long they take."""

from __future__ import annotations

import _thread
import contextvars
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")

MISSING: Final = object()
PATIENCE = 10.0
"""Seconds of real time. Looking takes milliseconds; only an object that blocks when it is read reaches this."""
_SLICES = 20


def read(value: Any, name: str) -> Any:
    """The attribute, or MISSING where reading it fails in whatever way."""
    return asked(lambda: getattr(value, name), MISSING)


def spoken(value: object, function: Callable[[Any], object] = str) -> str:
    """What ``str`` or ``repr`` says of *value*; nothing where that fails in whatever way."""
    return asked(lambda: str(function(value)), "")


def asked(question: Callable[[], T], default: T) -> T:
    """The answer to *question*, or *default* where it fails in whatever way.

    Raises:
        KeyboardInterrupt: the user's own.
    """
    try:
        return question()
    except KeyboardInterrupt:
        raise
    except BaseException:
        return default


def taken(items: Iterable[T], limit: int) -> list[T]:
    """The first *limit* items; fewer where the iteration fails in whatever way."""
    found: list[T] = []
    asked(lambda: found.extend(islice(items, limit)), None)
    return found


_PLAIN = frozenset((str, bytes, int, float, bool, type(None)))


def is_plain(value: object) -> bool:
    """Whether it is of a kind that can be looked at without running anybody's code."""
    return type(value) in _PLAIN


def patiently(work: Callable[[], None], *, seconds: float = PATIENCE) -> bool:
    """Run *work*, and give up waiting for it after *seconds* of real time.

    A bare thread and a bare lock, because ``Thread.start()`` and ``Thread.join()`` may run on a virtual clock.

    Returns:
        Whether *work* came to its end. If not, its thread is left behind, blocked where it is.

    Raises:
        BaseException: whatever *work* raised.
    """
    done = _thread.allocate_lock()
    done.acquire()
    raised: list[BaseException] = []
    context = contextvars.copy_context()

    def run() -> None:
        try:
            context.run(work)
        except BaseException as exc:
            raised.append(exc)
        finally:
            done.release()

    _thread.start_new_thread(run, ())
    # Slice by slice: where the whole machine stands still for a while, that takes up but one of them.
    finished = any(done.acquire(timeout=seconds / _SLICES) for _ in range(_SLICES))
    if raised:
        raise raised[0]
    return finished
