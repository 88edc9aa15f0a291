"""``--ominigate-baseline=FILE``: known failures do not fail the run; entries that no longer hold do."""

from __future__ import annotations

import pytest

from .conftest import REST, Project

HEALTHY = "conftest.py::ominigate::chat[healthy]"
KNOWN = f"early-retry {HEALTHY}  # issue 12"
WORKERS = pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["alone", "xdist"])


def ask(project: Project, *arguments: str) -> pytest.RunResult:
    return project.ask("--ominigate-baseline=known.txt", *arguments)


@WORKERS
def test_a_known_failure_does_not_fail_the_run(project: Project, workers: tuple[str, ...]) -> None:
    project.client("fail early-retry").write({"known.txt": KNOWN})

    result = ask(project, "-rx", *workers)

    result.assert_outcomes(xfailed=1, deselected=0 if workers else REST)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines([f"XFAIL {HEALTHY} - early-retry: issue 12".replace("[", "[[]")])


def test_a_new_failure_beside_a_known_one_fails(project: Project) -> None:
    project.client("fail early-retry flat-backoff").write({"known.txt": KNOWN})

    result = ask(project)

    result.assert_outcomes(failed=1, deselected=REST)
    result.stdout.fnmatch_lines(["the client broke 2 MUST on chat*"])


def test_a_known_failure_that_is_gone_fails(project: Project) -> None:
    project.client("pass").write({"known.txt": KNOWN})

    result = ask(project)

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["the baseline says that this breaks early-retry, but it does not: drop the entry, *"])


def test_an_inconclusive_run_neither_confirms_nor_refutes(project: Project) -> None:
    project.client("inconclusive the clock was blind").write({"known.txt": KNOWN})

    assert ask(project).parseoutcomes() == {"inconclusive": 1, "deselected": REST}


def test_an_error_of_the_fixture_is_no_known_failure(project: Project) -> None:
    conftest = "import pytest\n@pytest.fixture\ndef ominigate_chat(ominigate): raise ValueError"
    project.write({"conftest.py": conftest, "known.txt": KNOWN})

    ask(project).assert_outcomes(errors=1, deselected=REST)


@WORKERS
def test_an_entry_that_names_no_test_fails(project: Project, workers: tuple[str, ...]) -> None:
    stale = "early-retry conftest.py::ominigate::chat[gone]  # issue 1"
    moved = "early-retry old/conftest.py::ominigate::chat[healthy]  # issue 2"
    project.client("fail early-retry").write({"known.txt": f"{KNOWN}\n{stale}\n{moved}"})

    result = ask(project, *workers)

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    lines = ["gate failed: baseline: no test has the name of 2 entries; drop or mend:", f"  {stale}", f"  {moved}"]
    result.stdout.fnmatch_lines([line.replace("[", "[[]") for line in lines])


def test_an_entry_of_a_folder_that_was_not_collected_is_left_alone(project: Project) -> None:
    project.client("pass", path="a/conftest.py").client("fail early-retry", path="b/conftest.py")
    project.write({"known.txt": f"early-retry b/{HEALTHY}  # issue 12"})

    assert ask(project, "a").ret == pytest.ExitCode.OK


def test_an_entry_that_was_deselected_is_left_alone(project: Project) -> None:
    other = "early-retry conftest.py::ominigate::chat[empty_500]  # issue 13"
    project.client("fail early-retry").write({"known.txt": f"{KNOWN}\n{other}"})

    assert ask(project).ret == pytest.ExitCode.OK
    assert ask(project, HEALTHY).ret == pytest.ExitCode.OK


def test_a_strict_run_knows_broken_shoulds_too(project: Project) -> None:
    project.client("should odd-backoff").write({"known.txt": f"odd-backoff {HEALTHY}  # fine for us"})

    ask(project, "--ominigate-strict").assert_outcomes(xfailed=1, deselected=REST)


def test_it_may_stand_in_the_ini_file_relative_to_the_root(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.client("fail early-retry").write({"known.txt": KNOWN, "sub/x.txt": ""})
    project.ini("ominigate_baseline = known.txt")
    monkeypatch.chdir(project.path / "sub")

    project.run("--ominigate-errors", "..", "-k", "healthy").assert_outcomes(xfailed=1, deselected=REST)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("early-retry", "known.txt:1: write RULE NODEID  # REASON, not 'early-retry'"),
        (f"\n# comment\nearly-retry {HEALTHY}", "known.txt:3: write RULE NODEID  # REASON, not 'early-retry *'"),
        (f"early-retry {HEALTHY}  #", "known.txt:1: a known failure needs a reason after the #"),
        (f"early-rety {HEALTHY}  # x", "known.txt:1: no rule 'early-rety'. Did you mean 'early-retry'? Known: *"),
    ],
)
def test_a_line_that_is_no_entry_is_refused(project: Project, text: str, told: str) -> None:
    result = ask(project.client().write({"known.txt": text}))

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: --ominigate-baseline: {told}".replace("[", "[[]")])


def test_a_missing_file_is_refused(project: Project) -> None:
    result = ask(project.client())

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*no file *known.txt; make one with --ominigate-baseline-update=all"])


def test_without_the_gate_it_is_a_usage_error(project: Project) -> None:
    assert project.run("--ominigate-baseline=known.txt").ret == pytest.ExitCode.USAGE_ERROR


def test_reasons_may_hold_anything(project: Project) -> None:
    project.client("fail early-retry").write({"known.txt": f"early-retry {HEALTHY}  # issue #12, see  # there"})

    ask(project, "-rx").stdout.fnmatch_lines(["XFAIL *early-retry: issue #12, see  # there"])
