"""The fake gateway: answers requests and records them. The one mutable thing that knows what happened."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from urllib.parse import urlsplit

from ..catalogue.model import Catalogue
from ..clock.base import Clock
from ..timeline import Attempt, ReplyKind, Request
from . import failures
from .answers import Answer
from .backend import GRANTABLE, Backend, Body, Call, is_real
from .bodies import shortened
from .keyring import Keyring, accepted, credential
from .magic import Magic
from .moment import Moment
from .resuming import resumes
from .scenario import Fault
from .script import Planned, Script
from .scripted import choose
from .streams import EventStream
from .validation import Refusal
from .videos import POLLS_TO_COMPLETE
from .wire import Break, WireReply, WireRequest

_NO_ANSWER = WireReply(breaks=Break.BEFORE)
_BROKEN_STREAMS = (ReplyKind.CUT, ReplyKind.UNFINISHED, ReplyKind.STREAM_ERROR)


class FakeGateway:
    """OminiGate, as far as its page describes it. Thread-safe.

    Args:
        catalogue: the documented errors.
        clock: the time of the trial; only ``now`` and ``wall`` are asked.
        limit: the number of requests after which a trial is over.
        allow_real_host: whether requests that name the real gateway's host are answered in its place.
        largest_body: how many bytes of a request's body are recorded; of a longer one, only what tells it from others.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        clock: Clock,
        *,
        limit: int = 50,
        allow_real_host: bool = False,
        largest_body: int = sys.maxsize,
    ) -> None:
        self.limit = limit
        self._largest_body = largest_body
        self._catalogue = catalogue
        self._clock = clock
        self._allow_real_host = allow_real_host
        self._lock = threading.RLock()
        self.begin()

    def begin(
        self,
        faults: Iterable[Fault] = (),
        *,
        clock: Clock | None = None,
        limit: int | None = None,
        on_overrun: Callable[[], None] | None = None,
        polls_to_complete: int = POLLS_TO_COMPLETE,
    ) -> None:
        """Start a trial: forget all of the last one.

        Args:
            faults: what goes wrong, in order.
            clock: the trial's clock, if it is another than the last one's.
            limit: the number of requests after which it is over, if another.
            on_overrun: called when the request of that number has been recorded, and for each one beyond it.
            polls_to_complete: how many polls a video task takes that is not completed by its age before.
        """
        with self._lock:
            self._clock = clock or self._clock
            self.limit = limit or self.limit
            self._on_overrun = on_overrun
            self._keyring = Keyring()
            self._backend = Backend(polls_to_complete=polls_to_complete)
            self._script = Script(self._catalogue, faults)
            self._magic = Magic(self._catalogue)
            self._attempts: list[Attempt] = []
            self._refused: dict[str, None] = {}
            self._broken: dict[int, Attempt] = {}
            self._unclaimed = False

    def add(self, *faults: Fault) -> None:
        """Put more faults behind those of the trial."""
        with self._lock:
            self._script.add(faults)

    def forget(self) -> None:
        """Forget the requests recorded so far; the script and the video tasks stay."""
        with self._lock:
            self._attempts.clear()
            self._broken.clear()

    def succeed(self, operation: str, body: Body) -> None:
        """Let *operation* be granted with *body* for the rest of the trial.

        Args:
            operation: such as ``chat``, ``chat_stream``, ``image``, ``video.result`` or ``models``.
            body: the whole JSON reply; or, for chat and messages, the text or a list of its pieces.

        Raises:
            ValueError: no such operation, or a body that does not fit it.
        """
        with self._lock:
            self._backend.write(choose("operation", operation, GRANTABLE), body)

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """The requests of the trial, in order of arrival."""
        with self._lock:
            return tuple(self._attempts)

    @property
    def unserved(self) -> tuple[Fault, ...]:
        """The faults that no request has met."""
        with self._lock:
            return self._script.unserved

    @property
    def unclaimed(self) -> bool:
        """Whether a request came of which it is not known who of several callers sent it."""
        with self._lock:
            return self._unclaimed

    @property
    def secrets(self) -> frozenset[str]:
        """The texts of all API keys that the trial's requests carried. Never to be printed."""
        with self._lock:
            return self._keyring.secrets

    @property
    def refused(self) -> tuple[str, ...]:
        """The hosts of the real gateway that the client tried to reach, each once."""
        with self._lock:
            return tuple(self._refused)

    def exchange(self, request: WireRequest) -> WireReply:
        """Answer a request, and record it.

        At the trial's limit and beyond, ``on_overrun`` is called, outside the gateway's lock; what it raises is raised
        here. Requests beyond the limit get no answer and no record.
        """
        with self._lock:
            host = request.host or _absolute_host(request.target)
            if is_real(host) and not self._allow_real_host:
                self._refused[host.lower().partition(":")[0]] = None
                return _NO_ANSWER
            reply = self._answer(request) if len(self._attempts) < self.limit else _NO_ANSWER
            overrun = self._on_overrun if len(self._attempts) >= self.limit else None
        if overrun is not None:
            overrun()
        return reply

    def _answer(self, request: WireRequest) -> WireReply:
        moment = Moment(at=self._clock.now(), wall=self._clock.wall())
        number = len(self._attempts) + 1
        self._unclaimed |= request.lane is None
        request_id = f"req_omg_{number:04d}"
        key = credential(request)
        name = self._keyring.name(key)
        call = self._backend.understand(request)
        answer = self._decide(call, key, moment)
        self._record(
            Attempt(
                number=number,
                at=moment.at,
                operation=call.operation,
                request=self._masked(request),
                reply=answer.record(request_id),
                key=name,
                model=self._text(call, "model"),
                task=self._text(call, "task_id"),
                lane=request.lane or 1,
                sdk_retry=_count(request.header("x-stainless-retry-count")),
            )
        )
        return answer.wire(request_id)

    def _decide(self, call: Call, key: str | None, moment: Moment) -> Answer:
        if call.route.name != "other" and not call.route.public and not accepted(key):
            return failures.refused(Refusal("invalid_api_key"), self._catalogue, moment)
        planned = self._planned(call, key, moment)
        if planned is not None:
            return failures.failed(planned, moment, lambda: self._backend.grant(call, moment))
        if call.refusal is not None:
            return failures.refused(call.refusal, self._catalogue, moment)
        done = self._backend.grant(call, moment)
        return done.whole() if isinstance(done, EventStream) else done

    def _planned(self, call: Call, key: str | None, moment: Moment) -> Planned | None:
        """The fault that is scripted for the request, or else the one that the name of its model asks for."""
        right = call.refusal is None
        return self._script.next(call.operation, key, moment, right=right) or self._magic.next(
            self._backend.model(call), call.operation, key, moment, right=right
        )

    def _record(self, attempt: Attempt) -> None:
        broken = self._broken.get(attempt.lane)
        if broken is not None and _api(broken) == _api(attempt) and resumes(attempt.request, broken):
            attempt = replace(attempt, resumes=True)
        self._attempts.append(attempt)
        if attempt.operation.endswith("_stream") and attempt.reply.kind in _BROKEN_STREAMS:
            self._broken[attempt.lane] = attempt
        elif not attempt.failed:
            self._broken.pop(attempt.lane, None)

    def _masked(self, request: WireRequest) -> Request:
        masked = Request(
            method=request.method,
            path=self._keyring.mask(request.path),
            headers=self._keyring.mask_headers(request.headers),
            body=self._keyring.mask_bytes(request.body),
        )
        return masked if len(masked.body) <= self._largest_body else shortened(masked)

    def _text(self, call: Call, name: str) -> str | None:
        text = call.text(name)
        # JSON can hold half a character, which no report could be written with.
        return None if text is None else self._keyring.mask(text).encode("utf-8", "replace").decode()


def _api(attempt: Attempt) -> str:
    """The operation, streamed or not."""
    return attempt.operation.removesuffix("_stream")


def _absolute_host(target: str) -> str:
    """The host in a target that is a whole URL, as a proxy gets it."""
    try:
        return "" if target.startswith("/") else urlsplit(target if "://" in target else f"//{target}").hostname or ""
    except ValueError:
        return ""


def _count(header: str | None) -> int | None:
    return int(header) if header is not None and header.isdecimal() else None
