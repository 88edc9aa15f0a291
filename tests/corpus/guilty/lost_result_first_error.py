"""Remembers the first error and raises it, although a later request went well."""

from __future__ import annotations

from collections.abc import Callable

import urllib3

from ..innocent.chat_urllib3 import Command, CommandFailed


class Grudge(Command):
    def run(self, prompt: str) -> str:
        self.grudge: CommandFailed | None = None
        answer = super().run(prompt)
        if self.grudge is not None:
            raise self.grudge
        return answer

    def wait(self, attempt: int, reply: urllib3.BaseHTTPResponse) -> None:
        self.grudge = self.grudge or self.failure(reply, self.error(reply))
        super().wait(attempt, reply)


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    command = Grudge(base_url, api_key)
    return lambda: command.run("ping")
