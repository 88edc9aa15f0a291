"""Hiding which field of the request was at fault.

## What it finds
A failure whose reply names a `param`, while neither what the caller got nor a log record shows it.

## Why it matters
`param` points at the input to mend. Without it, somebody has to guess.

## Instead
Keep `param` on the exception, or keep the response body within reach.

## How it is judged
Section "Envelope fields / param" of the page. The field's name somewhere in a text proves nothing, since a message
like "the model does not exist" has it too. It counts where it stands under the name of `param` (or `parameter`, or
`field`): as an attribute so called, or in a text that has both words. It also counts where it is a whole value of what
the caller got, such as an element of a tuple, and where it directly follows the code in a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..catalogue import Catalogue
from ..timeline import Case, Clue, lanes
from .base import Finding, Level, Rule, Violation, prose
from .evidence import alone, surfaced

_LABEL = re.compile(r"(?<![A-Za-z])(?:param|parameter|field)s?(?![A-Za-z])", re.IGNORECASE)

_NOTHING = re.compile(rf"{_LABEL.pattern}\W{{0,4}}(?:None|null|undefined)(?![A-Za-z])", re.IGNORECASE)
"""It says that there is none, whatever else the text has."""


def check(case: Case, _catalogue: Catalogue) -> Iterator[Finding]:
    """Find the callers that were not told the field."""
    for lane in lanes(case):
        shown = surfaced(lane)
        if shown is None:
            continue
        last, ending = shown
        if last.reply.param is None or any(
            _names(clue, last.reply.param, last.reply.code or "") for clue in ending.clues
        ):
            continue
        yield Violation(
            rule=RULE.name,
            level=RULE.level,
            expected=f"the caller told that param is {last.reply.param!r}",
            observed=ending.summary or ending.kind.value,
            trial=lane.trial,
            at=last.number,
            code=last.reply.code,
        )


def _names(clue: Clue, param: str, code: str) -> bool:
    if clue.text == param:
        return True
    if not alone(param).search(clue.text):
        return False
    if _LABEL.search(clue.place) or _LABEL.search(_NOTHING.sub("", clue.text)):
        return True
    # With nothing but a separator in between: else it would be a word of the message.
    return bool(code and re.search(rf"{alone(code).pattern}\W+{alone(param).pattern}", clue.text))


RULE = Rule(
    name="lost-param",
    level=Level.SHOULD,
    section="Envelope fields / param",
    duty="Let the caller read `param`: it points at the input at fault.",
    remedy="Carry error.param on the exception, next to error.code.",
    text=prose(__doc__),
    check=check,
)
