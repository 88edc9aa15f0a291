"""Results to report on: small builders, and a session that holds one of each kind."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_ominigate.reports.model import NotRun, SessionReport
from pytest_ominigate.reports.shape import (
    EndEvent,
    Event,
    LevelName,
    RequestEvent,
    Result,
    Shown,
    Verdict,
    WaitEvent,
    Waived,
)

CHAT = "/v1/chat/completions"


def request(
    number: int,
    at: float,
    status: int | None = 429,
    code: str | None = "rate_limited",
    *,
    reply: str = "error",
    retry_after: str | None = None,
    lane: int = 1,
    sdk_retry: int | None = None,
    key: str | None = "key 1",
    model: str | None = "openai/gpt-5",
) -> RequestEvent:
    return {
        "event": "request",
        "number": number,
        "at": at,
        "operation": "chat",
        "method": "POST",
        "path": CHAT,
        "key": key,
        "model": model,
        "lane": lane,
        "reply": reply,
        "status": status,
        "code": code,
        "retry_after": retry_after,
        "sdk_retry": sdk_retry,
    }


def success(number: int, at: float, *, lane: int = 1) -> RequestEvent:
    return request(number, at, 200, None, reply="success", lane=lane)


def wait(
    at: float, seconds: float, *, layer: str = "client", where: str = "client.py:31 in ask", lane: int = 1
) -> WaitEvent:
    return {
        "event": "wait",
        "at": at,
        "seconds": seconds,
        "how": "time.sleep",
        "where": where,
        "layer": layer,
        "lane": lane,
    }


def end(at: float, summary: str = "returned 'pong'", *, ending: str = "returned", lane: int = 1) -> EndEvent:
    return {"event": "end", "at": at, "lane": lane, "ending": ending, "summary": summary}


def early_retry(at: int | None = 2) -> Shown:
    return shown(
        "early-retry",
        expected="a wait of at least 20 s (the reply's Retry-After)",
        observed="a wait of 1 s",
        at=at,
        section="rate_limited / How to handle",
        duty="Wait at least as long as Retry-After asks.",
        next_step="Sleep for Retry-After seconds before the next request.",
    )


def lost_request_id() -> Shown:
    return shown(
        "lost-request-id",
        level="SHOULD",
        expected="the X-Request-Id in the exception or a log record",
        observed="neither holds it",
        section="rate_limited / How to handle",
        duty="Support asks for the X-Request-Id of the reply.",
        next_step="Keep the header on the exception.",
    )


def shown(
    rule: str,
    *,
    level: LevelName = "MUST",
    expected: str = "one thing",
    observed: str = "another",
    at: int | None = None,
    code: str | None = "rate_limited",
    section: str = "",
    duty: str = "",
    next_step: str = "",
) -> Shown:
    return {
        "rule": rule,
        "level": level,
        "expected": expected,
        "observed": observed,
        "at": at,
        "code": code,
        "section": section,
        "duty": duty,
        "next": next_step,
    }


def result(
    scenario: str = "recovers",
    verdict: Verdict = "pass",
    *,
    operation: str = "chat",
    code: str | None = "rate_limited",
    status: int | None = 429,
    violations: Iterable[Shown] = (),
    timeline: Iterable[Event] = (),
    reasons: Iterable[str] = (),
    advice: Iterable[str] = (),
    waived: Iterable[Waived] = (),
    nodeid: str | None = None,
) -> Result:
    name = scenario if code is None else f"{code}-{scenario}"
    return {
        "nodeid": nodeid or f"tests/conftest.py::ominigate::{operation}[{name}]",
        "operation": operation,
        "code": code,
        "status": status,
        "scenario": scenario,
        "verdict": verdict,
        "violations": list(violations),
        "timeline": list(timeline),
        "reasons": list(reasons),
        "advice": list(advice),
        "waived": list(waived),
        "location": {"path": "tests/conftest.py", "line": 5},
    }


def impatient() -> Result:
    """A client that broke a MUST and a SHOULD."""
    return result(
        "retry_after_seconds",
        "fail",
        violations=[early_retry(), lost_request_id()],
        timeline=[request(1, 0.0, retry_after="20"), wait(0.0, 1.0), success(2, 1.0), end(1.0)],
        advice=["SDK 3 x app 3 = 9"],
    )


def forgetful() -> Result:
    """A client that passed, and broke a SHOULD."""
    return result(
        "recovers",
        operation="messages",
        violations=[lost_request_id()],
        timeline=[request(1, 0.0), wait(0.0, 1.0), success(2, 1.0), end(1.0)],
        waived=[{"rule": "missing-jitter", "reason": "one client only"}],
    )


def doubtful() -> Result:
    """A client that cannot be judged."""
    return result(
        code="internal_error",
        status=500,
        verdict="inconclusive",
        timeline=[request(1, 0.0, 500, "internal_error"), success(2, 0.0), end(0.0)],
        reasons=["no-backoff: the client waited 0.2 s in a way the virtual clock cannot see"],
    )


def healthy(operation: str = "chat") -> Result:
    """A client that met no fault."""
    return result("healthy", operation=operation, code=None, status=None, timeline=[success(1, 0.0), end(0.0)])


def session() -> SessionReport:
    """A session with one result of each kind."""
    return SessionReport.of(
        [impatient(), forgetful(), doubtful(), healthy(), healthy("messages")],
        not_run=[
            NotRun(operation="video", count=90, reason="no fixture"),
            NotRun(operation="image", count=30, reason="no fixture"),
        ],
        documented=["rate_limited", "internal_error", "not_found"],
        plugin="0.1.0",
    )
