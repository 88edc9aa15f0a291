"""Nothing of a run reaches the real gateway, a proxy or another run, and nothing is left when a test has ended."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from .conftest import Judge

PROXIES = ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
CLIENTS = """
QUESTION = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "ping"}]}


def on_requests(base_url, key):
    import requests

    session = requests.Session()
    return lambda: session.post(f"{base_url}/chat/completions", json=QUESTION, headers=bearing(key)).json()


def on_httpx(base_url, key):
    import httpx

    client = httpx.Client()
    return lambda: client.post(f"{base_url}/chat/completions", json=QUESTION, headers=bearing(key)).json()


def on_openai_async(base_url, key):
    import openai

    client = openai.AsyncOpenAI(base_url=base_url, api_key=key, max_retries=0)

    async def ask():
        return (await client.chat.completions.create(**QUESTION)).choices[0].message.content

    return ask


def on_sockets(base_url, key):
    import socket

    return lambda: socket.create_connection(("api.ominigate.ai", 443), timeout=9)


def bearing(key):
    return {"Authorization": f"Bearer {key}"}


from http.client import HTTPSConnection
"""
CONFTEST = """
import pytest
import clients

@pytest.fixture(scope="{scope}", params={clients})
def ominigate_chat({server}, request):
    return getattr(clients, request.param)({url}, {server}.api_key)
"""
ALL = ("on_requests", "on_httpx", "on_openai_async")
REFUSED = "the client tried to reach api.ominigate.ai, which is refused during a scenario"


def conftest(*names: str, url: str = "", once: bool = False) -> str:
    server = "ominigate_server" if once else "ominigate"
    return CONFTEST.format(
        clients=names,
        scope="session" if once else "function",
        server=server,
        url=repr(url) if url else f"{server}.base_url",
    )


class Proxy:
    """Takes what clients send to it, and answers nothing."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while True:
            sock = self._listener.accept()[0]
            with sock:
                said = sock.recv(200)
            if said == b"stop":
                return
            self.asked.append(said.partition(b"\r\n")[0])

    def close(self) -> None:
        with socket.create_connection(self._listener.getsockname()) as sock:
            sock.sendall(b"stop")
        self._thread.join()
        self._listener.close()


@pytest.fixture(autouse=True)
def only_these_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Load nothing that is not asked for, which takes half the time."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_PLUGINS", "pytest_ominigate.plugin,pytest_timeout")


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """A proxy that the environment names for everything."""
    proxy = Proxy()
    for name in PROXIES:
        monkeypatch.setenv(name, proxy.url)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    yield proxy
    proxy.close()


@pytest.mark.parametrize(("transport", "once"), [("loopback", True), ("loopback", False), ("vcr", True)])
def test_a_proxy_of_the_environment_gets_nothing(judge: Judge, proxy: Proxy, transport: str, once: bool) -> None:
    run = judge(
        "-k",
        "healthy or invalid_model-persists",
        f"--ominigate-transport={transport}",
        conftest=conftest(*ALL, once=once),
        clients=CLIENTS,
    )

    assert len(run.verdicts("pass")) == 2 * len(ALL)
    assert proxy.asked == []


def test_a_proxy_is_no_way_to_the_real_gateway(judge: Judge, proxy: Proxy) -> None:
    # In plain HTTP a proxy would be handed the whole request, key included.
    wrong = conftest(*ALL, url="http://api.ominigate.ai/v1", once=True)

    run = judge("-k", "healthy", conftest=wrong, clients=CLIENTS)

    assert run.code == 1
    assert [result["reasons"] for result in run.report["results"]] == [[REFUSED]] * len(ALL)
    assert proxy.asked == []


def test_what_passes_by_vcr_is_refused_and_the_client_not_judged(judge: Judge) -> None:
    run = judge(
        "-k",
        "healthy or invalid_model",
        "--ominigate-transport=vcr",
        conftest=conftest("on_sockets"),
        clients=CLIENTS,
    )

    assert run.code == 1
    assert {result["verdict"] for result in run.report["results"]} == {"inconclusive"}
    [(reason,)] = {tuple(result["reasons"]) for result in run.report["results"]}
    assert reason.startswith("not run: the transport vcr catches only what is sent with http.client, urllib3,")
    assert reason.endswith("past it, which was refused; use another --ominigate-transport")
    run.result.stdout.fnmatch_lines(["*no scenario came to a verdict*"])


