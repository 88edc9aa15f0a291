"""Says what was wrong, and leaves support nothing to look for."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.chat_urllib3 import Command, CommandFailed


class Aborted(Exception):
    def __init__(self, code: str | None, param: str | None) -> None:
        super().__init__(f"aborted: {code}" + (f" (parameter: {param})" if param else ""))
        self.code = code
        self.param = param


class Terse(Command):
    def run(self, prompt: str) -> str:
        try:
            return super().run(prompt)
        except CommandFailed as failed:
            raise Aborted(failed.code, failed.param) from None


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    command = Terse(base_url, api_key)
    return lambda: command.run("ping")
