"""The scenarios that are generated for each operation, in a stable order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..catalogue.model import Catalogue, Duty, ErrorEntry
from ..timeline import ReplyKind
from .answers import JSON, OK
from .routing import GENERATING, OPERATIONS
from .scenario import Fault, Scenario

UNKNOWN_CODE = "some_future_code"
UNKNOWN_TYPE = "some_future_error"
RETRY_AFTER: tuple[tuple[str, tuple[Fault, ...]], ...] = (
    ("retry_after_seconds", (Fault(retry_after=20),)),
    ("retry_after_date", (Fault(retry_after_date=20),)),
    ("retry_after_120", (Fault(retry_after=120),)),
    ("retry_after_1h", (Fault(retry_after=3600),)),
    ("retry_after_0", (Fault(retry_after=0),)),
    ("retry_after_garbage", (Fault(retry_after="soon"), Fault(retry_after=-5))),
)
"""The Retry-After headers that are tried; the last scenario meets one that is no number and one below zero."""
SECOND_RETRY_AFTER = {"retry_after_seconds": Fault(retry_after=5)}
"""What follows where the page itself sends a Retry-After: more than its second wait. Two requests are enough there, so
that nobody has to go on whose own time is up."""

_HTML = "<html>\r\n<head><title>{0}</title></head>\r\n<body><h1>{0}</h1></body>\r\n</html>\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in an operation things go wrong."""

    operation: str
    step: str
    """The catalogue's name of it, such as ``video.status``; the operation itself where there is only one."""

    @property
    def prefix(self) -> str:
        """What the names of its scenarios begin with, such as ``status_``."""
        _, _, step = self.step.partition(".")
        return f"{step}_" if step else ""

    @property
    def on(self) -> str:
        """What its faults are bound to. An SDK may stream or not where one caller does not see the difference."""
        return self.step.removesuffix("_stream")

    @property
    def streams(self) -> bool:
        """Whether replies are streams."""
        return self.operation.endswith("_stream")

    def scenario(
        self,
        name: str,
        *faults: Fault,
        code: str | None = None,
        status: int | None = None,
        tags: frozenset[str] = frozenset(),
        callers: int = 1,
    ) -> Scenario:
        """A scenario of that place; its faults are bound to it."""
        return Scenario(
            operation=self.operation,
            name=self.prefix + name,
            code=code,
            status=status,
            faults=tuple(replace(fault, on=self.on) for fault in faults),
            tags=tags,
            callers=callers,
        )


def scenarios(catalogue: Catalogue) -> tuple[Scenario, ...]:
    """All scenarios of all operations; ``healthy`` is the first of each."""
    return tuple(scenario for operation in OPERATIONS for scenario in of_operation(catalogue, operation))


def of_operation(catalogue: Catalogue, operation: str) -> Iterator[Scenario]:
    """All scenarios of one operation."""
    yield Scenario(operation=operation, name="healthy")
    for step in GENERATING:
        if step != operation and not step.startswith(f"{operation}."):
            continue
        place = Place(operation=operation, step=step)
        for entry in catalogue:
            if step in entry.operations:
                yield from _documented(place, entry)
        yield from _mixed(place, catalogue)
        yield from _undocumented(place, catalogue)
        yield from _unreadable(place, catalogue)
        yield from _broken(place)
        if step in (operation, "video.create"):
            yield from _concurrent(place, catalogue)


def _documented(place: Place, entry: ErrorEntry) -> Iterator[Scenario]:
    """The error for a while, for ever, under each status, and with each Retry-After."""
    code = entry.code
    retried = entry.duty is Duty.BACKOFF
    yield place.scenario("recovers", Fault(code=code, times=2 if retried else 1), code=code, status=entry.status)
    shape = frozenset({"shape"} if retried else ())
    yield place.scenario("persists", Fault(code=code, times=None), code=code, status=entry.status, tags=shape)
    for status in entry.statuses[1:]:
        fault = Fault(code=code, times=None, status=status)
        yield place.scenario(f"status_{status}", fault, code=code, status=status, tags=shape | {"alternative"})
    if retried:
        for name, faults in RETRY_AFTER:
            second = SECOND_RETRY_AFTER.get(name) if entry.honours_retry_after else None
            coded = (replace(fault, code=code) for fault in (*faults, *([second] if second else [])))
            yield place.scenario(name, *coded, code=code, status=entry.status)


