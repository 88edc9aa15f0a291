"""Puts the key into the message, so that one sees which was used."""

from __future__ import annotations

from collections.abc import Callable

import requests

from ..innocent.chat_requests import ChatClient, GatewayError


class Helpful(ChatClient):
    def refusal(self, reply: requests.Response) -> GatewayError:
        error = super().refusal(reply)
        error.args = (f"{error} while using key {self.api_key}",)
        return error


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    client = Helpful(base_url, api_key)
    return lambda: client.ask("ping")
