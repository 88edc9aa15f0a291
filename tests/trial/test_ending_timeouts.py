"""A client's own timeout is told from a reply that is passed on under such a name."""

from __future__ import annotations

import asyncio
import concurrent.futures
import urllib.error
from typing import TYPE_CHECKING

import anthropic
import httpx
import httpx2
import openai
import pytest
import requests
import trio

from pytest_ominigate.timeline import Reply, ReplyKind
from pytest_ominigate.trial.deadline import timed_out

from .endings import IMAGE_TIMEOUT, RATE_LIMITED, raised

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

GATEWAY_TIMEOUT = Reply(
    kind=ReplyKind.ERROR,
    status=504,
    type="upstream_error",
    code="upstream_failed",
    message="No answer from the model.",
    request_id="req_omg_000003",
)
UNREADABLE = Reply(kind=ReplyKind.UNREADABLE, status=504, request_id="req_omg_000004")
RESET = Reply(kind=ReplyKind.RESET, status=None)
SUCCESS = Reply(kind=ReplyKind.SUCCESS, status=200, request_id="req_omg_000005")
TIMELY = (GATEWAY_TIMEOUT, IMAGE_TIMEOUT, UNREADABLE)
ANY = (*TIMELY, RATE_LIMITED, RESET, SUCCESS)
REQUEST = httpx.Request("POST", "http://127.0.0.1/v1/chat/completions")


def refusal(reply: Reply) -> httpx.HTTPStatusError:
    body = {"error": {"code": reply.code, "type": reply.type, "message": reply.message}}
    response = httpx.Response(reply.status or 0, json=body, headers={"x-request-id": str(reply.request_id)})
    return httpx.HTTPStatusError("refused", request=REQUEST, response=response)


class DeadlineExceededError(Exception):
    pass


class BudgetSpentError(Exception):
    def __init__(self, last: httpx.HTTPStatusError) -> None:
        super().__init__("no time left")
        self.status = last.response.status_code


class ImageTimeoutError(Exception):
    def __init__(self, text: str = "timed out", status: int | None = None) -> None:
        super().__init__(text)
        self.status = status


class NoAnswerError(Exception):
    pass


def wrapped(outer: BaseException, inner: BaseException) -> BaseException:
    outer.__cause__ = inner
    return outer


def within_context(outer: BaseException, inner: BaseException) -> BaseException:
    outer.__context__ = inner
    return outer


async def asyncio_deadline() -> None:
    """As a client does that sleeps before its next attempt while the last error is being handled."""
    async with asyncio.timeout(0):
        try:
            raise refusal(GATEWAY_TIMEOUT)
        except httpx.HTTPStatusError:
            await asyncio.Event().wait()


async def asyncio_wait_for() -> None:
    await asyncio.wait_for(asyncio.Event().wait(), 0)


async def trio_deadline() -> None:
    with trio.fail_after(0):
        await trio.sleep_forever()


@pytest.mark.parametrize("reply", ANY)
@pytest.mark.parametrize("run", [asyncio_deadline, asyncio_wait_for])
def test_an_asyncio_deadline_is_the_clients_own(run: Callable[[], Awaitable[None]], reply: Reply) -> None:
    exc = raised(lambda: asyncio.run(run()))  # type: ignore[arg-type]

    assert timed_out(exc, (reply,))


@pytest.mark.parametrize("reply", ANY)
def test_a_trio_deadline_is_the_clients_own(reply: Reply) -> None:
    assert timed_out(raised(lambda: trio.run(trio_deadline)), (reply,))