def _mixed(place: Place, catalogue: Catalogue) -> Iterator[Scenario]:
    """Passing errors, then one that must stop the client."""
    for codes in (("rate_limited", "upstream_failed", "insufficient_balance"), ("upstream_failed", "invalid_request")):
        entries = [entry for code in codes if (entry := catalogue.get(code)) and place.step in entry.operations]
        if len(entries) < len(codes):
            continue
        *passing, last = entries
        yield place.scenario(
            "_".join(["mixed", *(str(entry.status) for entry in entries)]),
            *(Fault(code=entry.code) for entry in passing),
            Fault(code=last.code, times=None),
            code=last.code,
            status=last.status,
            tags=frozenset({"mixed"}),
        )


def _undocumented(place: Place, catalogue: Catalogue) -> Iterator[Scenario]:
    """A code that the page does not know: one of each type, and one of a type that it does not know either."""
    known = [(family.type, family.type, family.statuses[0]) for family in catalogue.families]
    # The family of internal errors prescribes neither way, so its status accuses nobody.
    for name, error_type, status in (*known, ("type", UNKNOWN_TYPE, catalogue.require("internal_error").status)):
        fault = Fault(
            code=UNKNOWN_CODE, type=error_type, status=status, message="This error is not documented yet.", times=None
        )
        yield place.scenario(
            f"unknown_{name}", fault, code=UNKNOWN_CODE, status=status, tags=frozenset({"unknown_code"})
        )


def _unreadable(place: Place, catalogue: Catalogue) -> Iterator[Scenario]:
    """Error bodies without a readable code. All are met for ever."""
    upstream, internal = catalogue.require("upstream_failed").status, catalogue.require("internal_error").status
    page = _HTML.format(f"{upstream} Bad Gateway").encode()
    envelope = json.dumps({"error": {"type": "upstream_error", "code": "upstream_failed"}}).encode()
    for name, status, body, content_type in (
        (f"html_{upstream}", upstream, page, "text/html"),
        (f"empty_{internal}", internal, b"", JSON),
        ("truncated_json", upstream, envelope[: envelope.index(b"code")], JSON),
        ("non_object", internal, b'["internal error"]', JSON),
    ):
        fault = Fault(kind=ReplyKind.UNREADABLE, status=status, body=body, content_type=content_type, times=None)
        yield place.scenario(name, fault, status=status)


def _broken(place: Place) -> Iterator[Scenario]:
    """Connections and streams that break."""
    yield place.scenario("connection_reset", Fault(kind=ReplyKind.RESET))
    yield place.scenario("connection_reset_persists", Fault(kind=ReplyKind.RESET, times=None))
    if not place.streams:
        yield place.scenario("body_cut", Fault(kind=ReplyKind.CUT), status=OK)
        return
    code = "upstream_failed"
    for name, fault in (
        ("stream_reset", Fault(kind=ReplyKind.CUT, streams_only=True)),
        ("stream_unfinished", Fault(kind=ReplyKind.UNFINISHED)),
        ("stream_error", Fault(kind=ReplyKind.STREAM_ERROR, code=code)),
    ):
        yield place.scenario(name, fault, code=fault.code, status=OK)
        forever = replace(fault, times=None)
        yield place.scenario(f"{name}_persists", forever, code=fault.code, status=OK, tags=frozenset({"shape"}))


def _concurrent(place: Place, catalogue: Catalogue) -> Iterator[Scenario]:
    """An outage that several callers meet at the same time."""
    entry = catalogue.get("rate_limited")
    if entry:
        yield place.scenario(
            "concurrent",
            Fault(code=entry.code, until=catalogue.limits["outage"]),
            code=entry.code,
            status=entry.status,
            tags=frozenset({"concurrent"}),
            callers=catalogue.limits["callers"],
        )
