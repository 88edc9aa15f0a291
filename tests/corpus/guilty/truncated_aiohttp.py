"""Notices a broken connection, but takes a clean early end of the stream for its end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp

from ..innocent.chat_stream_aiohttp import SubtitleError, Torn, classify, pause


async def events(response: aiohttp.ClientResponse) -> AsyncIterator[dict[str, Any]]:
    try:
        async for raw in response.content:
            line = raw.decode().strip()
            if line.startswith("data: {"):
                yield json.loads(line[6:])
    except aiohttp.ClientPayloadError as broken:
        raise Torn({"message": "the connection broke"}, response.headers) from broken


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


async def run(base_url: str, api_key: str, prompt: str) -> str:
    body = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": prompt}], "stream": True}
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {api_key}"}) as session:
        for attempt in range(5):
            try:
                return await subtitles(session, f"{base_url}/chat/completions", body)
            except SubtitleError as error:
                if not error.transient or attempt == 4:
                    raise
                await asyncio.sleep(pause(error, attempt))
    raise AssertionError("the fifth attempt returns or raises")


def chat_stream(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    async def call() -> object:
        return await run(base_url, api_key, "ping")

    return call
