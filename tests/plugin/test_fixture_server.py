"""One server for each process: started when it is first needed, stopped when nobody holds it any more."""

from __future__ import annotations

from .conftest import Project

RUNNING = """
import threading

def running():
    return sum(thread.name == "ominigate-loopback" for thread in threading.enumerate())
"""


def test_it_has_addresses_and_a_key(project: Project) -> None:
    project.write(
        {
            "test_it.py": """
def test_it(ominigate_server, ominigate):
    assert ominigate_server.root_url.startswith("http://127.0.0.1:")
    assert ominigate_server.base_url == ominigate_server.root_url + "/v1"
    assert ominigate_server.api_key == ominigate.api_key
"""
        }
    )

    project.run().assert_outcomes(passed=1)


def test_it_is_one_for_the_whole_session_and_for_every_test(project: Project) -> None:
    project.write(
        {
            "test_it.py": RUNNING
            + """
seen = set()

def test_first(ominigate_server):
    seen.add(ominigate_server.base_url)

def test_second(ominigate):
    seen.add(ominigate.base_url)
    assert running() == 1

def test_third(ominigate_server, ominigate):
    seen.update((ominigate.base_url, ominigate_server.base_url))
    assert len(seen) == 1 and running() == 1
"""
        }
    )

    project.run().assert_outcomes(passed=3)
    assert running() == 0


def test_a_gateway_for_one_test_is_gone_after_it(project: Project) -> None:
    project.write(
        {
            "test_it.py": RUNNING
            + """
import socket
import pytest

seen = []

def knock():
    socket.create_connection(("127.0.0.1", int(seen[-1].rpartition(":")[2]))).close()

def test_before():
    assert running() == 0

def test_meanwhile(ominigate):
    seen.append(ominigate.root_url)
    knock()

def test_after():
    assert running() == 0
    with pytest.raises(ConnectionRefusedError):
        knock()
"""
        }
    )

    project.run().assert_outcomes(passed=3)


def test_a_client_built_once_is_served_in_each_test(project: Project) -> None:
    project.write(
        {
            "conftest.py": """
import pytest

@pytest.fixture(scope="session")
def ominigate_chat(ominigate_server):
    at = ominigate_server.base_url
    return lambda: "pass" if at == ominigate_server.base_url else "fail early-retry"
""",
            "test_own.py": """
def test_own(ominigate, ominigate_chat, ominigate_server):
    assert ominigate.base_url == ominigate_server.base_url
""",
        }
    )

    assert project.run("--ominigate-errors", "-k", "healthy or test_own").parseoutcomes()["passed"] == 2


def running() -> int:
    namespace: dict[str, object] = {}
    exec(RUNNING, namespace)
    count = namespace["running"]
    assert callable(count)
    return int(count())
