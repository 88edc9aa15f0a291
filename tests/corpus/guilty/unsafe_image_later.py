"""Reads "not immediately" as "later": a timed-out image is asked for once more after half a minute."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable

import openai

from ..innocent.image_openai import NoImage, generate

TLS = ssl.create_default_context()


def draw(sdk: openai.OpenAI, prompt: str) -> str | None:
    try:
        return generate(sdk, prompt)
    except NoImage as nothing:
        if not nothing.may_exist:
            raise
    time.sleep(28)
    return generate(sdk, prompt)


def image(base_url: str, api_key: str) -> Callable[[], object]:
    def call() -> object:
        http = openai.DefaultHttpxClient(verify=TLS)
        with openai.OpenAI(base_url=base_url, api_key=api_key, max_retries=0, http_client=http) as sdk:
            return draw(sdk, "a lighthouse")

    return call
