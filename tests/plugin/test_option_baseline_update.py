"""``--ominigate-baseline-update=prune|all`` rewrites the baseline, though never under CI."""

from __future__ import annotations

import pytest

from .conftest import REST, Project

ITEM = "conftest.py::ominigate::chat[{}]"
HEAD = "# ours, see issue 1\n# second line\n"
WORKERS = pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["alone", "xdist"])


def entry(rule: str, name: str = "healthy", reason: str = "issue 12") -> str:
    return f"{rule} {ITEM.format(name)}  # {reason}\n"


def ask(project: Project, update: str, *arguments: str) -> pytest.RunResult:
    return project.ask("--ominigate-baseline=known.txt", f"--ominigate-baseline-update={update}", *arguments)


@WORKERS
def test_prune_drops_what_no_longer_holds_and_keeps_the_rest(project: Project, workers: tuple[str, ...]) -> None:
    kept = entry("early-retry") + entry("flat-backoff", "html_502", "not looked at")
    project.client("fail early-retry")
    project.write({"known.txt": HEAD + entry("flat-backoff") + kept + entry("early-retry", "gone")})

    result = ask(project, "prune", *workers)

    assert result.ret == pytest.ExitCode.OK
    assert (project.path / "known.txt").read_text() == HEAD + kept
    result.stdout.fnmatch_lines(["baseline rewritten: known.txt, 2 entries"])


def test_prune_takes_nothing_in(project: Project) -> None:
    project.client("fail early-retry").write({"known.txt": HEAD})

    result = ask(project, "prune")

    result.assert_outcomes(failed=1, deselected=REST)
    assert (project.path / "known.txt").read_text() == HEAD


def test_all_takes_in_what_fails_now(project: Project) -> None:
    project.client("fail flat-backoff early-retry").write({"known.txt": HEAD + entry("flat-backoff")})

    result = ask(project, "all")

    assert result.ret == pytest.ExitCode.OK
    expected = HEAD + entry("early-retry", reason="no reason given yet") + entry("flat-backoff")
    assert (project.path / "known.txt").read_text() == expected
    assert ask(project, "all").ret == pytest.ExitCode.OK
    assert project.ask("--ominigate-baseline=known.txt").ret == pytest.ExitCode.OK


def test_all_makes_the_file(project: Project) -> None:
    project.client("fail early-retry")

    result = ask(project, "all")

    head = "# Known failures of pytest-ominigate, one a line: RULE NODEID  # REASON\n"
    assert (project.path / "known.txt").read_text() == head + entry("early-retry", reason="no reason given yet")
    result.stdout.fnmatch_lines(["baseline rewritten: known.txt, 1 entry"])


def test_all_does_not_take_in_what_has_no_rule(project: Project) -> None:
    project.write({"conftest.py": "import pytest\n@pytest.fixture\ndef ominigate_chat(ominigate): return 1"})

    ask(project, "all").assert_outcomes(failed=1, deselected=REST)


def test_collecting_only_rewrites_nothing(project: Project) -> None:
    project.client().write({"known.txt": HEAD + entry("early-retry")})

    ask(project, "prune", "--collect-only")

    assert (project.path / "known.txt").read_text() == HEAD + entry("early-retry")


def test_it_is_refused_under_ci(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    project.client().write({"known.txt": HEAD})

    result = ask(project, "prune")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --ominigate-baseline-update: refused, because CI is set: *"])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ("--ominigate-errors", "--ominigate-baseline=known.txt", "--ominigate-baseline-update=prun"),
            "--ominigate-baseline-update: no choice 'prun'. Did you mean 'prune'? Known: prune, all",
        ),
        (
            ("--ominigate-errors", "--ominigate-baseline-update=all"),
            "--ominigate-baseline-update needs --ominigate-baseline=FILE",
        ),
        (("--ominigate-baseline-update=all",), "--ominigate-baseline-update needs --ominigate-errors"),
    ],
)
def test_a_misuse_is_a_usage_error(project: Project, arguments: tuple[str, ...], told: str) -> None:
    result = project.client().write({"known.txt": HEAD}).run(*arguments)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {told}"])
