"""The gate at the end of a run: it gathers the results of all processes, judges the session as a whole, and tells.

It only ever adds failures; what a single test found fails by itself.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .gathered import Gathered
from .options import generating, given
from .running import operation_of

if TYPE_CHECKING:
    from .chosen import Options, ReportWish
    from .reports.model import NotRun, SessionReport
    from .reports.shape import Result

NAME = "ominigate-gate"
"""Under which the gate is known to pytest's plugin manager."""


class Gate:
    """Lives in every process; only the controller of xdist, or a run without xdist, judges."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.generating = generating(config)
        self.problems: list[str] = []
        """Why the session fails as a whole."""
        self.notes: list[str] = []
        self._results = Gathered()
        self._skipped: set[str] = set()
        self._collected: dict[str, str] = {}
        """The operation of every test that was generated, deselected ones too, by node id."""
        self._looked_through: set[str] = set()
        """The conftest.py files from which tests could be generated."""

    # -- in every process ---------------------------------------------------------------------------------------------

    def pytest_collect_file(self, file_path: Path) -> None:
        """Remember each conftest.py that pytest came across."""
        if file_path.name == "conftest.py":
            self._looked_through.add(os.path.relpath(file_path, self.config.rootpath).replace(os.sep, "/"))

    @pytest.hookimpl(wrapper=True)
    def pytest_pycollect_makeitem(self, obj: object) -> Generator[None, Any, Any]:
        """Remember each generated test, before the command line narrows them down."""
        made = yield
        operation = operation_of(obj)
        if operation is not None:
            self._collected.update((item.nodeid, operation) for item in made or ())
        return made

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Judge when all tests have run: pytest itself then makes exit code 1 of a further failure."""
        output = getattr(self.config, "workeroutput", None)
        if output is not None:
            try:
                return (yield)
            finally:
                output[NAME] = {"collected": self._collected, "looked_through": sorted(self._looked_through)}
        outcome = yield
        if not self._only_planned:
            self._judge()
            session.testsfailed += bool(self.problems)
        return outcome

    # -- where it is judged -------------------------------------------------------------------------------------------

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a worker of xdist has collected."""
        output = getattr(node, "workeroutput", {}).get(NAME)
        if output:
            self._collected |= output["collected"]
            self._looked_through |= set(output["looked_through"])

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the result that a report brings; of several runs of a test the last one counts."""
        result = getattr(report, "ominigate", None)
        if result is None:
            if report.skipped:
                self._skipped.add(report.nodeid)
        elif report.passed and not self._shows_timelines:
            self._results.add_in_brief(report.nodeid, result)
            del report.ominigate  # pytest keeps the report to the end of the session
        else:
            self._results.add(report.nodeid, result)

    @property
    def options(self) -> Options:
        """What the user has chosen, read when it is needed."""
        from .chosen import of

        return of(self.config)

    @property
    def _shows_timelines(self) -> bool:
        """Whether the course of a test that passed may still be asked for."""
        return not self.generating or hasattr(self.config, "workeroutput") or bool(self.options.reports)

    @property
    def _only_planned(self) -> bool:
        return any(self.config.getoption(name, False) for name in ("collectonly", "setupplan", "setuponly"))

    @property
    def _has_news(self) -> bool:
        return self.generating or bool(self._results or self.problems)

    @property
    def _generated(self) -> list[Result]:
        from .reports.message import MARKED

        return [result for result in self._results.all() if result["scenario"] != MARKED]

    def _judge(self) -> None:
        if self.generating:
            self.problems += self._too_little()
            self._judge_baseline()
            self._judge_waivers()
        if given(self.config, "ominigate_cassettes"):
            self._judge_cassettes()

    def _too_little(self) -> Iterator[str]:
        verdicts = [result["verdict"] for result in self._generated]
        conclusive = len(verdicts) - verdicts.count("inconclusive")
        if not conclusive:
            yield self._why_none()
        least = self.options.min_checks
        if least is not None and conclusive < least:
            yield f"{conclusive} of at least {least} scenarios came to a verdict (--ominigate-min-checks={least})"
        wanted = self.options.fail_under
        passed, total = verdicts.count("pass"), len(self._collected)
        percent = 100 * passed / total if total else 0.0
        if wanted is not None and percent < wanted:
            yield f"{passed} of {total} scenarios passed, {percent:.2f}% (--ominigate-fail-under={wanted:g})"

    def _why_none(self) -> str:
        if not self._collected:
            from .discovery import FIXTURES

            names = ", ".join(FIXTURES)
            return f"no scenario ran: no conftest.py in the folders that were collected binds any of {names}"
        results = self._generated
        if results:
            return f"no scenario came to a verdict: {len(results)} inconclusive of {len(self._collected)}"
        return f"no scenario ran: all {len(self._collected)} were deselected or skipped"

    def _judge_baseline(self) -> None:
        from . import baseline

        orphans = baseline.orphans(self.config, collected=self._collected, looked_through=self._looked_through)
        if self.options.baseline_update:
            kept = baseline.update(self.config, self._generated, orphans)
            self.notes.append(f"baseline rewritten: {self._shown(self.options.baseline)}, {_entries(len(kept))}")
        elif orphans:
            listed = "".join(f"\n  {entry}" for entry in orphans)
            self.problems.append(f"baseline: no test has the name of {_entries(len(orphans))}; drop or mend:{listed}")

    def _judge_waivers(self) -> None:
        from .waivers import unused

        whole = all(nodeid in self._results for nodeid in self._collected)
        waivers = unused(self.options.waivers, self._generated, whole=whole)
        self.notes += [f"waiver without effect in this run: {waiver}" for waiver in waivers]

    def _judge_cassettes(self) -> None:
        from .cassettes import audit

        if self.options.cassettes is not None:
            self.problems += audit(self.options.cassettes, root=self.config.rootpath)

    # -- telling ------------------------------------------------------------------------------------------------------

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the reports."""
        if hasattr(self.config, "workeroutput") or self._only_planned or not self._has_news:
            return
        for wish in self.options.reports:
            if wish.path is not None:
                self._write(wish, wish.path, session)

    def _write(self, wish: ReportWish, path: Path, session: pytest.Session) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self._render(wish), "utf-8", newline="\n")
        except OSError as error:
            self.problems.append(f"the {wish.format} report cannot be written: {error}")
            session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED
        else:
            self.notes.append(f"{wish.format} report: {self._shown(path)}")

    def _render(self, wish: ReportWish) -> str:
        from .reports.formats import FORMATS

        return FORMATS[wish.format].render(self._report())

    def _report(self) -> SessionReport:
        from importlib.metadata import version

        from .reports.model import SessionReport

        return SessionReport.of(
            self._results.all(),
            not_run=self._not_run(),
            documented=self._documented(),
            plugin=version("pytest-ominigate"),
        )

    def _documented(self) -> tuple[str, ...]:
        from .catalogue import load

        return load().codes if self.generating else ()

    def _not_run(self) -> list[NotRun]:
        if not self.generating:
            return []
        from .collection import scenarios
        from .reports.model import NotRun

        left = {nodeid: operation for nodeid, operation in self._collected.items() if nodeid not in self._results}
        skipped = [operation for nodeid, operation in left.items() if nodeid in self._skipped]
        deselected = [operation for nodeid, operation in left.items() if nodeid not in self._skipped]
        bare = [scenario.operation for scenario in scenarios() if scenario.operation not in self._collected.values()]
        return [
            NotRun(operation=operation, count=operations.count(operation), reason=reason)
            for reason, operations in (("no fixture", bare), ("deselected", deselected), ("skipped", skipped))
            for operation in dict.fromkeys(operations)
        ]

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """The matrix, the notes, and why the session fails as a whole."""
        if self._only_planned or not self._has_news:
            return
        from .reports.terminal import MARKUP, matrix

        writer = self.config.get_terminal_writer()
        terminalreporter.section("ominigate")
        lines = matrix(
            self._results.all(), not_run=self._not_run(), width=writer.fullwidth, documented=self._documented()
        )
        for line in lines:
            for span in line:
                writer.write(span.text, **MARKUP[span.style])
            writer.line()
        for note in self.notes:
            writer.line(note)
        for problem in self.problems:
            writer.line(f"gate failed: {problem}", red=True, bold=True)
        for wish in self.options.reports:
            if wish.path is None:
                writer.line(self._render(wish))

    def _shown(self, path: Path | None) -> str:
        return os.path.relpath(path or "", self.config.invocation_params.dir).replace(os.sep, "/")


def _entries(number: int) -> str:
    return f"{number} {'entry' if number == 1 else 'entries'}"
