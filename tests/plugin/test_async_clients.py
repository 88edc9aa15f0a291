"""Async fixtures and callables run in the event loop that they belong to."""

from __future__ import annotations

import pytest

from .conftest import REST, Project

# The client fails if it is called in another loop than it was made in.
LOOP_BOUND = """
import asyncio
import pytest
import sniffio
{imports}

class Client:
    def __init__(self):
        self.loop = current()
    async def ask(self):
        return "pass" if current() is self.loop else "fail early-retry"

def current():
    library = sniffio.current_async_library()
    return asyncio.get_running_loop() if library == "asyncio" else library

@{decorator}
async def {name}({arguments}):
    yield Client(){end}
"""


def loop_bound(decorator: str, *, imports: str = "", arguments: str = "ominigate") -> str:
    """A conftest whose async fixture hands out the call itself."""
    return LOOP_BOUND.format(
        decorator=decorator, imports=imports, name="ominigate_chat", arguments=arguments, end=".ask"
    )


def below(decorator: str, *, imports: str = "", arguments: str = "ominigate") -> str:
    """A conftest whose plain fixture rests on an async one."""
    base = LOOP_BOUND.format(decorator=decorator, imports=imports, name="client", arguments=arguments, end="")
    return base + "\n@pytest.fixture\ndef ominigate_chat(client):\n    return lambda: client.ask()\n"


@pytest.mark.parametrize("conftest", [loop_bound, below])
@pytest.mark.parametrize(
    ("plugins", "ini", "decorator"),
    [
        (("asyncio",), "asyncio_mode = strict", "pytest_asyncio.fixture"),
        (("asyncio",), "asyncio_mode = strict", "pytest_asyncio.fixture(loop_scope='session')"),
        (("asyncio",), "asyncio_mode = auto", "pytest.fixture"),
        (("asyncio", "anyio"), "asyncio_mode = auto", "pytest.fixture"),
        (("asyncio",), "ominigate_async = asyncio", "pytest_asyncio.fixture"),
    ],
)
def test_pytest_asyncio_runs_the_call_in_the_fixtures_loop(
    project: Project, conftest: object, plugins: tuple[str, ...], ini: str, decorator: str
) -> None:
    assert callable(conftest)
    project.write({"conftest.py": conftest(decorator, imports="import pytest_asyncio")})
    project.ini(ini, "asyncio_default_fixture_loop_scope = function")

    result = project.ask(plugins=plugins)

    result.assert_outcomes(passed=1, deselected=REST)


@pytest.mark.parametrize("scope", ["class", "module", "package", "session"])
@pytest.mark.parametrize("default", ["session", "fixture-scope"])
def test_a_wider_fixture_keeps_its_loop(project: Project, scope: str, default: str) -> None:
    project.write({"conftest.py": loop_bound(f"pytest.fixture(scope={scope!r})", arguments="ominigate_server")})
    project.ini("asyncio_mode = auto", f"asyncio_default_fixture_loop_scope = {default}")

    result = project.run("--ominigate-errors", "-k", "chat and recovers and limited", plugins=("asyncio",))

    assert result.ret == pytest.ExitCode.OK


BACKENDS = """
@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request):
    return request.param
"""


@pytest.mark.parametrize("conftest", [loop_bound, below])
def test_anyio_runs_the_call_on_asyncio(project: Project, conftest: object) -> None:
    assert callable(conftest)
    project.write({"conftest.py": conftest("pytest.fixture")})

    result = project.ask("-v", plugins=("anyio",))

    result.assert_outcomes(passed=1, deselected=REST)
    result.stdout.fnmatch_lines(["conftest.py::ominigate::chat[[]healthy[]] PASSED*"])


