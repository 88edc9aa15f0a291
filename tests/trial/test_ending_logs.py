"""Log records are collected as the project lets them through, and read like everything else."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from pytest_ominigate.timeline import EndingKind
from pytest_ominigate.trial.ending import build
from pytest_ominigate.trial.logs import LATEST, collected_logs

from .endings import KEY, ending_of, where

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger("client_under_test")
closed = logging.getLogger("client_under_test.closed")


@pytest.fixture(autouse=True)
def loggers() -> Iterator[None]:
    closed.propagate = False
    yield
    closed.propagate = True
    log.setLevel(logging.NOTSET)
    logging.disable(logging.NOTSET)


def texts(records: object) -> list[str]:
    return [record.getMessage() for record in records]  # type: ignore[attr-defined]


def test_what_a_service_logs_in_production_is_collected() -> None:
    with collected_logs() as records:
        log.warning("request %s", "req_omg_000001")
        log.info("at the level of production")
        log.debug("below it")
        log.setLevel(logging.DEBUG)
        log.debug("let through by the project")

    assert texts(records) == ["request req_omg_000001", "at the level of production", "let through by the project"]


def test_a_level_that_the_project_gave_a_logger_stays() -> None:
    log.setLevel(logging.ERROR)

    with collected_logs() as records:
        log.warning("not let through")

    assert texts(records) == []


def test_the_projects_own_handlers_get_no_more_than_before() -> None:
    class Own(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            got.append(record.getMessage())

    got: list[str] = []
    own = Own()
    logging.root.addHandler(own)
    try:
        with collected_logs():
            log.info("below the root's level")
            log.warning("at it")
    finally:
        logging.root.removeHandler(own)

    assert got == ["at it"]


def test_a_logger_that_does_not_propagate_is_heard_once() -> None:
    with collected_logs() as records:
        closed.warning("alone")
        log.warning("together")

    assert texts(records) == ["alone", "together"]


def test_levels_handlers_and_propagation_are_left_as_they_were() -> None:
    loggers = (logging.root, log, closed)
    levels = [logger.level for logger in loggers]
    handlers = [list(logger.handlers) for logger in loggers]

    with collected_logs():
        pass

    assert levels == [logger.level for logger in loggers]
    assert handlers == [logger.handlers for logger in loggers]
    assert [logger.propagate for logger in loggers] == [True, True, False]


def test_nothing_is_collected_after_the_block_even_if_it_raised() -> None:
    with pytest.raises(ZeroDivisionError), collected_logs() as records:
        raise ZeroDivisionError
    log.warning("later")

    assert not records


def test_a_record_nobody_else_handles_still_goes_to_stderr(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for logger in (logging.root, closed):  # pytest's own handlers would take it
        monkeypatch.setattr(logger, "handlers", [])
    with collected_logs():
        log.warning("shown as ever")
        closed.warning("this one too")
        log.setLevel(logging.INFO)
        log.info("never shown")

    assert capsys.readouterr().err == "shown as ever\nthis one too\n"


def test_a_record_somebody_handles_is_not_shown_twice(capsys: pytest.CaptureFixture[str]) -> None:
    handler = logging.NullHandler()
    closed.addHandler(handler)
    with collected_logs():
        closed.warning("handled")
        log.warning("handled by the root's handlers")
    closed.removeHandler(handler)

    assert capsys.readouterr().err == ""


def test_the_latest_records_are_kept() -> None:
    with collected_logs() as records:
        for number in range(LATEST + 1):
            closed.warning("%d", number)

    assert texts(records)[0] == "1"
    assert len(records) == LATEST


def test_a_record_is_read_as_it_was_logged() -> None:
    """Arguments may change after the fact; the log has said what it has said."""
    told = {"id": "req_omg_000001"}
    with collected_logs() as records:
        log.warning("told %s", told)
    told.clear()

    ending = build(EndingKind.RETURNED, None, log_records=records)

    assert where(ending, "told {'id': 'req_omg_000001'}") == ["log record of 'client_under_test'"]


def test_extra_attributes_and_exceptions_are_read() -> None:
    with collected_logs() as records:
        try:
            raise ValueError("code rate_limited")
        except ValueError:
            log.exception("failed", extra={"request_id": "req_omg_000001"})

    ending = build(EndingKind.RETURNED, None, log_records=records)

    assert where(ending, "req_omg_000001") == ["log record of 'client_under_test'['request_id']"]
    assert where(ending, "ValueError: code rate_limited") == ["log record of 'client_under_test'.exc_info"]


@pytest.mark.parametrize(
    ("message", "arguments", "options"),
    [
        (f"sent {KEY}", (), {}),
        ("sent %s", ({"Authorization": f"Bearer {KEY}"},), {}),
        ("sent", (), {"extra": {"headers": {"Authorization": f"Bearer {KEY}"}}}),
        ("failed", (), {"exc_info": RuntimeError(KEY)}),
    ],
)
def test_a_logged_key_is_found_and_masked(
    message: str, arguments: tuple[object, ...], options: dict[str, object]
) -> None:
    with collected_logs() as records:
        log.warning("innocent")
        log.warning(message, *arguments, **options)  # type: ignore[arg-type]
        log.warning(message, *arguments, **options)  # type: ignore[arg-type]

    ending = ending_of(RuntimeError("no"), log_records=records)

    assert ending.leaks == ("log record of 'client_under_test'",)
    assert KEY not in repr(ending)


def test_a_stopped_calls_log_is_read_too() -> None:
    with collected_logs() as records:
        log.warning("key %s", KEY)

    assert build(EndingKind.STOPPED, log_records=records, secrets=(KEY,)).leaks


def test_a_record_whose_arguments_do_not_fit_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.root, "handlers", [logging.NullHandler()])  # pytest's own would complain
    with collected_logs() as records:
        log.warning("%d", "five")
    made_by_hand = logging.makeLogRecord({"name": "by_hand", "msg": "%d", "args": ("five",), "exc_info": True})

    ending = build(EndingKind.RETURNED, None, log_records=[*records, made_by_hand])

    assert [(clue.place, clue.text) for clue in ending.clues] == [("log record of 'client_under_test'", "%d")]
