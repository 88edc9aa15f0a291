"""Running one item, and telling pytest its outcome: passed, failed, inconclusive, or a known failure."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

if TYPE_CHECKING:
    from .gateway import Scenario
    from .reports.shape import Result, Verdict
    from .trial import Ominigate

OPERATION = "ominigate_operation"
"""The attribute that tells a generated function from any other; it names the operation."""
SECTION = "ominigate"
"""The title of what is added to a report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """The gateway of a test written by hand, and how the test is to be judged."""

    ominigate: Ominigate
    marked: bool
    """Whether the test asks to be judged."""
    waive: Mapping[str, str]


WATCHED = pytest.StashKey[Watched]()
RESULT = pytest.StashKey["Result | None"]()
"""What was found out about an item in its last run."""
UNREPORTED = pytest.StashKey[bool]()
"""Whether an item is run for its healthy call alone, so that nobody is to hear of its outcome."""


def operation_of(function: object) -> str | None:
    """The operation that a generated function is about; None for any other function."""
    operation: str | None = getattr(function, OPERATION, None)
    return operation


def is_generated(item: pytest.Item) -> bool:
    """Whether the item was generated from a client fixture."""
    return operation_of(getattr(item, "function", None)) is not None


def scenario_of(item: pytest.Item) -> Scenario:
    """The scenario of a generated item."""
    scenario: Scenario = item.callspec.params["scenario"]  # type: ignore[attr-defined]  # generated items have one
    return scenario


def insert_fixture(item: pytest.Item) -> None:
    """Give a marked test the gateway, whether it names the fixture or not."""
    if not isinstance(item, pytest.Function) or item.get_closest_marker("ominigate") is None:
        return
    if "ominigate" not in item.fixturenames:
        item.fixturenames.append("ominigate")


# -- generated tests --------------------------------------------------------------------------------------------------


def run_scenario(item: pytest.Item, fixture: str, client: object, ominigate: Ominigate, scenario: Scenario) -> None:
    """Run a scenario on what a client fixture gave, and raise the outcome."""
    __tracebackhide__ = True
    from . import rehearsal

    call, waive, known = _call_of(item, fixture, client, scenario), _waived(item, scenario), rehearsal.known(item)
    result = ominigate.run_scenario(call, scenario, nodeid=item.nodeid, waive=waive, known=known)
    rehearsal.learn(item, result, ominigate)
    _conclude(item, result)


async def arun_scenario(
    item: pytest.Item, fixture: str, client: object, ominigate: Ominigate, scenario: Scenario
) -> None:
    """The same in the event loop that the client belongs to."""
    __tracebackhide__ = True
    from . import rehearsal

    call, waive, known = _call_of(item, fixture, client, scenario), _waived(item, scenario), rehearsal.known(item)
    result = await ominigate.arun_scenario(call, scenario, nodeid=item.nodeid, waive=waive, known=known)
    rehearsal.learn(item, result, ominigate)
    _conclude(item, result)


def _waived(item: pytest.Item, scenario: Scenario) -> Mapping[str, str]:
    from .chosen import of, rule_names
    from .waivers import waived_rules

    waivers = of(item.config).waivers
    return waived_rules(waivers, scenario.operation, scenario.code, rules=rule_names()) if waivers else {}


def _call_of(item: pytest.Item, fixture: str, client: object, scenario: Scenario) -> Callable[[], object]:
    """The call to make, or the verdict that there is none: a failure of ``healthy``, the rest is inconclusive."""
    __tracebackhide__ = True
    wrong = _wrong_client(client)
    if not wrong:
        return client  # type: ignore[return-value]  # it was just looked at
    advice = "it must return a callable without arguments, such as: lambda: client.ask('ping')"
    verdict: Verdict = "fail" if scenario.id == "healthy" else "inconclusive"
    _conclude(item, _without_trial(item, scenario, verdict, f"the fixture {fixture} {wrong}; {advice}"))
    raise AssertionError("a client that cannot be called is concluded")


def _wrong_client(client: object) -> str:
    if inspect.iscoroutine(client):
        client.close()
        return "is async and nothing ran it (install and set up pytest-asyncio or anyio)"
    if inspect.isasyncgen(client):
        return "is async and nothing ran it (install and set up pytest-asyncio or anyio)"
    if not callable(client):
        return f"returned {'nothing' if client is None else f'an object of type {type(client).__name__}'}"
    try:
        inspect.signature(client).bind()
    except TypeError as error:
        return f"returned a callable that cannot be called without arguments ({error})"
    except ValueError:  # some callables written in C do not tell their signature
        pass
    return ""


def _without_trial(item: pytest.Item, scenario: Scenario, verdict: Verdict, reason: str) -> Result:
    from .reports.shape import without_findings

    result = without_findings(
        verdict,
        nodeid=item.nodeid,
        operation=scenario.operation,
        scenario=scenario.name,
        code=scenario.code,
        status=scenario.status,
        reasons=[reason],
    )
    return {**result, "location": _location(item)}


# -- tests written by hand --------------------------------------------------------------------------------------------


