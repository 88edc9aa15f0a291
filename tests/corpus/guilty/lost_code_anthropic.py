"""Raises the message in plain words, without the code."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.messages_anthropic import MessageError, Writer


class PlainWords(Writer):
    def write(self, prompt: str) -> str:
        try:
            return super().write(prompt)
        except MessageError as error:
            failed = RuntimeError(
                f"the text could not be written (X-Request-Id {error.request_id}, param {error.param})"
            )
        raise failed


def messages(base_url: str, api_key: str) -> Callable[[], object]:
    writer = PlainWords(base_url, api_key)
    return lambda: writer.write("ping")