@pytest.mark.parametrize("reply", ANY)
@pytest.mark.parametrize(
    "exc",
    [
        httpx.ReadTimeout("timed out", request=REQUEST),
        requests.exceptions.ConnectTimeout("timed out"),
        openai.APITimeoutError(request=REQUEST),  # type: ignore[arg-type]
        wrapped(openai.APITimeoutError(request=REQUEST), httpx.ReadTimeout("")),  # type: ignore[arg-type]
        wrapped(NoAnswerError("no answer in time"), httpx.PoolTimeout("")),
        within_context(httpx.ReadTimeout(""), refusal(GATEWAY_TIMEOUT)),
        within_context(urllib.error.URLError("timed out"), TimeoutError("timed out")),
        concurrent.futures.TimeoutError(),
        DeadlineExceededError("30 s are over"),
        ExceptionGroup("tasks", [httpx.ReadTimeout("")]),
        BaseExceptionGroup("tasks", [asyncio.CancelledError(), httpx.ReadTimeout("")]),
    ],
    ids=str,
)
def test_a_timer_of_the_clients_is_its_own_whatever_was_replied(exc: BaseException, reply: Reply) -> None:
    assert timed_out(exc, (reply,))


@pytest.mark.parametrize(
    "exc",
    [
        TimeoutError("gave up after 100 s; last error: 429 rate_limited, req_omg_000001"),
        wrapped(DeadlineExceededError("last error 429 rate_limited"), refusal(RATE_LIMITED)),
        BudgetSpentError(refusal(RATE_LIMITED)),
        wrapped(ImageTimeoutError("no image in 60 s"), refusal(RATE_LIMITED)),
    ],
    ids=str,
)
def test_a_deadline_may_quote_the_last_error(exc: BaseException) -> None:
    assert timed_out(exc, (RATE_LIMITED,))


def gateway_timeout_error() -> BaseException:
    transport = httpx2.MockTransport(lambda _: httpx2.Response(504))
    http = httpx2.Client(transport=transport)
    sdk = anthropic.Anthropic(api_key="sk-omg-any", base_url="http://127.0.0.1", http_client=http, max_retries=0)
    with sdk:
        return raised(lambda: sdk.messages.create(model="a/b", max_tokens=9, messages=[]))


@pytest.mark.parametrize("reply", TIMELY)
@pytest.mark.parametrize(
    "make",
    [
        lambda reply: gateway_timeout_error(),
        lambda reply: ImageTimeoutError(),
        lambda reply: ImageTimeoutError("timed out", status=504),
        lambda reply: wrapped(ImageTimeoutError(), refusal(reply)),
        lambda reply: within_context(ImageTimeoutError(), refusal(reply)),
        lambda reply: wrapped(TimeoutError("the gateway timed out"), refusal(reply)),
        lambda reply: TimeoutError(f"504 {reply.code}"),
        lambda reply: TimeoutError(reply.message or "504"),
        refusal,
        lambda reply: wrapped(NoAnswerError("failed"), refusal(reply)),
        lambda reply: wrapped(refusal(reply), httpx.ReadTimeout("an earlier attempt")),
    ],
)
def test_a_reply_that_speaks_of_a_timeout_is_not_the_clients_own(
    make: Callable[[Reply], BaseException], reply: Reply
) -> None:
    assert not timed_out(make(reply), (RATE_LIMITED, reply))


@pytest.mark.parametrize(
    "exc",
    [ImageTimeoutError("upstream trouble", status=429), refusal(RATE_LIMITED), NoAnswerError(), KeyError("choices")],
    ids=str,
)
def test_an_error_that_carries_the_status_as_its_own_is_no_timeout(exc: BaseException) -> None:
    assert not timed_out(exc, (RATE_LIMITED,))


def test_a_budget_is_one_of_time_unless_the_reply_was_about_money() -> None:
    capped = Reply(kind=ReplyKind.ERROR, status=429, type="usage_cap_exceeded", code="key_daily_limit", resets_at=60.0)

    assert timed_out(BudgetSpentError(refusal(RATE_LIMITED)), (RATE_LIMITED,))
    assert not timed_out(BudgetSpentError(refusal(RATE_LIMITED)), (capped,))
    assert timed_out(DeadlineExceededError("resets too late"), (capped,))
