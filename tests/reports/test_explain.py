"""Rules and errors in prose."""

from __future__ import annotations

import pytest

from pytest_ominigate.catalogue import Advice, Backoff, Catalogue, Citation, Duty, ErrorEntry, Limits, load
from pytest_ominigate.reports.explain import UnknownNameError, explain, listing
from pytest_ominigate.rules import RULES
from pytest_ominigate.rules.base import Level, Rule

RULE_PROSE = """
## Why it matters
One reason,
and another.

## Instead
- Do better
  or more.
- Rest.

    sleep(1)
    call()
"""


def rule(name: str, level: Level = Level.MUST) -> Rule:
    return Rule(
        name=name,
        level=level,
        section="rate_limit_error",
        duty=f"The duty of {name}.",
        remedy=f"The remedy of {name}.",
        text=RULE_PROSE,
        check=lambda case, catalogue: (),
    )


SAMPLE_RULES = (rule("early-retry"), rule("no-backoff"), rule("lost-code", Level.SHOULD))
GENERAL = {name.name: Citation(section="General", duty=f"In general: {name.name}.") for name in SAMPLE_RULES}
SLOW = ErrorEntry(
    code="slow_down",
    type="rate_limit_error",
    statuses=(429, 503),
    message="Slow down.",
    duty=Duty.BACKOFF,
    min_requests=2,
    advised_requests=3,
    max_requests=5,
    operations=("chat", "image"),
    citations={
        **GENERAL,
        "duty": Citation(section="slow_down / How to handle", duty="Come back later."),
        "early-retry": Citation(section="slow_down / How to handle", duty="Wait as told."),
    },
    handling=(
        Advice(section="slow_down / How to handle", text="Wait.", judged_by=("no-backoff",)),
        Advice(section="slow_down / How to handle", text="Ask for more.", unjudged="changing the account"),
    ),
    backoff=Backoff(initial=1.0, factor=2.0, maximum=30.0),
    honours_retry_after=True,
)
BROKE = ErrorEntry(
    code="broke",
    type="billing_error",
    statuses=(402,),
    message="No money.",
    duty=Duty.UNTIL_RESET,
    min_requests=1,
    advised_requests=1,
    max_requests=1,
    operations=("chat",),
    citations={**GENERAL, "duty": Citation(section="broke", duty="Stop.")},
    param="amount",
    metadata=("limit", "used"),
    reset="daily",
    cap_scope="key",
    request_id_required=True,
)
SAMPLE = Catalogue(version="1", entries=(SLOW, BROKE), families=(), limits=Limits(values={}), citations=GENERAL)

SLOW_TEXT = """\
slow_down (rate_limit_error)

status      429 or 503
message     Slow down.
arises on   chat, image
duty        backoff: send it again after exponential backoff, a few times
requests    2 to 5 in all (3 or more advised)
waits       1 s, growing by a factor of 2 to 30 s, with jitter; never shorter than Retry-After
request id  X-Request-Id SHOULD reach the caller or a log
in short    Come back later. [slow_down / How to handle]

judged by (with the level of the plain offence)
  MUST    early-retry  Wait as told.
  MUST    no-backoff   In general: no-backoff.

as on any error  lost-code

what the page advises besides, and no timeline shows
  - Ask for more. (changing the account)"""

BROKE_TEXT = """\
broke (billing_error)

status      402
message     No money.
arises on   chat
duty        until_reset: do not send it again with the same key before the cap is lifted
requests    1 in all
param       amount
also has    limit, used
cap         of one key, lifted by itself (daily)
request id  X-Request-Id MUST reach the caller or a log
in short    Stop. [broke]

as on any error  lost-code"""

RULE_TEXT = """\
early-retry (MUST)

duty        The duty of early-retry. [rate_limit_error]
next        The remedy of early-retry.
errors      slow_down

Why it matters
One reason, and another.

Instead
- Do better or more.
- Rest.

    sleep(1)
    call()

what the page says of each error
  - Wait as told. (slow_down)"""

LISTING = """\
3 scenarios
  chat (2)
    healthy
    rate_limited-recovers
  image (1)
    healthy

2 rules
  MUST    early-retry  The duty of early-retry.
  SHOULD  lost-code    The duty of lost-code.

In prose: pytest --ominigate-explain NAME (a rule or a code)"""


@pytest.mark.parametrize(
    ("name", "text"), [("slow_down", SLOW_TEXT), ("broke", BROKE_TEXT), ("early-retry", RULE_TEXT)]
)
def test_an_explanation_has_its_exact_text(name: str, text: str) -> None:
    assert explain(name, catalogue=SAMPLE, rules=SAMPLE_RULES) == text


def test_an_unknown_name_is_answered_with_the_nearest_and_with_all() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'early-retry'") as caught:
        explain("erly-retry", catalogue=SAMPLE, rules=SAMPLE_RULES)
    assert str(caught.value) == (
        "no rule or documented error 'erly-retry'. Did you mean 'early-retry'? "
        "Known: early-retry, no-backoff, lost-code, slow_down, broke"
    )


def test_the_listing_names_all_scenarios_and_rules() -> None:
    scenarios = {"chat": ("healthy", "rate_limited-recovers"), "image": ("healthy",)}
    assert listing(scenarios, rules=(SAMPLE_RULES[0], SAMPLE_RULES[2])) == LISTING


@pytest.mark.parametrize("name", [*(found.name for found in RULES), *(entry.code for entry in load())])
def test_everything_there_is_can_be_explained(name: str) -> None:
    text = explain(name)
    assert text.startswith(f"{name} (")
    assert all(len(line) <= 100 for line in text.splitlines())


def test_each_error_is_judged_by_some_rule() -> None:
    assert [entry.code for entry in load() if "\njudged by " not in explain(entry.code)] == []
