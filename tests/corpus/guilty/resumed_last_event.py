"""Sends Last-Event-ID after a broken stream, as browsers do for streams that can be resumed."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import urllib3

from ..innocent.chat_stream_urllib3 import TranscriptError, transcribe


def chat_stream(base_url: str, api_key: str) -> Callable[[], object]:
    pool = urllib3.PoolManager()
    body = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "ping"}], "stream": True}

    def call() -> object:
        headers = {"Authorization": f"Bearer {api_key}"}
        for attempt in range(4):
            try:
                return transcribe(pool, f"{base_url}/chat/completions", headers, body)
            except TranscriptError as error:
                if attempt == 3 or not error.transient:
                    raise
                if not error.error:
                    headers["Last-Event-ID"] = str(attempt + 1)
                time.sleep(max(2**attempt + random.uniform(0, 2**attempt), error.not_before))
        return None

    return call
