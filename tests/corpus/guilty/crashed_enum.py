"""Knows the codes as an enumeration, and breaks at the first new one."""

from __future__ import annotations

import enum
from collections.abc import Awaitable, Callable

import httpx2

from ..innocent.chat_httpx2_async import Backend, GatewayFailure


class Code(enum.StrEnum):
    INVALID_API_KEY = enum.auto()
    EXPIRED_API_KEY = enum.auto()
    INVALID_REQUEST = enum.auto()
    INVALID_MODEL = enum.auto()
    MISSING_PARAMETER = enum.auto()
    NOT_FOUND = enum.auto()
    MODEL_NOT_FOUND = enum.auto()
    INSUFFICIENT_BALANCE = enum.auto()
    KEY_DAILY_LIMIT = enum.auto()
    KEY_MONTHLY_LIMIT = enum.auto()
    ACCOUNT_DAILY_LIMIT = enum.auto()
    REQUEST_COST_LIMIT = enum.auto()
    RATE_LIMITED = enum.auto()
    RPM_RATE_LIMITED = enum.auto()
    TPM_RATE_LIMITED = enum.auto()
    UPSTREAM_FAILED = enum.auto()
    INTERNAL_ERROR = enum.auto()


class Enumerated(Backend):
    def failure(self, reply: httpx2.Response) -> GatewayFailure:
        failure = super().failure(reply)
        if failure.code is not None:
            Code(failure.code)
        return failure


def chat(base_url: str, api_key: str) -> Callable[[], Awaitable[object]]:
    backend = Enumerated(base_url, api_key)

    async def call() -> object:
        return await backend.answer("ping")

    return call
