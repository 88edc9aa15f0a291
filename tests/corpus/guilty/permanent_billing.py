"""Keeps asking with an empty balance, in case somebody is just topping it up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..innocent.chat_urllib3 import Command, Verdict


class TopUpAwaiter(Command):
    def verdict(self, error: dict[str, Any]) -> Verdict:
        return Verdict.RETRY if error.get("code") == "insufficient_balance" else super().verdict(error)


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    command = TopUpAwaiter(base_url, api_key)
    return lambda: command.run("ping")
