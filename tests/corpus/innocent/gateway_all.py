"""One small client for the whole gateway: a Policy for each operation says what each code is worth there."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests


@dataclass(frozen=True)
class Policy:
    """How many requests a code is worth; ``families`` speaks for codes not listed."""

    codes: Mapping[str, int]
    families: Mapping[str, int]
    first_wait: float = 1.0

    def requests_for(self, error: Mapping[str, Any]) -> int:
        return self.codes.get(str(error.get("code")), self.families.get(str(error.get("type")), 1))


RATES = {"rate_limit_error": 5}
TEXT = Policy({"upstream_failed": 4, "internal_error": 4}, RATES)
IMAGE = Policy({"upstream_failed": 3, "internal_error": 3, "image_generation_failed": 3}, RATES)
CREATE = Policy(
    {"upstream_failed": 3, "internal_error": 3, "video_generation_failed": 3, "video_task_id_missing": 3}, RATES
)
FETCH = Policy({"upstream_failed": 4, "internal_error": 4, "video_billing_error": 4}, RATES, first_wait=1.5)
LOOK = Policy(FETCH.codes, RATES, first_wait=4.0)


class OminiError(Exception):
    def __init__(self, error: Mapping[str, Any], response: requests.Response) -> None:
        self.error = dict(error)
        self.code = error.get("code")
        self.param = error.get("param")
        self.status = response.status_code
        self.request_id = response.headers.get("X-Request-Id")
        super().__init__(f"{self.code} ({self.status}) {error.get('message')} | request {self.request_id}")


class Omini:
    def __init__(self, base_url: str, api_key: str) -> None:
        self.base_url = base_url
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {api_key}"

    def call(self, path: str, policy: Policy, **body: Any) -> dict[str, Any]:
        made = 0
        while True:
            response = self.session.post(self.base_url + path, json=body, timeout=100)
            made += 1
            if response.ok:
                answer: dict[str, Any] = response.json()
                return answer
            error = self.error(response)
            if made >= policy.requests_for(error):
                raise OminiError(error, response)
            step = min(policy.first_wait * 2 ** (made - 1), 30.0)
            time.sleep(max(step * random.uniform(0.75, 1.25), self.asked(response)))

    def error(self, response: requests.Response) -> dict[str, Any]:
        try:
            body = response.json()
        except ValueError:
            return {}
        error = body.get("error") if isinstance(body, dict) else None
        return error if isinstance(error, dict) else {}

    def asked(self, response: requests.Response) -> float:
        value = response.headers.get("Retry-After", "")
        if value.isdecimal():
            return float(value)
        try:
            return (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError):
            return 0.0

    def say(self, text: str) -> str:
        messages = [{"role": "user", "content": text}]
        answer = self.call("/chat/completions", TEXT, model="openai/gpt-4o", messages=messages)
        return str(answer["choices"][0]["message"]["content"])

    def message(self, text: str) -> str:
        messages = [{"role": "user", "content": text}]
        answer = self.call("/messages", TEXT, model="anthropic/claude-opus-4", max_tokens=99, messages=messages)
        return "".join(block.get("text", "") for block in answer["content"])

    def draw(self, prompt: str) -> str:
        picture = self.call("/images", IMAGE, model="google/imagen-4", prompt=prompt)["data"][0]
        return str(picture.get("url") or picture.get("b64_json"))

    def film(self, prompt: str) -> str:
        task = self.call("/videos/google/create", CREATE, model="google/veo-2", prompt=prompt)["task_id"]
        pace = 5.0
        while self.call("/videos/google/status", LOOK, task_id=task)["status"] != "completed":
            time.sleep(pace)
            pace = min(pace * 1.5, 60.0)
        return str(self.call("/videos/google/result", FETCH, task_id=task)["url"])


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    omini = Omini(base_url, api_key)
    return lambda: omini.say("ping")


def messages(base_url: str, api_key: str) -> Callable[[], object]:
    omini = Omini(base_url, api_key)
    return lambda: omini.message("ping")


def image(base_url: str, api_key: str) -> Callable[[], object]:
    omini = Omini(base_url, api_key)
    return lambda: omini.draw("a lighthouse")


def video(base_url: str, api_key: str) -> Callable[[], object]:
    omini = Omini(base_url, api_key)
    return lambda: omini.film("waves at dusk")
