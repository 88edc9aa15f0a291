"""What the gateway's page asks of any client, and some ways to get it wrong; the libraries only carry it out."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import count
from typing import Any

QUESTION: dict[str, Any] = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "ping"}]}
TIMEOUT = 60


class Refused(Exception):  # noqa: N818 - names what became of the request
    """The gateway refused: all that its reply says of it."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes | str) -> None:
        error = _error(body)
        self.status = status
        self.code, self.type, self.param = error.get("code"), error.get("type"), error.get("param")
        self.request_id = headers.get("x-request-id")
        self.retry_after = headers.get("retry-after") or ""
        super().__init__(f"{status} {self.code}: {error.get('message')} (param {self.param}, {self.request_id})")


def _error(body: bytes | str) -> dict[str, Any]:
    try:
        error = json.loads(body)["error"]
    except (ValueError, TypeError, KeyError):
        return {}
    return error if isinstance(error, dict) else {}


def answer(status: int, headers: Mapping[str, str], body: bytes | str) -> str:
    """The text of a reply to the question.

    Raises:
        Refused: the reply is an error.
    """
    if status >= 400:
        raise Refused(status, headers, body)
    return str(json.loads(body)["choices"][0]["message"]["content"])


class Duty:
    """All that the page asks for."""

    attempts = 4

    def again(self, refused: Refused) -> bool:
        return refused.code in ("upstream_failed", "internal_error") or refused.type == "rate_limit_error"

    def pause(self, number: int, refused: Refused) -> float:
        return max(min(30.0, 2.0 ** (number - 1)) * random.uniform(0.5, 1.0), self.asked_for(refused))

    def asked_for(self, refused: Refused) -> float:
        if refused.retry_after.isdecimal():
            return float(refused.retry_after)
        try:
            return (parsedate_to_datetime(refused.retry_after) - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError):
            return 0.0

    def surfaced(self, refused: Refused) -> str:
        raise refused


class Deaf(Duty):
    """Does not listen to Retry-After."""

    def asked_for(self, refused: Refused) -> float:
        return 0.0


class ByStatus(Duty):
    """Takes every 429 for a rate limit."""

    def again(self, refused: Refused) -> bool:
        return refused.status in (429, 500, 502, 504)


class Even(Duty):
    """Waits as long each time."""

    def pause(self, number: int, refused: Refused) -> float:
        return max(2.0, self.asked_for(refused))


class Hasty(Duty):
    """Tries again at once."""

    def pause(self, number: int, refused: Refused) -> float:
        return self.asked_for(refused)


class Mute(Duty):
    """Tells its caller nothing of a failure."""

    def surfaced(self, refused: Refused) -> str:
        return ""


class Tattler(Duty):
    """Puts the key into the message."""

    def __init__(self, api_key: str) -> None:
        self.api_key = api_key

    def surfaced(self, refused: Refused) -> str:
        refused.args = (f"{refused} with key {self.api_key}",)
        raise refused


class Meek(Duty):
    """Gives up at the first error."""

    attempts = 1


class Stubborn(Duty):
    """Does not know when to give up."""

    attempts = 12


class Hopeful(Duty):
    """Sends again whatever was refused."""

    def again(self, refused: Refused) -> bool:
        return True


def calling(send: Callable[[], str], duty: Duty) -> Callable[[], str]:
    """One call by a duty. *send* sends one request, and gives the text or raises ``Refused``."""

    def call() -> str:
        for number in count(1):
            try:
                return send()
            except Refused as refused:
                if number == duty.attempts or not duty.again(refused):
                    return duty.surfaced(refused)
                time.sleep(duty.pause(number, refused))
        raise AssertionError("unreachable")

    return call


def calling_async(send: Callable[[], Awaitable[str]], duty: Duty) -> Callable[[], Awaitable[str]]:
    """The same for an async client."""

    async def call() -> str:
        for number in count(1):
            try:
                return await send()
            except Refused as refused:
                if number == duty.attempts or not duty.again(refused):
                    return duty.surfaced(refused)
                await asyncio.sleep(duty.pause(number, refused))
        raise AssertionError("unreachable")

    return call
