"""How numbers and foreign text are worded: terminal-safe, plural-correct, in one unit."""

from __future__ import annotations

import re
import textwrap

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
WIDTH = 100
_SECTION = re.compile(r"\[[^][]*\]$")
_GLUE = "\0"


def plain(text: str) -> str:
    """*text* in printable ASCII, the rest of it as escapes: no client's text may steer a terminal."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if " " <= char <= "~" else char.encode("unicode_escape").decode("ascii") for char in text)


def count(number: int, noun: str, plural: str | None = None) -> str:
    """``1 request``, ``2 requests``."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def sentence(text: str) -> str:
    """*text* with a capital letter and a full stop; nothing for nothing."""
    return f"{text[0].upper()}{text[1:]}." if text else ""


def joined(words: list[str], *, last: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def seconds(value: float) -> str:
    """Seconds for reading: two decimals, three below a tenth, none of a whole number from 1000 on."""
    if value >= 1000 and value == int(value):
        return str(int(value))
    if 0 < value < 0.0005:
        return "<0.001"
    return f"{value:.3f}" if 0 < value < 0.0995 else f"{value:.2f}"


def span(value: float) -> str:
    """A length of time: ``20.00 s``, and from two minutes on also in larger units: ``3600 s (1 h)``."""
    text = f"{seconds(value)} s"
    if value < 2 * _MINUTE:
        return text
    whole = round(value)
    parts = (
        (whole // _DAY, "d"),
        (whole % _DAY // _HOUR, "h"),
        (whole % _HOUR // _MINUTE, "min"),
        (whole % _MINUTE, "s"),
    )
    named = [f"{number} {unit}" for number, unit in parts if number][:2]
    return f"{text} ({' '.join(named)})"


def entry(label: str, text: str, *, indent: int = 2, gap: int = 12) -> list[str]:
    """A labelled entry, wrapped under its own text; a ``[section]`` at its end stays on one line."""
    lead = " " * indent + label.ljust(gap)
    whole = _SECTION.sub(lambda found: found[0].replace(" ", _GLUE), plain(text))
    lines = textwrap.wrap(
        whole,
        WIDTH,
        initial_indent=lead,
        subsequent_indent=" " * len(lead),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(_GLUE, " ") for line in lines]


def prose(text: str) -> list[str]:
    """Markdown as plain text, wrapped; headings, list items and indented code keep their lines."""
    lines: list[str] = []
    for block in text.strip("\n").split("\n\n"):
        if lines:
            lines.append("")
        for part in _parts(block):
            lines += [plain(part.lstrip("# ") if part.startswith("#") else part)] if _stands(part) else _wrapped(part)
    return lines


def _parts(block: str) -> list[str]:
    """The lines of *block*, those of a sentence or of a list item put together."""
    parts: list[str] = []
    for line in block.splitlines():
        goes_on = bool(parts) and not _stands(parts[-1])
        if parts and parts[-1].startswith("- ") and line.startswith("  "):
            parts[-1] += f" {line.strip()}"
        elif goes_on and not line.startswith(("#", " ", "- ")):
            parts[-1] += f" {line}"
        else:
            parts.append(line)
    return parts


def _stands(line: str) -> bool:
    """Whether *line* is a heading or code."""
    return line.startswith(("#", " "))


def _wrapped(text: str) -> list[str]:
    indent = "  " if text.startswith("- ") else ""
    return textwrap.wrap(plain(text), WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
