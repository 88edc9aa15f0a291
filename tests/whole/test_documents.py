"""What the README and the docs show is run: commands, examples, the failing message, the generated pages."""

from __future__ import annotations

import re
import runpy
import shlex
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text("utf-8")
MYAPP = '''
from openai import OpenAI

from careful import Assistant as Careful


class Assistant(Careful):
    """The application of the README."""
'''


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def copied(pytester: pytest.Pytester, name: str) -> None:
    shutil.copytree(ROOT / "examples" / name, pytester.path, dirs_exist_ok=True)


def test_the_first_block_holds_the_two_commands() -> None:
    first = re.search(r"^```\w*\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)

    assert first is not None
    install_and_judge, install_and_test = first[1].splitlines()
    assert install_and_judge.endswith("python3 -m pytest --ominigate-errors examples/stock_openai")
    assert " && python3 -m pytest" in install_and_test


@pytest.mark.parametrize(
    ("example", "code", "said"),
    [
        ("stock_openai", 1, "*190 scenarios: 175 passed, 15 failed; 4 MUST duties broken; not run: 560*"),
        ("code_aware", 0, "*190 scenarios: 190 passed; no duty broken; not run: 560*"),
    ],
)
def test_the_examples_get_their_verdicts(pytester: pytest.Pytester, example: str, code: int, said: str) -> None:
    copied(pytester, example)

    result = pytester.runpytest_subprocess("--ominigate-errors", "-p", "no:cacheprovider", "-n", "2")

    assert result.ret == code
    result.stdout.fnmatch_lines([said])


def test_the_message_that_the_readme_shows_is_the_message(pytester: pytest.Pytester) -> None:
    copied(pytester, "stock_openai")
    shown = re.search(r"<!-- message -->\n```text\n(.*?)```\n<!-- end -->", README, re.DOTALL)
    assert shown is not None

    result = pytester.runpytest_subprocess(
        "--ominigate-errors", "conftest.py::ominigate::chat[key_daily_limit-persists]", "-p", "no:cacheprovider"
    )

    text = re.sub(r"_base_client\.py:\d+", "_base_client.py:NNN", result.stdout.str())
    assert re.sub(r"_base_client\.py:\d+", "_base_client.py:NNN", shown[1]).strip() in text


def test_the_ten_lines_and_the_tests_by_hand_work(pytester: pytest.Pytester) -> None:
    copied(pytester, "code_aware")
    pytester.makepyfile(myapp=MYAPP)
    conftest, by_hand = blocks("python")
    pytester.path.joinpath("conftest.py").write_text(conftest, "utf-8")
    pytester.makepyfile(test_by_hand=by_hand)

    result = pytester.runpytest_subprocess("--ominigate-errors", "-p", "no:cacheprovider", "-k", "test_ or healthy")

    result.assert_outcomes(passed=1 + 2 + 3)


def test_the_ci_command_of_the_readme_is_understood(pytester: pytest.Pytester) -> None:
    copied(pytester, "code_aware")
    (command,) = [block for block in blocks("sh") if "--ominigate-report=github" in block]

    result = pytester.runpytest_subprocess(*shlex.split(command)[1:], "-p", "no:cacheprovider", "-k", "healthy")

    assert result.ret == 0
    assert pytester.path.joinpath("ominigate.json").exists()


def test_the_pages_of_rules_and_codes_are_those_of_the_rules_and_the_catalogue() -> None:
    written = runpy.run_path(str(ROOT / "docs" / "generate.py"))["pages"]()

    on_disk = {
        f"{folder}/{path.name}": path.read_text("utf-8")
        for folder in ("rules", "codes")
        for path in (ROOT / "docs" / folder).glob("*.md")
    }
    assert on_disk == written, "run: python3 docs/generate.py"
