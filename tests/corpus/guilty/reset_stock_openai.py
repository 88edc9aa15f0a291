"""The OpenAI SDK as it comes: it goes by status alone, so a spent cap under 429 is sent again after half a second."""

from __future__ import annotations

import ssl
from collections.abc import Callable

import openai

TLS = ssl.create_default_context()


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    def call() -> object:
        http = openai.DefaultHttpxClient(verify=TLS)
        with openai.OpenAI(base_url=base_url, api_key=api_key, http_client=http) as sdk:
            completion = sdk.chat.completions.create(
                model="openai/gpt-4o", messages=[{"role": "user", "content": "ping"}]
            )
        return completion.choices[0].message.content

    return call
