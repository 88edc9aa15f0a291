"""Timelines as drawings."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

from pytest_ominigate.reports.shape import Event
from pytest_ominigate.reports.svg import timeline_svg

from .samples import end, impatient, request, success, wait

DRAWING = """\
<svg viewBox="0 0 860 84" role="img" aria-label="Timeline: 2 requests in 1.00 s; at fault: 2">
<path class="rail" d="M14 42H846"/>
<rect class="wait" x="30" y="38" width="784" height="8"><title>0.00 s: waited 1.00 s in client \
(client.py:31 in ask)</title></rect>
<text class="tick" x="422" y="58">1.00 s</text>
<g class="error"><title>0.00 s, request 1: POST /v1/chat/completions -&gt; 429 rate_limited; Retry-After: 20</title>\
<rect x="16.5" y="36.5" width="11" height="11"/></g>
<g class="ok"><title>1.00 s, request 2: POST /v1/chat/completions -&gt; 200; at fault</title>\
<circle cx="822" cy="42" r="5.5"/><circle class="ring" cx="822" cy="42" r="9.5"/></g>
<path class="end returned" d="M838 30V54"><title>1.00 s: the call returned &#x27;pong&#x27;</title></path>
<text class="tick" x="22" y="28">429</text>
<text class="tick" x="822" y="28">200</text>
<text class="tick" x="22" y="78">0.00 s</text>
<text class="tick" x="822" y="78">1.00 s</text>
</svg>
"""


def test_the_drawing_has_its_exact_form() -> None:
    drawing = timeline_svg(impatient()["timeline"], {2})
    assert re.sub("(?<=>)(?=<(?:path|text|g|rect class|/svg))|$", "\n", drawing, flags=re.MULTILINE) == DRAWING


def test_an_empty_timeline_has_no_drawing() -> None:
    assert timeline_svg([]) == ""


def test_requests_of_one_moment_stand_side_by_side() -> None:
    drawing = timeline_svg([request(1, 0.0), request(2, 0.0), success(3, 0.0), end(0.0)])
    xs = [float(x) for x in re.findall(r'<rect x="([\d.]+)"', drawing)]
    assert xs[1] - xs[0] == 16.0


def test_requests_of_one_moment_in_two_lanes_stand_below_each_other() -> None:
    drawing = timeline_svg([request(1, 0.0), request(2, 0.0, lane=2), end(0.0), end(0.0, lane=2)])
    xs = re.findall(r'<rect x="([\d.]+)"', drawing)
    assert xs[0] == xs[1]
    assert re.findall(r'<text x="4" y="[\d.]+">(.*?)</text>', drawing) == ["lane 1", "lane 2"]


def test_longer_waits_are_drawn_longer() -> None:
    events: list[Event] = []
    at = 0.0
    for number, seconds in enumerate((1.0, 2.0, 4.0, 8.0), 1):
        events += [request(number, at), wait(at, seconds)]
        at += seconds
    widths = [
        float(width) for width in re.findall(r'class="wait".*?width="([\d.]+)"', timeline_svg([*events, end(at)]))
    ]
    ratios = [after / before for before, after in pairwise(widths)]
    assert all(1.99 < ratio < 2.01 for ratio in ratios)


def test_a_crowd_stays_within_the_drawing_and_its_labels_apart() -> None:
    events: list[Event] = [request(number, number / 1000) for number in range(1, 201)]
    drawing = ET.fromstring(timeline_svg([*events, end(0.2)], {100}))
    xs = [float(mark.attrib["x"]) for mark in drawing.iter("rect")]
    assert len(xs) == 200
    assert 0 < min(xs) <= max(xs) < 860
    labels = [float(text.attrib["x"]) for text in drawing.iter("text") if text.text == "429"]
    assert min(after - before for before, after in pairwise(labels)) > 3 * 6.4


def test_every_kind_of_reply_has_its_own_shape() -> None:
    replies = ("success", "error", "unreadable", "reset", "cut", "unfinished", "stream_error")
    shapes = []
    for reply in replies:
        group = ET.fromstring(timeline_svg([request(1, 0.0, reply=reply)])).find("g")
        assert group is not None
        shapes.append((group.attrib["class"], group[1].tag))
    assert shapes == [("ok", "circle"), ("error", "rect"), ("error", "rect"), *[("broken", "path")] * 4]


def test_no_text_of_a_client_becomes_markup() -> None:
    drawing = timeline_svg([end(0.0, "returned '<script>&\x00'", ending="returned")])
    assert "<script>" not in drawing
    ET.fromstring(drawing)


def test_a_wait_that_a_float_cannot_add_up_exactly_still_ends_at_its_request() -> None:
    drawing = timeline_svg([request(1, 0.1), wait(0.1, 0.2), success(2, 0.3), end(0.3)])
    start, width = (float(number) for number in re.findall(r'class="wait" x="([\d.]+)".*?width="([\d.]+)"', drawing)[0])
    mark = float(re.findall(r'<circle cx="([\d.]+)"', drawing)[0])
    assert mark - 8.0 == start + width
