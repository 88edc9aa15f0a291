"""The HTML page."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

from pytest_ominigate.reports.html import render
from pytest_ominigate.reports.json_report import as_data
from pytest_ominigate.reports.model import SessionReport

from .samples import end, healthy, impatient, result, session, shown

VOID = {"meta", "link", "br", "input", "wbr"}


class Page(HTMLParser):
    """A page that was read: all tags with their attributes, and whether they nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def all(self, tag: str, **wanted: str) -> list[dict[str, str | None]]:
        return [
            attributes
            for name, attributes in self.tags
            if name == tag and all(attributes.get(key.rstrip("_")) == value for key, value in wanted.items())
        ]


def test_the_page_is_well_formed() -> None:
    page = Page(render(session()))
    assert (page.wrong, page.open) == ([], [])


def test_the_page_needs_no_network() -> None:
    text = render(session())
    page = Page(text)
    targets = [value for _, attributes in page.tags for name, value in attributes.items() if name in ("src", "href")]
    assert [target for target in targets if target and not target.startswith("#")] == ["data:,"]
    assert not re.search(r"@import|url\(|fetch\(|XMLHttpRequest|https?://", text)
    policy = next(attributes for attributes in page.all("meta") if "http-equiv" in attributes)
    assert policy["http-equiv"] == "Content-Security-Policy"
    assert str(policy["content"]).startswith("default-src 'none';")


def test_the_page_holds_the_report_as_data() -> None:
    hostile = result("recovers", "fail", violations=[shown("early-retry", observed="</script><!-- & \u2028")])
    report = SessionReport.of([hostile, *session().results], plugin="0.1.0")
    data = re.findall(r'<script type="application/json" id="report">(.*?)</script>', render(report), re.DOTALL)
    assert json.loads(data[0]) == as_data(report)


def test_every_cell_leads_to_a_scenario_of_its_own() -> None:
    page = Page(render(session()))
    anchors = {attributes["id"]: attributes for attributes in page.all("details", class_="scenario")}
    cells = [attributes for attributes in page.all("a") if "data-row" in attributes]
    assert len(cells) == 5
    for cell in cells:
        target = anchors[str(cell["href"]).removeprefix("#")]
        assert (target["data-row"], target["data-operation"]) == (cell["data-row"], cell["data-operation"])


def test_failing_scenarios_come_first() -> None:
    marks = [attributes["data-mark"] for attributes in Page(render(session())).all("details", class_="scenario")]
    assert marks == ["FAIL", "?", "should", "pass", "pass"]


def test_the_filters_offer_what_occurs() -> None:
    text = render(session())
    options = dict(re.findall(r'<select name="(\w+)">(.*?)</select>', text))
    assert {name: re.findall(r'value="([^"]+)"', choices) for name, choices in options.items()} == {
        "mark": ["FAIL", "?", "should", "pass"],
        "operation": ["chat", "messages"],
        "row": ["healthy", "429 rate_limited", "500 internal_error"],
        "rule": ["early-retry", "lost-request-id"],
    }


def test_what_was_not_run_is_told_at_the_top() -> None:
    text = render(session())
    head = text[text.index("<header>") : text.index("</header>")]
    assert "not run: 120 (image, video: no fixture)." in head
    assert "Documented errors met: 2 of 3; not met: not_found." in head


def test_a_failing_scenario_shows_duty_evidence_and_next_step() -> None:
    text = render(SessionReport.of([impatient()]))
    assert '<h3 class="fail">early-retry (MUST)</h3>' in text
    assert "<dt>duty</dt><dd>Wait at least as long as Retry-After asks. [rate_limited / How to handle]</dd>" in text
    assert "<dt>observed</dt><dd>a wait of 1 s</dd>" in text
    assert "<code>pytest --ominigate-explain early-retry</code>" in text
    assert 'aria-label="Timeline: 2 requests in 1.00 s; at fault: 2"' in text
    assert "&gt;     1.00 s  #2  POST /v1/chat/completions -&gt; 200" in text


def test_a_rule_broken_on_both_levels_has_a_line_for_each() -> None:
    milder = shown("early-retry", level="SHOULD", duty="The milder duty.")
    graver = shown("early-retry", duty="The graver duty.")
    text = render(SessionReport.of([result(verdict="fail", violations=[milder, graver])]))
    rows = re.findall(r'<td class="\w+">(\w+)</td><th scope="row">([\w-]+)</th><td>(.*?)</td>', text)
    assert rows == [("MUST", "early-retry", "The graver duty."), ("SHOULD", "early-retry", "The milder duty.")]


def test_no_text_of_a_client_becomes_markup() -> None:
    evil = "<script>alert(1)</script>"
    hostile = result(
        evil,
        "fail",
        code=evil,
        operation=evil,
        violations=[shown(evil, expected=evil, observed=evil, section=evil, duty=evil, next_step=evil)],
        timeline=[end(0.0, evil)],
        reasons=[evil],
        advice=[evil],
        waived=[{"rule": evil, "reason": evil}],
        nodeid=f"{evil}::\u202e",
    )
    text = render(SessionReport.of([hostile], plugin=evil, documented=[evil]))
    assert text.count("<script") == 2
    assert text.isascii()
    assert Page(text).wrong == []


def test_an_empty_session_says_that_nothing_was_run() -> None:
    text = render(SessionReport.of([]))
    assert "<h1>OminiGate: nothing was judged</h1>" in text
    assert "<p>Nothing was run.</p>" in text


def test_every_element_that_scrolls_can_be_reached_and_has_a_name() -> None:
    page = Page(render(SessionReport.of([impatient(), healthy()])))
    scrolling = [attributes for attributes in page.all("div") if "wide" in str(attributes["class"]).split()]
    assert len(scrolling) == 4
    assert all(attributes["tabindex"] == "0" and attributes["role"] == "group" for attributes in scrolling)
    assert all("aria-label" in attributes or "aria-labelledby" in attributes for attributes in scrolling)
