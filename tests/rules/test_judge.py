"""From findings to a verdict."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pytest_ominigate.rules import RULES, Level, Rule, Violation
from pytest_ominigate.rules.base import Inconclusive
from pytest_ominigate.rules.judge import judge
from pytest_ominigate.timeline import Case

from .timelines import CATALOGUE, OK, ONE, THREE, TWO, backing_off, call, error, raised, returned, several, step, trial
from .timelines import case as make_case

KEY = error("invalid_api_key")
FAILED = error("upstream_failed")
DOUBT = "a wait of 0.2 s escaped the clock"
EARLY = call((0, error("rate_limited", after=20)), (1, OK))
HIDDEN = call((0, KEY), ending=raised("HTTP 401 [req_1]"))


def rules(*names: str) -> tuple[Rule, ...]:
    return tuple(rule for rule in RULES if rule.name in names)


def doubted(what: Case) -> Case:
    return replace(what, trials=tuple(replace(each, doubts=(DOUBT,)) for each in what.trials))


class TestVerdict:
    def test_a_client_that_obeys_passes(self) -> None:
        judgement = judge(call((0, FAILED), (1, FAILED), (3, OK)), CATALOGUE)

        assert (judgement.verdict, judgement.violations, judgement.inconclusive) == ("pass", (), ())

    def test_a_broken_must_fails(self) -> None:
        assert judge(call((0, KEY), (1, KEY)), CATALOGUE).verdict == "fail"

    def test_a_broken_should_is_told_and_passes(self) -> None:
        judgement = judge(HIDDEN, CATALOGUE)

        assert judgement.verdict == "pass"
        assert [(each.rule, each.level) for each in judgement.violations] == [("lost-code", Level.SHOULD)]

    def test_under_strict_it_fails(self) -> None:
        assert judge(HIDDEN, CATALOGUE, strict=True).verdict == "fail"

    def test_a_rule_that_cannot_tell_makes_it_inconclusive(self) -> None:
        what = call((0, error("key_daily_limit")), (1, OK))

        assert judge(what, CATALOGUE).verdict == "inconclusive"

    def test_a_rule_that_was_not_chosen_has_no_say(self) -> None:
        what = call((0, error("key_daily_limit")), (1, OK))

        assert judge(what, CATALOGUE, rules=rules("early-retry")).verdict == "pass"
        assert judge(call((0, KEY), (1, KEY)), CATALOGUE, rules=rules("early-retry")).violations == ()

    def test_no_rules_find_nothing(self) -> None:
        assert judge(call((0, KEY), (1, KEY)), CATALOGUE, rules=()).verdict == "pass"

    def test_a_rule_of_ones_own_is_asked_too(self) -> None:
        def check(_case: Case, _catalogue: object) -> list[Violation]:
            return [Violation(rule="too-loud", level=Level.MUST, expected="silence", observed="noise")]

        loud = Rule(name="too-loud", level=Level.MUST, section="", duty="", remedy="", text="", check=check)

        assert judge(call((0, OK)), CATALOGUE, rules=(loud,)).verdict == "fail"


class TestSeveralCallers:
    """Whose a request was may be unknown; then the retries of all of them look like those of one."""

    @staticmethod
    def mixed_up(*, unclaimed: bool, endings: int = 2) -> Case:
        often = [(float(second), error("rate_limited")) for second in range(15)]
        what = call(*often, (15.0, OK), code="rate_limited", ending=[returned()] * endings)
        return replace(what, trials=tuple(replace(each, unclaimed=unclaimed) for each in what.trials))

    def test_one_caller_is_accused(self) -> None:
        assert judge(self.mixed_up(unclaimed=False, endings=1), CATALOGUE).verdict == "fail"

    @pytest.mark.parametrize(
        ("unclaimed", "reason"),
        [
            pytest.param(
                True,
                "it was not seen which of the 2 callers sent each request: nobody sees that on real time, nor of "
                "threads of the client's own, other processes and libraries in C",
                id="nobody claims the requests",
            ),
            pytest.param(
                False,
                "1 of the 2 callers sent nothing, so others may have sent for them, and it is not known whose requests "
                "these were",
                id="a caller sent nothing",
            ),
        ],
    )
    def test_nobody_is_accused(self, unclaimed: bool, reason: str) -> None:
        judgement = judge(self.mixed_up(unclaimed=unclaimed), CATALOGUE, rules=rules("too-many-attempts"))

        assert (judgement.verdict, judgement.violations) == ("inconclusive", ())
        assert judgement.inconclusive == (Inconclusive(rule="too-many-attempts", reason=reason),)

    def test_they_pass_where_even_the_requests_of_all_together_are_fine(self) -> None:
        what = call((0, FAILED), (1, FAILED), (3, OK), ending=[returned()] * 2)
        unclaimed = replace(what, trials=tuple(replace(each, unclaimed=True) for each in what.trials))

        assert judge(what, CATALOGUE).verdict == judge(unclaimed, CATALOGUE).verdict == "pass"

    def test_they_do_not_where_one_of_them_got_something_else(self) -> None:
        what = call((0, FAILED), (1, FAILED), (3, OK), ending=[returned(), raised("upstream_failed")])
        unclaimed = replace(what, trials=tuple(replace(each, unclaimed=True) for each in what.trials))

        assert judge(what, CATALOGUE).verdict == "pass"
        assert judge(unclaimed, CATALOGUE).verdict == "inconclusive"


class TestSeveralRequestsOfOneCall:
    """One of them is no retry of another, as long as they can be told apart."""

    REASON = (
        "the call makes 2 requests by itself when nothing fails, and they cannot be told from retries: let the "
        "fixture's call ask for one thing"
    )

    @pytest.mark.parametrize(
        ("sent", "asked"),
        [
            pytest.param((ONE, ONE), (ONE, ONE), id="the same twice"),
            pytest.param((ONE, THREE), (ONE, TWO), id="others each time"),
        ],
    )
    def test_nobody_is_accused(self, sent: tuple[Any, Any], asked: tuple[Any, Any]) -> None:
        first, second = sent
        what = call(step(0, KEY, body=first), step(0, OK, body=second), step(0, OK, body=first), code="invalid_api_key")
        judgement = judge(several(what, *asked), CATALOGUE, rules=rules("retried-permanent-error"))

        assert (judgement.verdict, judgement.violations) == ("inconclusive", ())
        assert judgement.inconclusive == (Inconclusive(rule="retried-permanent-error", reason=self.REASON),)

    def test_where_they_can_be_told_apart_all_is_judged(self) -> None:
        sent = step(0, KEY, body=ONE), step(0, OK, body=TWO), step(0, OK, body=ONE)
        judgement = judge(several(call(*sent, code="invalid_api_key"), ONE, TWO), CATALOGUE)

        assert [(each.rule, each.at) for each in judgement.violations] == [("retried-permanent-error", 3)]


class TestEvidence:
    def test_nothing_was_sent(self) -> None:
        judgement = judge(call(), CATALOGUE)

        assert judgement.verdict == "inconclusive"
        assert [each.reason for each in judgement.inconclusive] == ["no request reached the gateway"]

    def test_the_scenarios_error_never_arrived(self) -> None:
        judgement = judge(call((0, OK), code="key_daily_limit"), CATALOGUE)

        assert judgement.verdict == "inconclusive"
        assert "no request met key_daily_limit" in judgement.inconclusive[0].reason

    def test_it_arrived_in_one_trial_at_least(self) -> None:
        what = make_case(trial([(0, OK)]), trial([(0, FAILED), (1, OK)]), code="upstream_failed")

        assert judge(what, CATALOGUE).verdict == "pass"

    def test_a_caller_of_whom_nothing_is_known(self) -> None:
        what = call((0, FAILED), (1, OK), step(0, OK, lane=2), ending=[raised()][:0])

        assert [each.reason for each in judge(what, CATALOGUE).inconclusive] == [
            "it is not known what caller 1 got",
            "it is not known what caller 2 got",
        ]

    def test_a_must_outweighs_missing_evidence(self) -> None:
        what = call((0, KEY), (1, KEY), ending=[])

        assert judge(what, CATALOGUE).verdict == "fail"


class TestDoubts:
    def test_they_silence_what_rests_on_waits(self) -> None:
        judgement = judge(doubted(EARLY), CATALOGUE)

        assert (judgement.verdict, judgement.violations) == ("inconclusive", ())
        assert [each.reason for each in judgement.inconclusive] == [DOUBT]

    @pytest.mark.parametrize("waits", [[0, 0, 0], [1, 1, 1], [10, 20, 40]])
    def test_they_silence_the_shapes(self, waits: list[float]) -> None:
        what = backing_off([waits] * 12)

        assert judge(what, CATALOGUE).violations
        assert judge(doubted(what), CATALOGUE).violations == ()

    def test_one_doubtful_trial_is_enough(self) -> None:
        what = backing_off([[1, 1]] * 12)
        first, *others = what.trials

        assert judge(replace(what, trials=(replace(first, doubts=(DOUBT,)), *others)), CATALOGUE).violations == ()

    def test_they_excuse_nothing_else(self) -> None:
        judgement = judge(doubted(call((0, KEY), (1, KEY))), CATALOGUE)

        assert judgement.verdict == "fail"
        assert [each.rule for each in judgement.violations] == ["retried-permanent-error"]
        assert [each.reason for each in judgement.inconclusive] == [DOUBT]

    def test_nobody_is_accused_of_what_could_not_be_seen(self) -> None:
        (seen,) = HIDDEN.trials
        unseen = replace(seen, endings=tuple(replace(ending, incomplete=True) for ending in seen.endings))
        judgement = judge(replace(HIDDEN, trials=(unseen,)), CATALOGUE)

        assert judge(HIDDEN, CATALOGUE).violations
        assert (judgement.verdict, judgement.violations) == ("inconclusive", ())
        assert [each.reason for each in judgement.inconclusive] == [
            "what a caller got could not be looked at to its end"
        ]

    def test_the_same_doubt_is_told_once(self) -> None:
        judgement = judge(doubted(backing_off([[1, 2]] * 12)), CATALOGUE)

        assert len(judgement.inconclusive) == 1


class TestOrder:
    def test_by_attempt(self) -> None:
        what = call((0, error("rate_limited", after=20)), (1, KEY), (2, KEY), ending=raised("HTTP 401"))

        assert [(each.rule, each.at) for each in judge(what, CATALOGUE).violations] == [
            ("early-retry", 2),
            ("retried-permanent-error", 3),
            ("lost-code", 3),
            ("lost-request-id", 3),
        ]

    def test_by_trial_first(self) -> None:
        what = make_case(trial([(0, FAILED), (1, OK)]), trial([(0, FAILED)], ending=raised("req_1 upstream_failed")))

        assert [(each.trial, each.rule) for each in judge(what, CATALOGUE).violations] == [(1, "gave-up-early")]

    def test_an_offence_of_all_trials_is_told_once(self) -> None:
        what = make_case(*[trial([(0, KEY), (1, KEY)])] * 12)

        assert [(each.trial, each.at) for each in judge(what, CATALOGUE).violations] == [(0, 2)]

    def test_but_once_for_each_error_and_level(self) -> None:
        what = make_case(
            trial([(n, FAILED) for n in range(6)]),
            trial([(n, FAILED) for n in range(9)]),
            trial([(0, KEY), (1, KEY)]),
            trial([(0, error("invalid_request")), (1, OK)]),
        )

        assert [(each.rule, each.level.value, each.trial) for each in judge(what, CATALOGUE).violations] == [
            ("too-many-attempts", "SHOULD", 0),
            ("too-many-attempts", "MUST", 1),
            ("retried-permanent-error", "MUST", 2),
            ("retried-permanent-error", "MUST", 3),
        ]

    def test_every_guilty_caller_of_a_trial_is_told(self) -> None:
        what = call((0, KEY), step(0, KEY, lane=2), (1, KEY), step(1, KEY, lane=2))

        assert [each.at for each in judge(what, CATALOGUE).violations] == [3, 4]


class TestWaivers:
    def test_a_waived_rule_is_not_held_against_the_client(self) -> None:
        judgement = judge(EARLY, CATALOGUE, waive={"early-retry": "the clock of our proxy is slow"})
        (waived,) = judgement.waived

        assert (judgement.verdict, judgement.violations, judgement.unmatched) == ("pass", (), ())
        assert (waived.rule, waived.reason) == ("early-retry", "the clock of our proxy is slow")
        assert [each.at for each in waived.violations] == [2]

    def test_a_waiver_that_nothing_needs_is_told(self) -> None:
        judgement = judge(EARLY, CATALOGUE, waive={"no-backoff": "why not"})

        assert judgement.verdict == "fail"
        assert judgement.unmatched == ("no-backoff",)

    def test_a_waived_rule_leaves_no_question_open(self) -> None:
        what = call((0, error("key_daily_limit")), (1, OK))

        assert judge(what, CATALOGUE, waive={"retried-before-reset": "a fake of our own"}).verdict == "pass"

    def test_under_strict_a_waived_should_passes(self) -> None:
        assert judge(HIDDEN, CATALOGUE, strict=True, waive={"lost-code": "it is logged"}).verdict == "pass"


def test_the_same_case_is_judged_alike() -> None:
    what = backing_off([[1, 1, 1]] * 12)

    assert judge(what, CATALOGUE) == judge(what, CATALOGUE)