def watched_call(item: pytest.Item) -> Generator[None, object, object]:
    """Run the body of a test that holds the gateway, and judge the client when the body has returned."""
    item.stash[RESULT] = None  # it may have run before
    watched = item.stash.get(WATCHED, None)
    if watched is None:
        return (yield)
    outcome = None
    watch = watched.ominigate.watch()
    try:
        with watch:  # stops a client that would not end, hence may leave the body before its end
            outcome = yield
    except pytest.xfail.Exception:
        raise
    except (Exception, pytest.fail.Exception):  # whatever the test's own check was, it stays the headline
        if watched.marked and watch.sent:
            item.stash[RESULT] = watch.result(item.nodeid, waive=watched.waive)
        raise
    if watched.marked:
        if not watch.sent:
            pytest.fail(_NOTHING_SENT, pytrace=False)
        _conclude(item, watch.result(item.nodeid, waive=watched.waive))
    return outcome


_NOTHING_SENT = (
    "ominigate: no request reached the fake gateway, so there is nothing to judge. Is the client built with "
    "ominigate.base_url (or ominigate_server.base_url)? One with a hard-wired address needs --ominigate-transport=vcr."
)


# -- the outcome ------------------------------------------------------------------------------------------------------

_FACTS = ("ominigate.operation", "ominigate.code", "ominigate.scenario", "ominigate.verdict")
"""The properties of a test that pytest's own reports show."""


def _conclude(item: pytest.Item, result: Result) -> None:
    """Keep the result for the reports, and raise its outcome; return if the item passed."""
    __tracebackhide__ = True
    if item.stash.get(UNREPORTED, False):
        pytest.skip("run for its healthy call alone")
    result["location"] = _location(item)
    item.stash[RESULT] = result
    facts = _facts(result["operation"], result["code"], result["scenario"], result["verdict"])
    others = [(name, value) for name, value in item.user_properties if name not in _FACTS]  # it may have run before
    item.user_properties[:] = [*others, *facts]
    if result["verdict"] == "inconclusive":
        pytest.skip("; ".join(result["reasons"]) or "the evidence does not reach for a verdict")
    if is_generated(item):
        _conclude_with_baseline(item, result)
    elif result["verdict"] == "fail":
        _fail(result)


@functools.cache  # pytest keeps them in three reports of each test; what is the same is to be so only once
def _facts(*values: str | None) -> tuple[tuple[str, object], ...]:
    return tuple((name, value) for name, value in zip(_FACTS, values, strict=True) if value is not None)


def _conclude_with_baseline(item: pytest.Item, result: Result) -> None:
    __tracebackhide__ = True
    from .baseline import compare

    known = compare(item.config, result)
    if known.stale:
        said = f"the baseline says that this breaks {', '.join(known.stale)}, but it does not"
        pytest.fail(f"{said}: drop the entry, or run with --ominigate-baseline-update=prune", pytrace=False)
    if known.new or (result["verdict"] == "fail" and not known.accepted):
        _fail(result)
    if known.accepted:
        raise pytest.xfail.Exception(known.reason)


def _fail(result: Result) -> NoReturn:
    __tracebackhide__ = True
    from .reports.message import failure_message

    pytest.fail(failure_message(result), pytrace=False)


def _location(item: pytest.Item) -> Any:
    path, line, _ = item.location
    return {"path": path.replace("\\", "/"), "line": (line or 0) + 1}


def enrich(item: pytest.Item, report: pytest.TestReport) -> pytest.TestReport:
    """Add to pytest's report what was found out about the item; it travels with it, from xdist's workers too."""
    if report.when == "setup" and report.failed and is_generated(item):
        _enrich_unprepared(item, report)
    result = item.stash.get(RESULT, None) if report.when == "call" else None
    if report.when == "teardown":
        item.stash[RESULT] = None  # pytest keeps the item to the end of the session
    if result is not None:
        report.ominigate = result  # type: ignore[attr-defined]  # pytest passes on what it does not know
        if report.skipped and isinstance(report.longrepr, tuple):
            where = _location(item)
            report.longrepr = (where["path"], where["line"], report.longrepr[2])
        text = _section(result, report)
        if text:
            report.sections.append((SECTION, text))
    return report


def status(report: pytest.TestReport) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
    """How an inconclusive item is counted and shown; None for all others."""
    result = getattr(report, "ominigate", None)
    if result is None or not report.skipped or result["verdict"] != "inconclusive":
        return None
    return "inconclusive", "?", ("INCONCLUSIVE", {"yellow": True})


def _enrich_unprepared(item: pytest.Item, report: pytest.TestReport) -> None:
    reason = "the setup failed before the scenario began"
    report.ominigate = _without_trial(item, scenario_of(item), "inconclusive", reason)  # type: ignore[attr-defined]


def _section(result: Result, report: pytest.TestReport) -> str:
    from .reports.message import advice_message, failure_message

    if report.passed:
        return advice_message(result)
    # Our own failure is the report's text already; beside the test's own error ours is added.
    if report.failed and result["verdict"] == "fail":
        text = failure_message(result)
        return "" if text in report.longreprtext else text
    return ""
