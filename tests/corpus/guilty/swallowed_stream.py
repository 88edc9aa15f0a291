"""Narrates silence when the gateway refuses."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.messages_stream_anthropic import Interrupted, NarrationError, Narrator


class Mute(Narrator):
    def narrate(self, prompt: str) -> str:
        try:
            return super().narrate(prompt)
        except Interrupted:
            raise
        except NarrationError:
            return ""


def messages_stream(base_url: str, api_key: str) -> Callable[[], object]:
    narrator = Mute(base_url, api_key)
    return lambda: narrator.narrate("ping")
