"""What a test by hand learns of one call: its result, its requests and waits, and whether it was compliant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Generic, TypeVar, cast

from ..catalogue import Catalogue
from ..reports.message import failure_message, inconclusive_message
from ..reports.result import result as to_result
from ..reports.shape import Result
from ..rules.judge import judge
from ..timeline import Attempt, Case, EndingKind, Trial
from .bench import chosen_rules
from .calling import Got
from .freezing import gaps
from .settings import Settings

T = TypeVar("T")
MARKED = "marked"
NOTHING_SENT = (
    "no request reached the fake gateway, so there is nothing to judge; is the client built with ominigate.base_url?"
)


class Outcome(Generic[T]):
    """What came of one call. Times are seconds from its start."""

    def __init__(self, got: Got, trial: Trial, catalogue: Catalogue, settings: Settings) -> None:
        self._got = got
        self._trial = trial
        self._catalogue = catalogue
        self._settings = settings

    def __repr__(self) -> str:
        return f"<Outcome: {self._trial.ending.summary}, {self.attempts} request{'' if self.attempts == 1 else 's'}>"

    @property
    def result(self) -> T:
        """What the call returned.

        Raises:
            BaseException: what the call raised, if it raised.
            RuntimeError: the client had to be stopped.
        """
        if self._got.kind is EndingKind.STOPPED:
            raise RuntimeError(f"the call has no result: the client was stopped after {self.attempts} requests")
        if self._got.kind is not EndingKind.RETURNED:
            raise cast("BaseException", self._got.value)
        return cast("T", self._got.value)

    @property
    def exception(self) -> BaseException | None:
        """What the call raised; None if it returned or was stopped."""
        return self._got.value if self._got.kind in (EndingKind.RAISED, EndingKind.EXITED) else None

    @property
    def stopped(self) -> bool:
        """Whether the client had to be stopped."""
        return self._got.kind is EndingKind.STOPPED

    @property
    def requests(self) -> tuple[Attempt, ...]:
        """The requests of the call, keys masked."""
        return self._trial.timeline.attempts

    @property
    def attempts(self) -> int:
        """How many requests the call sent."""
        return len(self.requests)

    @property
    def waits(self) -> list[float]:
        """The seconds between each request and the one before it."""
        return gaps(self.requests)

    def judge(self, *, waive: Mapping[str, str] | None = None, strict: bool | None = None) -> Result:
        """The judgement, as one plain dict of the JSON report's shape.

        Args:
            waive: rules not to judge by, each with the reason.
            strict: whether a broken SHOULD fails too; None for what the options say.
        """
        return judged(
            (self._trial,), self._catalogue, self._settings, waive=waive or {}, strict=strict, nodeid="ominigate.call"
        )

    def assert_compliant(self, *, waive: Mapping[str, str] | None = None, strict: bool | None = None) -> None:
        """Fail unless the client did its duty.

        Args:
            waive: rules not to judge by, each with the reason.
            strict: whether a broken SHOULD fails too; None for what the options say.

        Raises:
            AssertionError: a duty was broken, nothing was sent, or the evidence reaches for no verdict.
        """
        __tracebackhide__ = True
        if not self.requests:
            raise AssertionError(f"ominigate: {NOTHING_SENT}")
        result = self.judge(waive=waive, strict=strict)
        if result["verdict"] == "fail":
            raise AssertionError(failure_message(result))
        if result["verdict"] == "inconclusive":
            raise AssertionError(inconclusive_message(result))


def judged(
    trials: tuple[Trial, ...],
    catalogue: Catalogue,
    settings: Settings,
    *,
    nodeid: str,
    waive: Mapping[str, str],
    strict: bool | None = None,
    without: frozenset[str] = frozenset(),
) -> Result:
    """The judgement of trials that a test made by hand.

    Args:
        trials: what happened; the operation and the code are those of its requests.
        catalogue: the documented errors.
        settings: how to judge.
        nodeid: what to call the result.
        waive: rules not to judge by, each with the reason.
        strict: whether a broken SHOULD fails too; None for what *settings* say.
        without: rules that the trials give no evidence for.
    """
    attempts = [attempt for trial in trials for attempt in trial.timeline.attempts]
    operation = next(
        (attempt.operation.partition(".")[0] for attempt in attempts if attempt.operation not in _ASIDE), "chat"
    )
    first = next((attempt.reply for attempt in attempts if attempt.failed), None)
    case = Case(
        operation=operation,
        scenario=MARKED,
        code=first.code if first else None,
        trials=tuple(_with_status(trial, first.status if first else None) for trial in trials),
        limit=settings.limit,
    )
    rules = tuple(rule for rule in chosen_rules(settings) if rule.name not in without)
    strict = settings.strict if strict is None else strict
    judgement = judge(case, catalogue, rules=rules, strict=strict, waive=dict(waive))
    return to_result(case, judgement, catalogue, nodeid=nodeid)


_ASIDE = ("models", "other")


def _with_status(trial: Trial, status: int | None) -> Trial:
    return replace(trial, status=status)
