"""A timeline as a drawing: requests as marks, waits as bars, one row a lane."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from html import escape

from .shape import Event, RequestEvent, WaitEvent
from .table import end_text, extras, reply_text, wait_text
from .wording import count, joined, plain, seconds

_WIDTH, _LEFT, _RIGHT, _TOP, _LANE, _FOOT = 860.0, 14.0, 14.0, 8.0, 54.0, 22.0
_SLOT, _RADIUS, _CHARACTER = 16.0, 5.5, 6.4


class _Scale:
    """Where a moment stands: in proportion to time, with room added for the requests of each moment."""

    def __init__(self, events: Sequence[Event], left: float) -> None:
        slots: dict[float, int] = {}
        taken: dict[tuple[float, int], int] = {}
        for event in events:
            moments = [event["at"]]
            if event["event"] == "wait":
                moments.append(_stop(event))
            else:
                key = (event["at"], event["lane"])
                taken[key] = taken.get(key, 0) + 1
            for moment in moments:
                slots.setdefault(moment, 0)
        for (moment, _), number in taken.items():
            slots[moment] = max(slots[moment], number)
        total = max(sum(slots.values()), 1)
        room = _WIDTH - left - _RIGHT
        self.slot = min(_SLOT, 0.75 * room / total)
        first, last = min(slots), max(slots)
        per_second = (room - total * self.slot) / (last - first) if last > first else 0.0
        self._start: dict[float, float] = {}
        self._end: dict[float, float] = {}
        used = left
        for moment in sorted(slots):
            start = used + (moment - first) * per_second
            used += slots[moment] * self.slot
            self._start[moment] = start
            self._end[moment] = start + slots[moment] * self.slot

    def mark(self, moment: float, place: int) -> float:
        """The middle of the *place*-th mark (from 0) of that moment."""
        return self._start[moment] + (place + 0.5) * self.slot

    def last(self, moment: float) -> float:
        """The middle of that moment's last mark, in any lane: ends of the same moment stand below each other."""
        return self._end[moment] - 0.5 * self.slot

    def bar(self, start: float, stop: float) -> tuple[float, float]:
        """The ends of a bar: after the marks of its first moment, before those of its last."""
        return self._end[start], max(self._start[stop], self._end[start])


def timeline_svg(events: Sequence[Event], guilty: Collection[int] = ()) -> str:
    """The drawing as an SVG element; colours come from the page's style sheet. Empty for an empty timeline."""
    if not events:
        return ""
    lanes = sorted({event["lane"] for event in events})
    left = _LEFT + (46.0 if len(lanes) > 1 else 0.0)
    scale = _Scale(events, left)
    height = _TOP + _LANE * len(lanes) + _FOOT
    label = escape(_label(events, guilty))
    parts = [f'<svg viewBox="0 0 {_n(_WIDTH)} {_n(height)}" role="img" aria-label="{label}">']
    ticks: list[tuple[float, str, bool]] = []
    for row, lane in enumerate(lanes):
        middle = _TOP + _LANE * row + 34.0
        parts.append(f'<path class="rail" d="M{_n(left)} {_n(middle)}H{_n(_WIDTH - _RIGHT)}"/>')
        if len(lanes) > 1:
            parts.append(f'<text x="4" y="{_n(middle + 4)}">lane {lane}</text>')
        parts += _lane([event for event in events if event["lane"] == lane], scale, middle, guilty, ticks)
    base = height - 6.0
    parts += (f'<text class="tick" x="{_n(x)}" y="{_n(base)}">{text}</text>' for x, text in _fitting(ticks))
    return "".join([*parts, "</svg>"])


