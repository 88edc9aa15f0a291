"""The house: who may know whom, how long a file may be, and what loading the plugin costs."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

SPEC = find_spec("pytest_ominigate")
assert SPEC is not None
assert SPEC.origin is not None
PACKAGE = Path(SPEC.origin).parent

LADDER = [
    {"catalogue"},
    {"timeline"},
    {"clock"},
    {"rules", "gateway"},
    {"transports"},
    {"reports"},
    {"trial"},
]
"""From the bottom up; each may import what lies below it. Two on one step are strangers."""
STRANGERS = {
    ("reports", "gateway"),
    ("reports", "transports"),
    ("reports", "clock"),
    ("rules", "clock"),
    ("transports", "rules"),
}
PYTEST_LAYER = len(LADDER)
LONGEST = 320
FORBIDDEN_NAMES = {"core", "utils", "helpers", "common"}


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "schemas" not in path.parts)


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def step_of(part: str) -> int:
    return next((number for number, parts in enumerate(LADDER) if part in parts), PYTEST_LAYER)


def imported_parts(path: Path) -> Iterator[str]:
    """The parts of the package that a module imports, also inside functions."""
    depth = len(path.relative_to(PACKAGE).parts)
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == depth:
            yield from [node.module.split(".")[0]] if node.module else [alias.name for alias in node.names]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
class TestModule:
    def test_imports_only_what_lies_below_it(self, path: Path) -> None:
        own = part_of(path)

        above = [
            other
            for other in imported_parts(path)
            if other != own
            and step_of(own) < PYTEST_LAYER
            and (step_of(other) >= step_of(own) or (own, other) in STRANGERS)
        ]

        assert above == []

    def test_imports_its_own_package_relatively(self, path: Path) -> None:
        names = [
            name
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            for name in (
                [node.module or ""]
                if isinstance(node, ast.ImportFrom) and not node.level
                else [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else []
            )
        ]

        assert [name for name in names if name.partition(".")[0] == "pytest_ominigate"] == []

    def test_can_be_held_in_the_head(self, path: Path) -> None:
        assert len(path.read_text("utf-8").splitlines()) <= LONGEST

    def test_has_a_name_that_says_what_belongs_in_it(self, path: Path) -> None:
        assert path.stem not in FORBIDDEN_NAMES

    def test_says_what_it_is_for(self, path: Path) -> None:
        assert ast.get_docstring(ast.parse(path.read_text("utf-8")))


@pytest.mark.parametrize(
    "path", [path for path in modules() if part_of(path) == "rules"], ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_a_rule_holds_no_status_number(path: Path) -> None:
    numbers = {
        node.value
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, int) and not isinstance(node.value, bool)
    }

    assert [number for number in numbers if 400 <= number < 600] == []


def test_the_unused_plugin_loads_nothing_but_pytest_and_the_standard_library() -> None:
    code = (
        "import sys, pytest\n"
        "before = set(sys.modules)\n"
        "import pytest_ominigate.plugin\n"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(new - set(sys.stdlib_module_names)))\n"
        "print(sorted(name for name in sys.modules if name.startswith('pytest_ominigate.')))\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    packages, own = done.stdout.splitlines()
    assert packages == "['pytest_ominigate']"
    assert len(ast.literal_eval(own)) <= 4, own


def test_the_unused_plugin_leaves_the_clock_alone(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys, time

        def test_the_real_functions_are_there():
            assert type(time.sleep).__name__ == "builtin_function_or_method"
            assert "pytest_ominigate.clock" not in sys.modules and "jsonschema" not in sys.modules
        """
    )

    pytester.runpytest_subprocess("-p", "no:randomly", "-p", "no:recording").assert_outcomes(passed=1)
