"""The Markdown summary."""

from __future__ import annotations

import pytest

from pytest_ominigate.reports.markdown import render, title
from pytest_ominigate.reports.message import failure_message, inconclusive_message
from pytest_ominigate.reports.model import SessionReport
from pytest_ominigate.reports.shape import Result

from .samples import doubtful, end, healthy, impatient, request, result, session, shown

SUMMARY = f"""\
## OminiGate: 1 of 5 scenarios failed

5 scenarios: 3 passed, 1 failed, 1 inconclusive; 1 MUST and 1 SHOULD duties broken; \
not run: 120 (image, video: no fixture).

Documented errors met: 2 of 3; not met: not_found.

| | chat | messages |
|---|:-:|:-:|
| healthy | pass 1/1 | pass 1/1 |
| 429 rate\\_limited | **FAIL** 1/1 | should 1/1 |
| 500 internal\\_error | ? 1/1 |  |

**FAIL**: a duty is broken, ?: no verdict, should: passed, with advice, pass: passed; blank: not run. \
3/9: three of nine scenarios.

| level | broken duty | scenarios |
|---|---|--:|
| MUST | early-retry | 1 |
| SHOULD | lost-request-id | 2 |

### Failing scenarios

<details><summary><code>chat[rate_limited-retry_after_seconds]</code>: early-retry, lost-request-id</summary>

```text
{failure_message(impatient())}
```

</details>

### Scenarios without a verdict

<details><summary><code>chat[internal_error-recovers]</code></summary>

```text
{inconclusive_message(doubtful())}
```

</details>
"""


def test_the_summary_has_its_exact_text() -> None:
    assert render(session()) == SUMMARY


@pytest.mark.parametrize(
    ("results", "text"),
    [
        ([], "OminiGate: nothing was judged"),
        ([healthy()], "OminiGate: 1 scenario passed"),
        ([doubtful()], "OminiGate: no verdict on any of 1 scenario"),
        ([healthy(), doubtful()], "OminiGate: no failure, but 1 scenario without a verdict"),
        ([healthy(), doubtful(), impatient()], "OminiGate: 1 of 3 scenarios failed"),
    ],
)
def test_the_title_promises_no_more_than_was_seen(results: list[Result], text: str) -> None:
    assert title(SessionReport.of(results)) == text


def test_what_does_not_fit_is_counted() -> None:
    failures = [
        result(f"persists_{number:03}", "fail", violations=[shown("early-retry")], timeline=[request(1, 0.0)])
        for number in range(100)
    ]
    whole = render(SessionReport.of([*failures, doubtful()]))
    limit = len(whole) // 2
    cut = render(SessionReport.of([*failures, doubtful()]), limit=limit)
    assert limit - 1000 < len(cut.encode()) <= limit
    left = 100 - cut.count("early-retry</summary>")
    assert 0 < left < 100
    assert f"\n{left} more scenarios left out to keep this summary short.\n" in cut
    assert cut.endswith("\n1 more scenario left out to keep this summary short.\n")


def test_no_text_of_a_client_can_leave_its_fence_or_its_cell() -> None:
    hostile = result(
        "recovers",
        "fail",
        operation="a|b<script>",
        violations=[shown("early-retry")],
        timeline=[end(0.0, "returned '````\n</details>'")],
    )
    text = render(SessionReport.of([hostile]))
    assert "| | a\\|b\\<script\\> |" in text
    assert "<code>a|b&lt;script&gt;[rate_limited-recovers]</code>" in text
    assert "\n`````text\n" in text
    assert "\n</details>'" not in text
