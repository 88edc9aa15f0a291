"""A subtitle service on aiohttp: an async generator of events, collected whole before anyone sees them."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

Event = dict[str, Any]


class SubtitleError(Exception):
    transient = False

    def __init__(self, event: Event, headers: Any) -> None:
        self.error = event
        self.code = event.get("code")
        self.param = event.get("param")
        self.request_id = headers.get("X-Request-Id")
        self.asked = headers.get("Retry-After", "")
        super().__init__(f"{event.get('type')}: {self.code}, {event.get('message')} ({self.request_id})")


class Passing(SubtitleError):
    transient = True


class Torn(Passing):
    """The stream stopped short."""


def classify(event: Any, headers: Any) -> SubtitleError:
    event = event if isinstance(event, dict) else {}
    passing = event.get("type") == "rate_limit_error" or event.get("code") in ("upstream_failed", "internal_error")
    return (Passing if passing else SubtitleError)(event, headers)


async def events(response: aiohttp.ClientResponse) -> AsyncIterator[Event]:
    """The events up to [DONE]; a stream without it is torn."""
    try:
        async for raw in response.content:
            line = raw.decode().strip()
            if line == "data: [DONE]":
                return
            if line.startswith("data: "):
                yield json.loads(line[6:])
    except (aiohttp.ClientPayloadError, aiohttp.ClientConnectionError) as broken:
        raise Torn({"message": "the connection broke"}, response.headers) from broken
    raise Torn({"message": "the stream ended early"}, response.headers)


async def subtitles(session: aiohttp.ClientSession, url: str, body: dict[str, Any]) -> str:
    async with session.post(url, json=body) as response:
        if response.status != 200:
            try:
                document = json.loads(await response.text())
            except ValueError:
                document = None
            raise classify(document.get("error") if isinstance(document, dict) else None, response.headers)
        text = ""
        async for event in events(response):
            if "error" in event:
                raise classify(event["error"], response.headers)
            text += "".join(choice["delta"].get("content") or "" for choice in event["choices"])
        return text


def pause(error: SubtitleError, attempt: int) -> float:
    own = random.uniform(0, min(30.0, 2.0**attempt))
    if error.asked.isdecimal():
        return max(own, float(error.asked))
    try:
        return max(own, (parsedate_to_datetime(error.asked) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return own


async def run(base_url: str, api_key: str, prompt: str) -> str:
    body = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": prompt}], "stream": True}
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {api_key}"}) as session:
        attempt = 0
        while True:
            try:
                return await subtitles(session, f"{base_url}/chat/completions", body)
            except SubtitleError as error:
                if not error.transient or attempt >= 4:
                    raise
                await asyncio.sleep(pause(error, attempt))
                attempt += 1


def chat_stream(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    async def call() -> object:
        return await run(base_url, api_key, "ping")

    return call
