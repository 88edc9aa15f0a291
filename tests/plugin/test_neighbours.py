"""Generated tests live with the plugins and settings of others."""

from __future__ import annotations

import pytest

from .conftest import CHAT, REST, Project

TALKING = """
import socket
import pytest

@pytest.fixture
def ominigate_chat(ominigate):
    host, _, port = ominigate.root_url.removeprefix("http://").partition(":")

    def ask():
        with socket.create_connection((host, int(port)), timeout=5):
            return "pass"

    return ask
"""


@pytest.mark.parametrize("mode", ["loadscope", "worksteal"])
def test_xdist(project: Project, mode: str) -> None:
    project.client(path="a/conftest.py").client(path="b/conftest.py")

    result = project.run("--ominigate-errors", "-n2", f"--dist={mode}")

    result.assert_outcomes(passed=2 * len(CHAT))
    assert result.ret == pytest.ExitCode.OK


def test_randomly(project: Project) -> None:
    project.client()

    result = project.run("--ominigate-errors", "-p", "no:cacheprovider", plugins=("randomly",))

    result.assert_outcomes(passed=len(CHAT))


@pytest.mark.parametrize(
    ("plugin", "flags"),
    [
        ("recording", ("--block-network", "--allowed-hosts=127.0.0.1")),
        ("recording", ("--record-mode=none",)),
        ("socket", ("--disable-socket", "--allow-hosts=127.0.0.1")),
        ("socket", ("--allow-hosts=127.0.0.1",)),
        ("socket", ("--disable-socket", "--allow-hosts=127.0.0.1", "--allow-unix-socket")),
        ("timeout", ("--timeout=60",)),
    ],
)
def test_plugins_that_fence_off_the_network(project: Project, plugin: str, flags: tuple[str, ...]) -> None:
    project.write({"conftest.py": TALKING})

    project.ask(*flags, plugins=(plugin,)).assert_outcomes(passed=1, deselected=REST)


@pytest.mark.parametrize(
    "flags",
    [
        ("--strict-markers", "--strict-config"),
        ("--import-mode=importlib",),
        ("--doctest-modules",),
        ("--setup-show",),
        ("-p", "no:terminal"),
        ("-q", "-q"),
        ("-vv",),
        ("--capture=no",),
        ("--runxfail",),
    ],
)
def test_settings_of_pytest(project: Project, flags: tuple[str, ...]) -> None:
    project.client().write({"test_own.py": "def test_own(): pass"})

    assert project.run("--ominigate-errors", *flags).ret == pytest.ExitCode.OK


def test_everything_that_is_installed_and_warnings_as_errors(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    project.client().ini("asyncio_default_fixture_loop_scope = function")

    result = project.pytester.runpytest_subprocess(
        "-p", "fake_trial", "-W", "error", "--ominigate-errors", "--strict-markers", "--strict-config", "-n2"
    )

    result.assert_outcomes(passed=len(CHAT))


def test_a_fixture_of_a_plugin_module_is_found_once_a_conftest_imports_it(project: Project) -> None:
    project.client(path="clients.py").write({"conftest.py": "pytest_plugins = ['clients']"})
    assert project.ids() == []

    project.write({"conftest.py": "from clients import ominigate_chat"})
    assert len(project.ids()) == len(CHAT)
