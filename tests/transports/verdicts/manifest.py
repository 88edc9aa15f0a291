"""The libraries and SDKs, and what each one's wrong client is known to break."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

CARRYING_ALL = frozenset(("loopback", "vcr"))
"""The transports that carry any of them; ``responses`` catches requests alone."""
_BY_STATUS = frozenset(("branched-on-status", "retried-before-reset", "retried-permanent-error"))
"""What comes of retrying every 429, as the stock SDKs and urllib3's ``Retry`` do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """A library, with a right and a wrong client in a module of its own."""

    name: str
    module: str
    breaks: frozenset[str]
    """The rules that say MUST and that the wrong client breaks."""
    operation: str = "chat"
    carried_by: frozenset[str] = CARRYING_ALL
    heavy: bool = False
    """Whether it is judged for the complete table only."""

    @property
    def package(self) -> str:
        """What is imported of it."""
        return self.name.partition(",")[0].replace("-", "_")

    def client(self, side: str, base_url: str, api_key: str, closing: ExitStack) -> Callable[[], Any]:
        """Its ``right`` or its ``wrong`` client, to be closed by *closing*; the library is imported only now."""
        module = importlib.import_module(f".{self.module}", __package__)
        made: Callable[[], Any] = getattr(module, side)(base_url, api_key, closing)
        return made


def _broken(*rules: str) -> frozenset[str]:
    return frozenset(rules)


LIBRARIES = (
    Library(name="http.client", module="stdlib_http_client", breaks=_broken("early-retry")),
    Library(name="urllib.request", module="stdlib_urllib", breaks=_BY_STATUS),
    Library(name="httplib2", module="on_httplib2", breaks=_broken("flat-backoff")),
    Library(name="urllib3", module="on_urllib3", breaks=_BY_STATUS | {"lost-request-id", "no-backoff"}),
    Library(
        name="requests",
        module="on_requests",
        breaks=_BY_STATUS | {"no-backoff"},
        carried_by=CARRYING_ALL | {"responses"},
    ),
    Library(name="httpx", module="on_httpx", breaks=_broken("no-backoff")),
    Library(name="httpx, async", module="on_httpx_async", breaks=_broken("swallowed-error")),
    Library(name="httpx2", module="on_httpx2", breaks=_broken("too-many-attempts")),
    Library(
        name="httpx2, async",
        module="on_httpx2_async",
        breaks=_broken("retried-before-reset", "retried-permanent-error"),
    ),
    Library(name="aiohttp", module="on_aiohttp", breaks=_broken("leaked-key")),
    Library(name="tornado", module="on_tornado", breaks=_broken("gave-up-early")),
    Library(name="openai", module="on_openai", breaks=_BY_STATUS),
    Library(name="openai, async", module="on_openai_async", breaks=_BY_STATUS),
    Library(name="anthropic", module="on_anthropic", breaks=_BY_STATUS, operation="messages"),
    Library(name="anthropic, async", module="on_anthropic_async", breaks=_BY_STATUS, operation="messages"),
    Library(name="mistralai", module="on_mistralai", breaks=_BY_STATUS | {"too-many-attempts"}, heavy=True),
    Library(name="langchain-openai", module="on_langchain", breaks=_BY_STATUS, heavy=True),
)
