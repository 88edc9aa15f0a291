"""A timeline as lines of text, the guilty ones marked."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from .shape import EndEvent, Event, RequestEvent, WaitEvent
from .wording import count, joined, plain, seconds, span

LONGEST = 24
"""More lines than this are folded in the middle."""
_HEAD, _TAIL, _GUILTY = 9, 7, 4


def reply_text(event: RequestEvent) -> str:
    """What the request got, in words: ``429 rate_limited``, ``connection reset``."""
    status = "" if event["status"] is None else str(event["status"])
    code = event["code"] or ""
    match event["reply"]:
        case "reset":
            return "connection reset"
        case "cut":
            return f"{status}, broken off half-way"
        case "unfinished":
            return f"{status}, ended without its final chunk"
        case "stream_error":
            return f"{status}, then an error in the stream: {plain(code) or 'no code'}"
        case "unreadable":
            return f"{status}, no readable error"
        case _:
            return plain(f"{status} {code}".strip())


def wait_text(event: WaitEvent) -> str:
    """How long the client waited, and who: ``waited 0.42 s in openai (client.py:31 in ask)``."""
    layer = f" in {event['layer']}" if event["layer"] else ""
    source = event["where"] or event["how"]
    return plain(f"waited {span(event['seconds'])}{layer}{f' ({source})' if source else ''}")


def end_text(event: EndEvent) -> str:
    """What the caller got: ``the call returned 'pong'``."""
    return plain(f"the call {event['summary'] or event['ending']}")


def extras(event: RequestEvent) -> str:
    """What else the exchange carried: Retry-After, the SDK's own count of retries."""
    notes = [f"Retry-After: {plain(event['retry_after'])}"] if event["retry_after"] is not None else []
    if event["sdk_retry"]:
        notes.append(f"SDK retry {event['sdk_retry']}")
    return "  ".join(notes)


def timeline_lines(events: Sequence[Event], guilty: Collection[int] = (), *, longest: int = LONGEST) -> list[str]:
    """The timeline as a table, folded in the middle where it is long.

    Args:
        events: in order of time.
        guilty: the numbers of the requests to mark with ``>``.
        longest: a table of more lines than this is folded.
    """
    marked = {index for index, event in enumerate(events) if event["event"] == "request" and event["number"] in guilty}
    shown = _shown(len(events), sorted(marked), longest)
    rows = _rows(events)
    lines: list[str] = []
    last = -1
    for index in [*shown, len(events)]:
        if index > last + 1:
            lines.append(_fold(events[last + 1 : index], hides_guilt=bool(marked & set(range(last + 1, index)))))
        if index < len(events):
            lines.append(f"{'>' if index in marked else ' '} {rows[index]}".rstrip())
        last = index
    return lines


def _shown(total: int, guilty: list[int], longest: int) -> list[int]:
    if total <= longest:
        return list(range(total))
    keep = {*range(_HEAD), *range(total - _TAIL, total)}
    for index in guilty[:_GUILTY]:
        keep |= {max(index - 1, 0), index}
    # A fold that hides one line is longer than the line.
    keep |= {index for index in range(1, total - 1) if index - 1 in keep and index + 1 in keep}
    return sorted(keep)


def _fold(hidden: Sequence[Event], *, hides_guilt: bool) -> str:
    kinds = [event["event"] for event in hidden]
    parts = [count(kinds.count(kind), kind) for kind in ("request", "wait", "end") if kind in kinds]
    return f"{'>' if hides_guilt else ' '}       ...  {joined(parts)} not shown"


def _rows(events: Sequence[Event]) -> list[str]:
    times = [f"{seconds(event['at'])} s" for event in events]
    width = max([10, *map(len, times)])
    lanes = len({event["lane"] for event in events}) > 1
    requests = [event for event in events if event["event"] == "request"]
    keys = len({event["key"] for event in requests}) > 1
    models = len({event["model"] for event in requests}) > 1
    number_width = max([2, *(len(f"#{event['number']}") for event in requests)])
    calls = {event["number"]: _call(event, keys=keys, models=models) for event in requests}
    call_width = max(map(len, calls.values()), default=0)
    rows = []
    for time, event in zip(times, events, strict=True):
        lead = f"{time:>{width}}  " + (f"lane {event['lane']}  " if lanes else "")
        match event["event"]:
            case "request":
                number = f"#{event['number']}"
                call = calls[event["number"]]
                text = f"{number:<{number_width}}  {call:<{call_width}} -> {reply_text(event)}"
                note = extras(event)
                rows.append(f"{lead}{text}{'  ' + note if note else ''}")
            case "wait":
                rows.append(f"{lead}{'':{number_width}}  {wait_text(event)}")
            case "end":
                rows.append(f"{lead}{'':{number_width}}  {end_text(event)}")
    return rows


def _call(event: RequestEvent, *, keys: bool, models: bool) -> str:
    said = [event["key"] or "no key"] if keys else []
    if models:
        said.append(event["model"] or "no model")
    note = f" ({', '.join(said)})" if said else ""
    return plain(f"{event['method']} {event['path']}{note}")