STATE = '''
import asyncio
import os
import socket
import ssl
import threading
import time

import aiohttp
import httpx
import httpx2
import http.client
import pytest
import requests
import urllib3
from tornado.simple_httpclient import SimpleAsyncHTTPClient


def state():
    """All that a transport or a trial replaces, opens or starts."""
    return {
        "patches": [
            http.client.HTTPConnection,
            http.client.HTTPSConnection,
            urllib3.HTTPSConnectionPool.ConnectionCls,
            requests.adapters.HTTPAdapter.send,
            httpx.HTTPTransport.handle_request,
            httpx.AsyncHTTPTransport.handle_async_request,
            httpx2.HTTPTransport.handle_request,
            aiohttp.ClientSession._request,
            SimpleAsyncHTTPClient.fetch_impl,
            socket.getaddrinfo,
            ssl.SSLContext.wrap_socket,
            vars(ssl.SSLContext).get("load_verify_locations"),
            time.time,
            asyncio.sleep,
        ],
        "proxies": [os.environ.get(name) for name in ("no_proxy", "NO_PROXY")],
        "threads": sorted(thread.name for thread in threading.enumerate()),
        "sockets": sorted(link for link in links() if link.startswith("socket:")),
    }


def links():
    for number in os.listdir("/proc/self/fd"):
        try:
            yield os.readlink(f"/proc/self/fd/{number}")
        except OSError:
            pass


@pytest.fixture(autouse=True)
def watch():
    before = state()
    yield
    assert state() == before
    print("ALL AS BEFORE")
'''
TESTS = """
import _thread
import pytest
import requests
import clients

@pytest.fixture
def ask(ominigate):
    def ask():
        with requests.Session() as session:  # leaves nothing open by itself
            headers = clients.bearing(ominigate.api_key)
            url = f"{ominigate.base_url}/chat/completions"
            assert session.post(url, json=clients.QUESTION, headers=headers).ok

    return ask

@pytest.fixture
def broken(ask):
    raise LookupError("in the setup")

def test_that_passes(ask):
    ask()

def test_that_fails(ask):
    ask()
    raise LookupError("in the body")

def test_that_fails_in_its_setup(broken):
    pass

@pytest.mark.timeout(1, func_only=True)
def test_that_times_out(ask):
    ask()
    lock = _thread.allocate_lock()
    with lock:
        lock.acquire()

def test_that_ends_the_run(ask):
    ask()
    END
"""


@pytest.mark.skipif(sys.platform != "linux", reason="counts the sockets of a process by what Linux tells of them")
@pytest.mark.parametrize(
    ("transport", "end"),
    [
        ("loopback", "raise KeyboardInterrupt"),
        ("vcr", "raise KeyboardInterrupt"),
        ("responses", "pytest.exit('enough')"),
    ],
)
def test_nothing_is_left_however_a_test_ends(pytester: pytest.Pytester, transport: str, end: str) -> None:
    pytester.makepyfile(conftest=STATE, clients=CLIENTS, test_it=TESTS.replace("END", end))

    result = pytester.runpytest_subprocess(
        *("-s", "-p", "no:cacheprovider", "-p", "no:randomly"), f"--ominigate-transport={transport}"
    )

    assert result.ret == 2
    result.assert_outcomes(passed=1, failed=2, errors=1)
    assert result.stdout.str().count("ALL AS BEFORE") == 5


def test_runs_side_by_side_do_not_meet(judge: Judge) -> None:
    few = ("-k", "healthy or invalid_model or internal_error-persists")
    alone = judge(*few, conftest=conftest("on_requests"), clients=CLIENTS)
    command = [sys.executable, "-m", "pytest", "--ominigate-errors", *few, "-p", "no:cacheprovider"]

    runs = [
        subprocess.Popen(
            [*command, f"--ominigate-report=json:{name}.json"], cwd=judge.pytester.path, stdout=subprocess.PIPE
        )
        for name in ("one", "other")
    ]
    said = [run.communicate(timeout=120)[0] for run in runs]

    assert [run.returncode for run in runs] == [alone.code] * 2, said
    reports = [judge.pytester.path.joinpath(f"{name}.json").read_bytes() for name in ("one", "other")]
    assert reports == [alone.bytes] * 2
