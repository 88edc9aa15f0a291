"""Nothing gets through to the real gateway, and nothing to a proxy on the way to the loopback."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import aiohttp
import httpx
import pytest
import requests
import trio

from pytest_ominigate.transports.proxies import unproxied
from pytest_ominigate.transports.real_host import RealGatewayRefusedError, RealHostGuard, is_real_gateway

if TYPE_CHECKING:
    from collections.abc import Callable

REAL = "https://api.ominigate.ai/v1/models"


async def _aiohttp() -> None:
    async with aiohttp.ClientSession(trust_env=True) as session, session.get(REAL):
        pass


async def _httpx_async() -> None:
    async with httpx.AsyncClient() as client:
        await client.get(REAL)


async def _trio() -> None:
    await trio.open_tcp_stream("api.ominigate.ai", 443)


WAYS = {
    "requests": (lambda: requests.get(REAL, timeout=9), requests.ConnectionError),
    "httpx": (lambda: httpx.get(REAL), httpx.ConnectError),
    "httpx-async": (lambda: asyncio.run(_httpx_async()), httpx.ConnectError),
    "aiohttp": (lambda: asyncio.run(_aiohttp()), aiohttp.ClientConnectionError),
    "urllib": (lambda: urllib.request.urlopen(REAL, timeout=9), urllib.error.URLError),
    "trio": (lambda: trio.run(_trio), OSError),
    "socket": (lambda: socket.create_connection(("api.ominigate.ai", 443), timeout=9), OSError),
    "gethostbyname": (lambda: socket.gethostbyname("api.ominigate.ai"), OSError),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_library_is_refused_with_its_own_error(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    go, error = WAYS[way]

    with RealHostGuard() as guard, pytest.raises(error, match=r"refused by pytest-ominigate|Cannot connect"):
        go()

    assert guard.refused == ("api.ominigate.ai",)


@pytest.mark.parametrize(
    ("host", "real"),
    [
        ("api.ominigate.ai", True),
        ("API.OminiGate.AI.", True),
        (b"eu.api.ominigate.ai", True),
        ("ominigate.ai", True),
        ("notominigate.ai", False),
        ("api.ominigate.ai.example.com", False),
        ("127.0.0.1", False),
        ("", False),
        (None, False),
        (443, False),
    ],
)
def test_only_the_gateways_own_names_are_refused(host: object, real: bool) -> None:
    assert is_real_gateway(host) is real


def test_other_hosts_are_resolved_as_ever() -> None:
    with RealHostGuard() as guard:
        assert socket.getaddrinfo(host="127.0.0.1", port=80)[0][4] == ("127.0.0.1", 80)
        assert socket.getaddrinfo(None, 0)

    assert guard.refused == ()


def test_each_host_is_reported_once_in_the_order_of_asking() -> None:
    with RealHostGuard() as guard:
        for host in ("b.ominigate.ai", "api.ominigate.ai", b"B.ominigate.ai.", "b.ominigate.ai"):
            with pytest.raises(RealGatewayRefusedError):
                socket.getaddrinfo(host, 443)

    assert guard.refused == ("b.ominigate.ai", "api.ominigate.ai")


def _wrap_bio(context: ssl.SSLContext) -> None:
    context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="api.ominigate.ai")


def _wrap_bio_by_position(context: ssl.SSLContext) -> None:
    context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), False, "api.ominigate.ai")


def _wrap_socket(context: ssl.SSLContext) -> None:
    with socket.socket() as sock:
        context.wrap_socket(sock, server_hostname="api.ominigate.ai")


@pytest.mark.parametrize("wrap", [_wrap_bio, _wrap_bio_by_position, _wrap_socket])
def test_a_connection_that_was_made_another_way_gets_no_tls(wrap: Callable[[ssl.SSLContext], None]) -> None:
    with RealHostGuard() as guard, pytest.raises(RealGatewayRefusedError):
        wrap(ssl.create_default_context())

    assert guard.refused == ("api.ominigate.ai",)


def test_tls_to_other_hosts_goes_on() -> None:
    with RealHostGuard():
        wrapped = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="localhost")

    assert wrapped.server_hostname == "localhost"


def test_afterwards_all_is_as_before() -> None:
    def watched() -> list[object]:
        return [
            socket.getaddrinfo,
            socket.gethostbyname,
            socket.gethostbyname_ex,
            ssl.SSLContext.wrap_socket,
            ssl.SSLContext.wrap_bio,
        ]

    before = watched()
    with RealHostGuard():
        during = watched()

    assert watched() == before
    assert not any(now is then for now, then in zip(during, before, strict=True))


def test_a_function_kept_by_a_client_lets_go_afterwards() -> None:
    with RealHostGuard() as guard:
        kept = ssl.SSLContext.wrap_bio

    assert kept(ssl.create_default_context(), ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="api.ominigate.ai")
    assert guard.refused == ()


@pytest.mark.parametrize(
    ("before", "during"),
    [
        ({}, "127.0.0.1,localhost,ominigate.ai"),
        ({"NO_PROXY": "a.example, localhost"}, "a.example,localhost,127.0.0.1,ominigate.ai"),
        ({"no_proxy": "a.example"}, "a.example,127.0.0.1,localhost,ominigate.ai"),
        ({"NO_PROXY": "*"}, "*"),
    ],
)
def test_the_loopback_and_the_gateway_are_exempt_from_proxies(
    before, during: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("no_proxy", "NO_PROXY")
    for name in names:
        monkeypatch.delenv(name, raising=False)
    for name, value in before.items():
        monkeypatch.setenv(name, value)

    with unproxied():
        inside = {os.environ[name] for name in names}

    assert inside == {during}
    assert {name: os.environ[name] for name in names if name in os.environ} == before


@pytest.mark.parametrize("get", [requests.get, httpx.get])
def test_a_client_reaches_the_loopback_past_a_proxy(get, server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")

    with unproxied():
        assert get(f"{server.base_url}/chat", timeout=9).status_code == 200