def _lane(
    events: Iterable[Event],
    scale: _Scale,
    middle: float,
    guilty: Collection[int],
    ticks: list[tuple[float, str, bool]],
) -> list[str]:
    bars: list[str] = []
    marks: list[str] = []
    labels: list[tuple[float, str, bool]] = []
    taken: dict[float, int] = {}
    for event in events:
        if event["event"] == "wait":
            bars += _bar(event, scale, middle)
            continue
        place = taken.get(event["at"], 0)
        taken[event["at"]] = place + 1
        x = scale.mark(event["at"], place) if event["event"] == "request" else scale.last(event["at"])
        if event["event"] == "request":
            is_guilty = event["number"] in guilty
            marks.append(_mark(event, x, middle, is_guilty=is_guilty))
            labels.append((x, _short(event), is_guilty))
            ticks.append((x, f"{seconds(event['at'])} s", is_guilty))
        else:
            ending = escape(f"{seconds(event['at'])} s: {end_text(event)}")
            line = f"M{_n(x)} {_n(middle - 12)}V{_n(middle + 12)}"
            marks.append(f'<path class="end {escape(event["ending"])}" d="{line}"><title>{ending}</title></path>')
            ticks.append((x, f"{seconds(event['at'])} s", False))
    texts = [
        f'<text class="tick" x="{_n(x)}" y="{_n(middle - 14)}">{escape(text)}</text>' for x, text in _fitting(labels)
    ]
    return [*bars, *marks, *texts]


def _bar(event: WaitEvent, scale: _Scale, middle: float) -> list[str]:
    start, stop = scale.bar(event["at"], _stop(event))
    width = max(stop - start, 1.0)
    title = escape(f"{seconds(event['at'])} s: {wait_text(event)}")
    parts = [
        f'<rect class="wait" x="{_n(start)}" y="{_n(middle - 4)}" width="{_n(width)}" height="8">',
        f"<title>{title}</title></rect>",
    ]
    text = f"{seconds(event['seconds'])} s"
    if width > len(text) * _CHARACTER:
        parts.append(f'<text class="tick" x="{_n(start + width / 2)}" y="{_n(middle + 16)}">{text}</text>')
    return parts


def _stop(event: WaitEvent) -> float:
    # Rounded as the times of requests are, so that a wait ends where the next request stands.
    return round(event["at"] + event["seconds"], 6)


def _mark(event: RequestEvent, x: float, y: float, *, is_guilty: bool) -> str:
    size = _RADIUS
    # The shape tells what the colour tells: a disc for success, a square for an error, a cross for a broken reply.
    if event["reply"] == "success":
        kind, shape = "ok", f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(size)}"/>'
    elif event["reply"] in ("error", "unreadable"):
        kind = "error"
        shape = f'<rect x="{_n(x - size)}" y="{_n(y - size)}" width="{_n(2 * size)}" height="{_n(2 * size)}"/>'
    else:
        kind = "broken"
        side = _n(2 * size)
        shape = f'<path d="M{_n(x - size)} {_n(y - size)}l{side} {side}m0 -{side}l-{side} {side}"/>'
    ring = f'<circle class="ring" cx="{_n(x)}" cy="{_n(y)}" r="{_n(size + 4)}"/>' if is_guilty else ""
    told = [f"{seconds(event['at'])} s, request {event['number']}: {event['method']} {event['path']}"]
    told[0] += f" -> {reply_text(event)}"
    told += [extras(event)] if extras(event) else []
    told += ["at fault"] if is_guilty else []
    title = escape(plain("; ".join(told)))
    return f'<g class="{kind}"><title>{title}</title>{shape}{ring}</g>'


def _short(event: RequestEvent) -> str:
    return str(event["status"]) if event["status"] is not None else event["reply"]


def _fitting(labels: Iterable[tuple[float, str, bool]]) -> list[tuple[float, str]]:
    """Those labels that do not cover each other, the guilty ones first, the rest from the left."""
    placed: list[tuple[float, str]] = []
    for x, text, _ in sorted(labels, key=lambda label: (not label[2], label[0])):
        half = len(text) * _CHARACTER / 2
        centre = min(max(x, half + 2), _WIDTH - half - 2)
        if all(abs(centre - other) > half + len(word) * _CHARACTER / 2 + 4 for other, word in placed):
            placed.append((centre, text))
    return sorted(placed)


def _label(events: Sequence[Event], guilty: Collection[int]) -> str:
    requests = [event for event in events if event["event"] == "request"]
    last = max(event["at"] for event in events)
    blamed = [str(event["number"]) for event in requests if event["number"] in guilty]
    fault = f"; at fault: {joined(blamed)}" if blamed else ""
    return f"Timeline: {count(len(requests), 'request')} in {seconds(last)} s{fault}"


def _n(value: float) -> str:
    """A coordinate, as short as it can be."""
    return f"{value:.1f}".removesuffix(".0")
