"""Apologises in place of an answer, and nobody can tell that it is no answer."""

from __future__ import annotations

from collections.abc import Callable

import openai

from ..innocent.chat_openai import Completer


class Polite(Completer):
    def complete(self, prompt: str) -> str:
        try:
            return super().complete(prompt)
        except openai.APIStatusError:
            return "Sorry, I have no answer to that right now."


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    completer = Polite(base_url, api_key)
    return lambda: completer.complete("ping")
