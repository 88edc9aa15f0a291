"""Images by the OpenAI SDK, whose own retries would send a timed-out image again; hence none of them."""

from __future__ import annotations

import random
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import openai

TLS = ssl.create_default_context()
MOST = {"image_generation_failed": 3, "upstream_failed": 3, "internal_error": 3}
MOST_FOR_A_RATE_LIMIT = 4


class NoImage(Exception):
    """Nothing to show, and why."""

    def __init__(self, cause: openai.APIStatusError) -> None:
        self.code = cause.code
        self.param = cause.param
        self.request_id = cause.request_id
        self.may_exist = cause.code == "image_generation_timeout"
        fate = "may have been made" if self.may_exist else "was not made"
        super().__init__(f"the image {fate}: {cause.code}, {cause.message} (X-Request-Id {cause.request_id})")


def most(error: openai.APIStatusError) -> int:
    if error.type == "rate_limit_error":
        return MOST_FOR_A_RATE_LIMIT
    return MOST.get(error.code or "", 1)


def patience(error: openai.APIStatusError, spent: int) -> float:
    doubled = 2.0 ** (spent - 1)
    own = random.uniform(doubled / 2, doubled)
    header = error.response.headers.get("Retry-After", "0")
    try:
        return max(own, float(int(header)))
    except ValueError:
        pass
    try:
        return max(own, (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return own


def generate(sdk: openai.OpenAI, prompt: str) -> str | None:
    spent = 0
    while True:
        try:
            images = sdk.images.generate(model="google/imagen-4", prompt=prompt)
        except openai.APIStatusError as error:
            spent += 1
            if spent >= most(error):
                raise NoImage(error) from error
            time.sleep(patience(error, spent))
        else:
            first = (images.data or [])[0]
            return first.url or first.b64_json


def image(base_url: str, api_key: str) -> Callable[[], object]:
    def call() -> object:
        http = openai.DefaultHttpxClient(verify=TLS)
        with openai.OpenAI(base_url=base_url, api_key=api_key, max_retries=0, http_client=http) as sdk:
            return generate(sdk, "a lighthouse")

    return call
