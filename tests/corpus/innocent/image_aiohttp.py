"""An async thumbnail service on aiohttp that answers with an Outcome: made, not made, or not known."""

from __future__ import annotations

import asyncio
import enum
import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp


class State(enum.StrEnum):
    MADE = "made"
    NOT_MADE = "not made"
    NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Outcome:
    state: State
    image: str | None = None
    error: dict[str, Any] | None = None
    request_id: str | None = None


def parse_error(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except ValueError:
        return {"code": None, "message": "the gateway's answer could not be read"}
    error = document.get("error") if isinstance(document, dict) else None
    return error if isinstance(error, dict) else {"code": None, "message": "the gateway's answer held no error"}


def parse_wait(header: str | None) -> float:
    if header is None:
        return 0.0
    try:
        return float(int(header))
    except ValueError:
        pass
    try:
        return (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError):
        return 0.0


def tries(error: dict[str, Any]) -> int:
    if error.get("type") == "rate_limit_error":
        return 4
    return 3 if error.get("code") in {"image_generation_failed", "upstream_failed", "internal_error"} else 1


async def thumbnail(base_url: str, api_key: str, prompt: str) -> Outcome:
    body = {"model": "openai/gpt-image-1", "prompt": prompt, "size": "256x256"}
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {api_key}"}) as session:
        tried = 0
        while True:
            async with session.post(f"{base_url}/images", json=body) as response:
                text = await response.text()
            tried += 1
            if response.status == 200:
                picture = json.loads(text)["data"][0]
                return Outcome(State.MADE, image=picture.get("url") or picture.get("b64_json"))
            error = parse_error(text)
            if tried >= tries(error):
                break
            own = 2.0 ** (tried - 1)
            await asyncio.sleep(max(own + random.uniform(0, own), parse_wait(response.headers.get("Retry-After"))))
    unknown = error["code"] in ("image_generation_timeout", None)
    state = State.NOT_KNOWN if unknown else State.NOT_MADE
    return Outcome(state, error=error, request_id=response.headers.get("X-Request-Id"))


def image(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    async def call() -> object:
        return await thumbnail(base_url, api_key, "a lighthouse")

    return call
