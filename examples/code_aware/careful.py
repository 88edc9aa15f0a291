"""An application on the OpenAI SDK that reads the error's code before it sends anything again."""

import random
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import TypeVar

import openai
from openai import OpenAI

T = TypeVar("T")

# How many requests an error is worth in all; an error that is not named here is not tried again.
REQUESTS = {
    "rate_limited": 5,
    "rpm_rate_limited": 5,
    "tpm_rate_limited": 5,
    "upstream_failed": 4,
    "internal_error": 4,
    "image_generation_failed": 3,
}
LONGEST_WAIT = 30.0


class Assistant:
    """Asks a model one question at a time."""

    def __init__(self, base_url: str, api_key: str) -> None:
        # The SDK's own retries cannot tell a spending cap from a rate limit: they are off.
        self._client = OpenAI(base_url=base_url, api_key=api_key, max_retries=0)

    def ask(self, question: str) -> str:
        """The model's answer.

        Raises:
            openai.APIError: the gateway refused, or kept failing.
        """
        completion = _carefully(
            lambda: self._client.chat.completions.create(
                model="openai/gpt-4o", messages=[{"role": "user", "content": question}]
            )
        )
        return completion.choices[0].message.content or ""

    def draw(self, prompt: str) -> str:
        """The address of a picture.

        Raises:
            openai.APIError: the gateway refused, kept failing, or does not know whether the picture was made.
        """
        images = _carefully(
            lambda: self._client.images.generate(model="openai/gpt-image-1", prompt=prompt, response_format="url")
        )
        (image,) = images.data or []
        return image.url or ""


def _carefully(send: Callable[[], T]) -> T:
    request = 1
    while True:
        try:
            return send()
        except openai.APIStatusError as error:
            asked = _retry_after(error.response.headers.get("retry-after"))
            if request >= _worth(error) or (asked or 0) > LONGEST_WAIT:
                raise
            time.sleep(asked if asked is not None else min(LONGEST_WAIT, 2 ** (request - 1)) * random.uniform(1, 1.25))
        request += 1


def _worth(error: openai.APIStatusError) -> int:
    if error.code in REQUESTS:
        return REQUESTS[error.code]
    # A code that is new to us is handled as its family is.
    return 3 if error.type == "rate_limit_error" else 1


def _retry_after(header: str | None) -> float | None:
    """The seconds to wait, or None where the header says nothing useful."""
    if header is None:
        return None
    try:
        seconds = float(header)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(header).timestamp() - time.time()
        except ValueError:
            return None
        seconds = max(seconds, 0.0)
    return seconds if seconds > 0 else None
