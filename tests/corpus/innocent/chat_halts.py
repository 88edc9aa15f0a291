"""A nightly job's client: once the gateway says that money is out or a key is dead, it sends nothing more at all."""

from __future__ import annotations

from collections.abc import Callable

from .chat_requests import ChatClient, GatewayError

HOPELESS = {"authentication_error", "billing_error", "usage_cap_exceeded"}


class Halted(Exception):
    """Not sent. The refusal that is to blame is the cause."""


class Nightly(ChatClient):
    halted: GatewayError | None = None

    def ask(self, prompt: str) -> str:
        if self.halted is not None:
            raise Halted("the run was halted") from self.halted
        try:
            return super().ask(prompt)
        except GatewayError as error:
            if error.type in HOPELESS:
                self.halted = error
            raise


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    client = Nightly(base_url, api_key)
    return lambda: client.ask("ping")
