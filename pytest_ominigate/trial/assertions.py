"""Whether an ``assert`` that failed stands in the test suite or in the client."""

from __future__ import annotations

import re
from pathlib import Path

_REWRITTEN = "@pytest_ar"
"""The name that pytest gives its own module in each one whose assertions it has rewritten: tests and conftest files."""
_TESTS = re.compile(r"conftest\.py|test_.*\.py|.*_test\.py")


def is_of_the_suite(exc: object) -> bool:
    """Whether *exc* is an assertion that failed in a test or a conftest file."""
    if type(exc) is not AssertionError or exc.__traceback__ is None:
        return False
    step = exc.__traceback__
    while step.tb_next is not None:
        step = step.tb_next
    frame = step.tb_frame
    return _REWRITTEN in frame.f_globals or _TESTS.fullmatch(Path(frame.f_code.co_filename).name) is not None
