"""The timeline as text."""

from __future__ import annotations

import pytest

from pytest_ominigate.reports.shape import Event
from pytest_ominigate.reports.table import timeline_lines

from .samples import end, request, success, wait


def test_requests_waits_and_the_end_stand_in_order_with_the_guilty_one_marked() -> None:
    events: list[Event] = [
        request(1, 0.0, retry_after="20"),
        wait(0.0, 0.42, layer="openai"),
        success(2, 0.42),
        end(0.42),
    ]
    assert timeline_lines(events, {2}) == [
        "      0.00 s  #1  POST /v1/chat/completions -> 429 rate_limited  Retry-After: 20",
        "      0.00 s      waited 0.42 s in openai (client.py:31 in ask)",
        ">     0.42 s  #2  POST /v1/chat/completions -> 200",
        "      0.42 s      the call returned 'pong'",
    ]


def test_lanes_are_named_only_where_there_are_several() -> None:
    events: list[Event] = [request(1, 0.0), request(2, 0.0, lane=2), end(0.0), end(0.0, "raised Oops", lane=2)]
    assert timeline_lines(events) == [
        "      0.00 s  lane 1  #1  POST /v1/chat/completions -> 429 rate_limited",
        "      0.00 s  lane 2  #2  POST /v1/chat/completions -> 429 rate_limited",
        "      0.00 s  lane 1      the call returned 'pong'",
        "      0.00 s  lane 2      the call raised Oops",
    ]


def test_keys_and_models_are_named_only_where_they_change() -> None:
    events: list[Event] = [request(1, 0.0), request(2, 0.0, key="key 2"), request(3, 0.0, key=None, model="a/b")]
    assert [line.partition("POST ")[2] for line in timeline_lines(events)] == [
        "/v1/chat/completions (key 1, openai/gpt-5) -> 429 rate_limited",
        "/v1/chat/completions (key 2, openai/gpt-5) -> 429 rate_limited",
        "/v1/chat/completions (no key, a/b)         -> 429 rate_limited",
    ]


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (request(1, 0.0, None, None, reply="reset"), "connection reset"),
        (request(1, 0.0, 200, None, reply="cut"), "200, broken off half-way"),
        (request(1, 0.0, 200, None, reply="unfinished"), "200, ended without its final chunk"),
        (
            request(1, 0.0, 200, "upstream_failed", reply="stream_error"),
            "200, then an error in the stream: upstream_failed",
        ),
        (request(1, 0.0, 502, None, reply="unreadable"), "502, no readable error"),
        (request(1, 0.0, sdk_retry=2), "429 rate_limited  SDK retry 2"),
        (request(1, 0.0, sdk_retry=0), "429 rate_limited"),
    ],
)
def test_every_kind_of_reply_has_its_words(event: Event, text: str) -> None:
    assert timeline_lines([event])[0].partition(" -> ")[2] == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0.00 s"),
        (0.0001, "<0.001 s"),
        (0.004, "0.004 s"),
        (0.5, "0.50 s"),
        (119.5, "119.50 s"),
        (120.0, "120.00 s (2 min)"),
        (3600.0, "3600 s (1 h)"),
        (3661.5, "3661.50 s (1 h 1 min)"),
        (2678400.0, "2678400 s (31 d)"),
    ],
)
def test_waits_read_well_at_every_size(seconds: float, text: str) -> None:
    line = timeline_lines([wait(0.0, seconds, layer="", where="")])[0]
    assert line == f"      0.00 s      waited {text} (time.sleep)"


def test_a_long_timeline_is_folded_around_what_matters() -> None:
    events: list[Event] = []
    for number in range(1, 51):
        events += [request(number, number - 1.0), wait(number - 1.0, 1.0)]
    events.append(end(50.0, "was stopped at 50 requests", ending="stopped"))
    assert timeline_lines(events, {20, 50}) == [
        "      0.00 s  #1   POST /v1/chat/completions -> 429 rate_limited",
        "      0.00 s       waited 1.00 s in client (client.py:31 in ask)",
        "      1.00 s  #2   POST /v1/chat/completions -> 429 rate_limited",
        "      1.00 s       waited 1.00 s in client (client.py:31 in ask)",
        "      2.00 s  #3   POST /v1/chat/completions -> 429 rate_limited",
        "      2.00 s       waited 1.00 s in client (client.py:31 in ask)",
        "      3.00 s  #4   POST /v1/chat/completions -> 429 rate_limited",
        "      3.00 s       waited 1.00 s in client (client.py:31 in ask)",
        "      4.00 s  #5   POST /v1/chat/completions -> 429 rate_limited",
        "        ...  14 requests and 14 waits not shown",
        "     18.00 s       waited 1.00 s in client (client.py:31 in ask)",
        ">    19.00 s  #20  POST /v1/chat/completions -> 429 rate_limited",
        "        ...  27 requests and 28 waits not shown",
        "     47.00 s  #48  POST /v1/chat/completions -> 429 rate_limited",
        "     47.00 s       waited 1.00 s in client (client.py:31 in ask)",
        "     48.00 s  #49  POST /v1/chat/completions -> 429 rate_limited",
        "     48.00 s       waited 1.00 s in client (client.py:31 in ask)",
        ">    49.00 s  #50  POST /v1/chat/completions -> 429 rate_limited",
        "     49.00 s       waited 1.00 s in client (client.py:31 in ask)",
        "     50.00 s       the call was stopped at 50 requests",
    ]


def test_a_fold_that_hides_guilty_lines_is_marked_itself() -> None:
    events: list[Event] = [request(number, float(number)) for number in range(1, 51)]
    lines = timeline_lines(events, range(2, 51))
    assert lines[9] == ">       ...  34 requests not shown"


def test_no_text_of_the_client_can_steer_the_terminal() -> None:
    lines = timeline_lines([end(0.0, "raised Oops('\x1b[31m\u202e\n> 9.00 s')")])
    assert lines == ["      0.00 s      the call raised Oops('\\x1b[31m\\u202e\\n> 9.00 s')"]