@pytest.mark.parametrize("conftest", [loop_bound, below])
def test_anyio_runs_the_call_on_the_backends_that_the_user_names(project: Project, conftest: object) -> None:
    assert callable(conftest)
    project.write({"conftest.py": conftest("pytest.fixture") + BACKENDS})

    result = project.ask("-v", plugins=("anyio",))

    result.assert_outcomes(passed=2, deselected=2 * REST)
    result.stdout.fnmatch_lines(
        [
            "conftest.py::ominigate::chat[[]asyncio-healthy[]] PASSED*",
            "conftest.py::ominigate::chat[[]trio-healthy[]] PASSED*",
        ]
    )


@pytest.mark.parametrize("scope", ["function", "module", "session"])
def test_anyio_runs_fixtures_of_any_scope(project: Project, scope: str) -> None:
    project.write({"conftest.py": loop_bound(f"pytest.fixture(scope={scope!r})", arguments="ominigate_server")})

    project.ask(plugins=("anyio",)).assert_outcomes(passed=1, deselected=REST)


@pytest.mark.parametrize("wish", ["anyio", "asyncio"])
def test_the_place_of_an_async_item_is_the_users_fixture(project: Project, wish: str) -> None:
    conftest = loop_bound("pytest.fixture")
    project.write(
        {"conftest.py": conftest, "place.py": "def pytest_itemcollected(item): print('at', item.location[:2])"}
    )
    project.ini("asyncio_mode = auto", f"ominigate_async = {wish}", "asyncio_default_fixture_loop_scope = function")

    result = project.ask("--collect-only", "-s", "-p", "place", plugins=("asyncio", "anyio"))

    line = conftest.splitlines().index("@pytest.fixture")
    assert {text for text in result.stdout.lines if text.startswith("at ")} == {f"at ('conftest.py', {line})"}


def test_anyio_takes_the_fixtures_that_strict_pytest_asyncio_does_not_run(project: Project) -> None:
    project.write({"conftest.py": loop_bound("pytest.fixture")})
    project.ini("asyncio_mode = strict", "asyncio_default_fixture_loop_scope = function")

    result = project.ask(plugins=("asyncio", "anyio"))

    result.assert_outcomes(passed=1, deselected=REST)


def test_a_wish_for_anyio_is_granted(project: Project) -> None:
    project.write({"conftest.py": loop_bound("pytest.fixture")})
    project.ini("ominigate_async = anyio", "asyncio_mode = strict", "asyncio_default_fixture_loop_scope = function")

    result = project.ask(plugins=("asyncio", "anyio"))

    result.assert_outcomes(passed=1, deselected=REST)


def test_an_unknown_wish_is_answered_with_the_choices(project: Project) -> None:
    project.client().ini("ominigate_async = asnycio")

    result = project.run("--ominigate-errors")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: ominigate_async (ini): no choice 'asnycio'. Did you mean 'asyncio'? Known: auto, asyncio, anyio"]
    )


def test_an_async_fixture_that_nothing_runs_is_no_pass(project: Project) -> None:
    project.write({"conftest.py": loop_bound("pytest.fixture").replace("import sniffio", "")})

    result = project.spawn("--ominigate-errors", "-k", "healthy")

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert "passed" not in result.parseoutcomes()


@pytest.mark.parametrize("plugins", [(), ("asyncio",), ("anyio",), ("asyncio", "anyio")])
def test_a_plain_fixture_may_give_an_async_call_whatever_is_installed(
    project: Project, plugins: tuple[str, ...]
) -> None:
    project.write(
        {
            "conftest.py": """
import asyncio
import pytest

async def ask():
    await asyncio.sleep(0)
    return "pass"

@pytest.fixture
def ominigate_chat(ominigate):
    return ask
"""
        }
    )

    if "asyncio" in plugins:
        project.ini("asyncio_default_fixture_loop_scope = function")

    project.ask(plugins=plugins).assert_outcomes(passed=1, deselected=REST)


@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_a_plain_call_is_a_plain_test_under_pytest_asyncio(project: Project, mode: str) -> None:
    project.client().ini(f"asyncio_mode = {mode}", "asyncio_default_fixture_loop_scope = function")

    result = project.ask(plugins=("asyncio",))

    result.assert_outcomes(passed=1, deselected=REST)
