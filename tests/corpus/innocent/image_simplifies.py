"""An avatar maker on urllib3: three tries at the picture as wanted, then one at a simpler picture."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import urllib3


class NoAvatar(Exception):
    def __init__(self, status: int, error: dict[str, Any], headers: Any) -> None:
        self.status, self.error = status, error
        self.code = error.get("code")
        self.param = error.get("param")
        self.request_id = headers.get("X-Request-Id")
        self.retry_after = headers.get("Retry-After", "")
        super().__init__(f"no avatar: {self.code} (status {status}, request {self.request_id})")

    @property
    def tries(self) -> int:
        if self.error.get("type") == "rate_limit_error":
            return 4
        return 3 if self.code in ("image_generation_failed", "upstream_failed", "internal_error") else 1

    def wait(self, made: int) -> float:
        own = 2.0 ** (made - 1) * random.uniform(0.75, 1.25)
        if self.retry_after.isdecimal():
            return max(own, float(self.retry_after))
        try:
            return max(own, (parsedate_to_datetime(self.retry_after) - datetime.now(UTC)).total_seconds())
        except (TypeError, ValueError):
            return own


def pictures(prompt: str) -> Iterator[dict[str, Any]]:
    yield {"model": "openai/gpt-image-1", "prompt": f"{prompt}, oil on canvas", "size": "1024x1024"}
    yield {"model": "openai/gpt-image-1", "prompt": prompt, "size": "512x512"}


class Avatars:
    def __init__(self, base_url: str, api_key: str) -> None:
        self.http = urllib3.PoolManager(retries=False, headers={"Authorization": f"Bearer {api_key}"}, timeout=90.0)
        self.url = f"{base_url}/images"

    def make(self, prompt: str) -> str:
        wanted, simple = pictures(prompt)
        try:
            return self.insist(wanted)
        except NoAvatar as failed:
            if failed.code != "image_generation_failed":
                raise
        time.sleep(4.0)
        return self.once(simple)

    def insist(self, picture: dict[str, Any]) -> str:
        made = 0
        while True:
            made += 1
            try:
                return self.once(picture)
            except NoAvatar as failed:
                if made >= failed.tries:
                    raise
                time.sleep(failed.wait(made))

    def once(self, picture: dict[str, Any]) -> str:
        reply = self.http.request("POST", self.url, json=picture)
        try:
            document = json.loads(reply.data)
        except ValueError:
            document = None
        if reply.status == 200 and isinstance(document, dict):
            return str(document["data"][0]["url"])
        error = document.get("error") if isinstance(document, dict) else None
        raise NoAvatar(reply.status, error if isinstance(error, dict) else {}, reply.headers)


def image(base_url: str, api_key: str) -> Callable[[], object]:
    avatars = Avatars(base_url, api_key)
    return lambda: avatars.make("a lighthouse")
