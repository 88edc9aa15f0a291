"""Faults written by hand, and the answers to misspelt ones."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from pytest_ominigate.catalogue.model import Catalogue
from pytest_ominigate.gateway import Fault, dropped, scripted
from pytest_ominigate.timeline import ReplyKind

from .conftest import Sender

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


def test_a_script_holds_each_code_in_order(catalogue: Catalogue) -> None:
    assert scripted(catalogue, "rate_limited", "upstream_failed", times=2, retry_after=20, on="chat") == (
        Fault(code="rate_limited", times=2, retry_after=20, on="chat"),
        Fault(code="upstream_failed", times=2, retry_after=20, on="chat"),
    )


def test_for_ever_is_the_last_ones_part(catalogue: Catalogue) -> None:
    script = scripted(catalogue, "rate_limited", "upstream_failed", times=None)

    assert [fault.times for fault in script] == [1, None]


def test_a_documented_status_may_be_chosen(catalogue: Catalogue) -> None:
    assert scripted(catalogue, "upstream_failed", status=504)[0].status == 504


@pytest.mark.parametrize("value", [0, -5, 1.5, "soon", NOON, None])
def test_retry_after_may_be_anything_that_can_be_sent(catalogue: Catalogue, value: Any) -> None:
    assert scripted(catalogue, "rate_limited", retry_after=value)[0].retry_after == value


MISUSES: list[tuple[tuple[str, ...], dict[str, Any], str]] = [
    ((), {}, "name at least one documented code"),
    (("rate_limitd",), {}, "no documented error 'rate_limitd'. Did you mean 'rate_limited'? Known: invalid_api_key, "),
    (("rate_limited", "zzz"), {}, "no documented error 'zzz'. Known: "),
    (("rate_limited",), {"times": 0}, "times is a number from 1 up, or None for ever, not 0"),
    (("rate_limited",), {"status": 503}, "rate_limited does not arrive under 503. Documented: 429"),
    (("upstream_failed",), {"status": 500}, "Documented: 502, 504"),
    (("rate_limited",), {"on": "video.staus"}, "no operation or step 'video.staus'. Did you mean 'video.status'?"),
    (("rate_limited",), {"on": "models"}, "Known: chat, chat_stream, messages, messages_stream, image, video, video."),
    (("rate_limited",), {"retry_after": datetime(2030, 1, 1)}, "needs a time zone"),
    (("rate_limited",), {"retry_after": float("inf")}, "not inf"),
    (("rate_limited",), {"retry_after": True}, "not True"),
]


@pytest.mark.parametrize(("codes", "options", "message"), MISUSES)
def test_a_misuse_is_answered_with_the_choices(
    catalogue: Catalogue, codes: tuple[str, ...], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=r"^ominigate: ") as caught:
        scripted(catalogue, *codes, **options)

    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("how", "kind", "code"),
    [
        ("reset", ReplyKind.CUT, None),
        ("unfinished", ReplyKind.UNFINISHED, None),
        ("error", ReplyKind.STREAM_ERROR, "internal_error"),
    ],
)
def test_streams_are_dropped_in_each_way(
    catalogue: Catalogue, send: Sender, how: str, kind: ReplyKind, code: str | None
) -> None:
    send.gateway.begin([dropped(catalogue, how, code="internal_error", delivered=3)])
    for operation in ("chat", "image", "chat_stream", "messages_stream"):
        send.operation(operation)

    replies = [attempt.reply for attempt in send.gateway.attempts]
    assert [reply.kind for reply in replies] == [ReplyKind.SUCCESS, ReplyKind.SUCCESS, kind, ReplyKind.SUCCESS]
    assert (replies[2].delivered, replies[2].code) == ("pon", code)


MISDROPS: list[tuple[str, dict[str, Any], str]] = [
    ("rest", {}, "no way of breaking a stream 'rest'. Did you mean 'reset'? Known: reset, unfinished, error"),
    ("reset", {"delivered": -1}, "delivered is a number of pieces from 0 up, not -1"),
    ("reset", {"on": "image"}, "no operation that streams 'image'"),
    ("error", {"code": "nothing"}, "no documented error 'nothing'"),
]


@pytest.mark.parametrize(("how", "options", "message"), MISDROPS)
def test_a_misused_drop_is_answered_with_the_choices(
    catalogue: Catalogue, how: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=r"^ominigate: ") as caught:
        dropped(catalogue, how, **options)

    assert message in str(caught.value)
