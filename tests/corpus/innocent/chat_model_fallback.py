"""A help desk on the OpenAI SDK that turns to a model of another provider once the retries are used up."""

from __future__ import annotations

import random
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import openai

TLS = ssl.create_default_context()
FALLBACKS_FOR = {"upstream_failed"}
RETRIED = {"rate_limited", "rpm_rate_limited", "tpm_rate_limited", "upstream_failed", "internal_error"}


class HelpDesk:
    models = ("openai/gpt-4o", "anthropic/claude-sonnet-4-20250514")
    tries_per_model = 3

    def __init__(self, base_url: str, api_key: str) -> None:
        self.base_url, self.api_key = base_url, api_key

    def answer(self, question: str) -> str:
        http = openai.DefaultHttpxClient(verify=TLS)
        with openai.OpenAI(base_url=self.base_url, api_key=self.api_key, max_retries=0, http_client=http) as sdk:
            *others, last = self.models
            for model in others:
                try:
                    return self.answer_with(sdk, model, question)
                except openai.APIStatusError as error:
                    if error.code not in FALLBACKS_FOR:
                        raise
            return self.answer_with(sdk, last, question)

    def answer_with(self, sdk: openai.OpenAI, model: str, question: str) -> str:
        for tried in range(1, self.tries_per_model + 1):
            try:
                completion = sdk.chat.completions.create(
                    model=model, messages=[{"role": "user", "content": question}], temperature=0.2
                )
            except openai.APIStatusError as error:
                if tried == self.tries_per_model or not self.retried(error):
                    raise
                time.sleep(self.wait(tried, error))
            else:
                break
        return completion.choices[0].message.content or ""

    def retried(self, error: openai.APIStatusError) -> bool:
        if error.code is None:
            return False
        return error.code in RETRIED or error.type == "rate_limit_error"

    def wait(self, tried: int, error: openai.APIStatusError) -> float:
        own = min(2.0 ** (tried - 1), 30.0) + random.uniform(0, 0.5)
        header = error.response.headers.get("retry-after", "")
        if header.isdecimal():
            return max(own, float(header))
        try:
            return max(own, (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds())
        except (TypeError, ValueError):
            return own


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    desk = HelpDesk(base_url, api_key)
    return lambda: desk.answer("ping")
