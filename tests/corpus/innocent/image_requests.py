"""An image client on requests. A timed-out image may exist and be billed, so it is never asked for twice."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests


class ImageError(Exception):
    """No image. ``code``, ``param`` and ``request_id`` are the gateway's."""

    def __init__(self, error: dict[str, Any], response: requests.Response) -> None:
        self.status = response.status_code
        self.code = error.get("code")
        self.family = error.get("type")
        self.param = error.get("param")
        self.request_id = response.headers.get("X-Request-Id")
        self.asked = response.headers.get("Retry-After")
        super().__init__(self.sentence(response.status_code, error.get("message")))

    def sentence(self, status: int, message: str | None) -> str:
        return f"{self.code or status}: {message or 'no explanation'} (request id {self.request_id})"


class OutcomeUnknown(ImageError):
    """The image may have been made: ask support, with the request id, before paying for it again."""

    def sentence(self, status: int, message: str | None) -> str:
        return f"{super().sentence(status, message)} - ask support whether it was made before you try again"


class Illustrator:
    requests_for = {
        "image_generation_failed": 3,
        "upstream_failed": 3,
        "internal_error": 3,
        "rate_limited": 5,
        "rpm_rate_limited": 5,
        "tpm_rate_limited": 5,
    }

    def __init__(self, base_url: str, api_key: str) -> None:
        self.url = f"{base_url}/images"
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {api_key}"

    def draw(self, prompt: str) -> str:
        made = 0
        while True:
            try:
                made += 1
                return self.generate(prompt)
            except ImageError as error:
                if made >= self.allowed(error):
                    raise
                time.sleep(self.pause(made, error))

    def generate(self, prompt: str) -> str:
        response = self.session.post(self.url, json=self.body(prompt), timeout=120)
        if response.status_code != 200:
            raise self.error(response)
        image = response.json()["data"][0]
        return str(image.get("url") or image["b64_json"])

    def body(self, prompt: str) -> dict[str, Any]:
        return {"model": "openai/gpt-image-1", "prompt": prompt, "n": 1, "size": "1024x1024"}

    def error(self, response: requests.Response) -> ImageError:
        try:
            error = response.json()["error"]
        except (ValueError, KeyError, TypeError):
            error = {}
        if not isinstance(error, dict):
            error = {}
        if error.get("code") == "image_generation_timeout":
            return OutcomeUnknown(error, response)
        return ImageError(error, response)

    def allowed(self, error: ImageError) -> int:
        default = 5 if error.family == "rate_limit_error" else 1
        return self.requests_for.get(str(error.code), default)

    def pause(self, made: int, error: ImageError) -> float:
        backoff = min(30.0, 2.0 ** (made - 1)) * random.uniform(1.0, 1.5)
        return max(backoff, self.asked_seconds(error.asked or ""))

    def asked_seconds(self, value: str) -> float:
        if value.isdecimal():
            return float(value)
        try:
            return (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError):
            return 0.0


def image(base_url: str, api_key: str) -> Callable[[], object]:
    illustrator = Illustrator(base_url, api_key)
    return lambda: illustrator.draw("a lighthouse")
