"""Stops a client that would not end by itself, whatever exceptions it catches.

Once armed, the client's own threads trace themselves at their next wait or socket call, and an exception is raised at
the first line that no handler of the frame covers: in any loop around a ``try`` there is one. Where a frame further
out catches it, the same is done again there, until the call is left.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import inspect
import signal
import sys
import sysconfig
import threading
from collections.abc import Iterator
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Any, ClassVar

from ..clock import native
from ..clock.bindings import KEEP_REAL
from .bytecode import is_caught, is_leaving_handler, is_tidying

if TYPE_CHECKING:
    import asyncio

_COROUTINE = inspect.CO_COROUTINE | inspect.CO_ITERABLE_COROUTINE | inspect.CO_ASYNC_GENERATOR
_STDLIB = (sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"))
_PATIENCE = 2_000
"""Lines to wait for one that no handler covers; then any will do."""
_DESTRUCTORS = ("__del__", "finalize.__call__")
_HALFWAY = frozenset(("__enter__", "__exit__", "__aenter__", "__aexit__"))
"""Functions that take a lock or give it back."""
_MAIN_TASK_FIRST = 20
"""How often to look for the caller's own task, where several run, before any will do."""

_BREATHS = 100
"""Rounds of a loop, at the turns of which Python looks for exceptions from other threads."""


WAKING = getattr(signal, "SIGRTMAX", None)
"""The signal that ends a system call of the main thread, so that it gets to run Python code again: hardly ever used."""


class ClientStoppedError(BaseException):
    """Raised inside a client that the harness stops. Not an ``Exception``: few clients catch more than that."""


class Stopper:
    """Arms at the request limit and makes the client's threads leave the call."""

    BOUNDARIES: ClassVar[set[CodeType]] = set()
    """Functions of the harness: never raise in them, nor in anything that called them."""

    def __init__(self) -> None:
        self.armed = False
        self.reason = ""
        self.struck = False
        """Whether the client was really stopped, so that what becomes of the call is no longer its own doing."""
        self.task: asyncio.Task[Any] | None = None
        """The asyncio task the client's call runs in, if any."""
        self._lock = native.allocate_lock()
        self._threads: dict[int, tuple[Any, Any]] = {}
        self._lines = 0
        self._rounds = 0

    def arm(self, reason: str = "") -> None:
        """From now on stop the client."""
        if not self.armed:
            self.armed, self.reason = True, reason

    def cancel_task(self) -> None:
        """Wake a task that waits for something that never comes. May be called from any thread."""
        if self.task is not None:
            self.struck = True
            self.task.get_loop().call_soon_threadsafe(self.task.cancel)

    def interrupt(self, thread: int) -> None:
        """Raise the exception in another thread as soon as it runs Python code, unless the call was left meanwhile.

        The main thread is woken for that inside ``wakeable``, even if it waits for a lock that nobody will release.
        """
        with self._lock:
            if self.armed:
                self.struck = True
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(ClientStoppedError))
                if thread == threading.main_thread().ident and WAKING and signal.getsignal(WAKING) is _wake:
                    signal.pthread_kill(thread, WAKING)

    def checkpoint(self) -> None:
        """Called in the client's threads wherever they wait or touch a socket."""
        if self.armed:
            self._rounds += 1
            self._trace(sys._getframe(1))

    def disarm(self) -> None:
        """Called by the harness in the thread of the call, after it was left."""
        try:
            with self._lock:
                self.armed = False
            for _ in range(_BREATHS):
                pass  # an interrupt that is under way strikes here, and not the harness
        except ClientStoppedError:
            self.armed = False
        before = self._threads.pop(threading.get_ident(), None)
        if before is not None:
            sys.settrace(before[0])
            sys.setprofile(before[1])

    def _trace(self, frame: FrameType | None) -> None:
        if frame is not None:
            self._threads.setdefault(threading.get_ident(), (sys.gettrace(), sys.getprofile()))
            for each in self._reachable(frame):
                each.f_trace = self._on_event
            sys.setprofile(self._on_return)
            sys.settrace(self._on_event)

    def _reachable(self, frame: FrameType) -> list[FrameType]:
        """The frames from *frame* outwards in which the exception may be raised: up to the harness or an event loop."""
        frames: list[FrameType] = []
        outermost_coroutine = -1
        each: FrameType | None = frame
        while each is not None and each.f_code not in self.BOUNDARIES:
            if each.f_code.co_flags & _COROUTINE:
                outermost_coroutine = len(frames)
            frames.append(each)
            each = each.f_back
        return frames[: outermost_coroutine + 1] if outermost_coroutine >= 0 else frames

    def _on_event(self, frame: FrameType, event: str, _arg: object) -> Any:
        if not self.armed:
            return None
        if event == "line" and self._may_raise(frame):
            self.struck = True
            raise ClientStoppedError
        return self._on_event

    def _on_return(self, frame: FrameType, event: str, _arg: object) -> None:
        # An exception from a trace function ends the tracing; this takes it up again in the frame it arrives at.
        if self.armed and event == "return" and sys.gettrace() is None and frame.f_back is not None:
            self._trace(frame.f_back)

    def _may_raise(self, frame: FrameType) -> bool:
        self._lines += 1
        if not _is_the_clients(frame.f_code) or any(map(_belongs_to_test_run, self._reachable(frame))):
            return False
        if is_leaving_handler(frame):
            return False
        if any(each.f_code.co_qualname.endswith(_DESTRUCTORS) for each in self._reachable(frame)):
            return False  # an exception in a destructor reaches no caller
        if _in_event_loop() and not any(each.f_code.co_flags & _COROUTINE for each in self._reachable(frame)):
            return False  # a callback of the loop: an exception there reaches no caller
        if self._rounds < _MAIN_TASK_FIRST and self.task is not None and _current_task() is not self.task:
            return False
        if self._lines > _PATIENCE:
            return True
        # A lock that is not given back would hang every later call.
        halfway = any(each.f_code.co_name in _HALFWAY or is_tidying(each) for each in self._reachable(frame))
        return not halfway and not is_caught(frame)


@contextlib.contextmanager
def wakeable() -> Iterator[None]:
    """Let a stopper wake the main thread, if that is the calling one and the system has signals of the kind."""
    if WAKING is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(WAKING, _wake)
    try:
        yield
    finally:
        signal.signal(WAKING, before)


def _wake(_signal: int, _frame: FrameType | None) -> None:
    """Nothing to do: exceptions from other threads are raised wherever Python code runs, hence here."""


@functools.lru_cache(maxsize=2048)
def _is_the_clients(code: CodeType) -> bool:
    """Whether the code is not the standard library's, whose clean-up must stay whole."""
    name = code.co_filename
    if name.startswith("<"):
        return not name.startswith("<frozen")
    return "site-packages" in name or not name.startswith(_STDLIB)


def _belongs_to_test_run(frame: FrameType) -> bool:
    """Whether the code is the test run's own, which is called where something is logged or cannot be raised."""
    return str(frame.f_globals.get("__name__", "")).partition(".")[0] in KEEP_REAL


def _in_event_loop() -> bool:
    asyncio = sys.modules.get("asyncio")
    return asyncio is not None and asyncio._get_running_loop() is not None


def _current_task() -> object:
    asyncio = sys.modules["asyncio"]
    return asyncio.current_task() if _in_event_loop() else None
