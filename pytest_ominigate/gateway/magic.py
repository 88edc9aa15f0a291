"""Model names that bring an error about by themselves, so that nothing has to be scripted.

``ominigate/rate_limited`` meets that error whenever it is asked for; ``ominigate/rate_limited:2`` twice, and is granted
from then on; ``ominigate/upstream_failed@504`` meets it under another documented status, and both may be joined
(``ominigate/upstream_failed:2@504``). ``ominigate/rate_limited-retry_after_seconds`` goes through the generated
scenario of that name. A video task keeps the name it was created with, so errors of its polls come about, too.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ..catalogue.model import Catalogue
from ..catalogue.names import unknown_name
from .moment import Moment
from .scenario import Fault
from .script import Planned, Script
from .scripted import scripted
from .suite import of_operation

PREFIX = "ominigate/"
"""What every such name begins with: the provider that no real model has."""

_FORM = re.compile(r"(?P<code>[a-z0-9_-]+)(?::(?P<times>[1-9][0-9]{0,2}))?(?:@(?P<status>[0-9]{3}))?")
_HOW = "write ominigate/CODE, ominigate/CODE:TIMES, ominigate/CODE@STATUS or ominigate/SCENARIO"
_REFUSAL = "invalid_model"


def named_faults(catalogue: Catalogue, model: str, operation: str) -> tuple[Fault, ...]:
    """What goes wrong for that model.

    Args:
        catalogue: the documented errors.
        model: a name that begins with ``PREFIX``.
        operation: what is asked of it, such as ``chat_stream``; the scenarios are those of this operation.

    Raises:
        ValueError: the name names nothing; the message names the choices.
    """
    name = model.removeprefix(PREFIX)
    scenario = next((each for each in of_operation(catalogue, operation) if each.id == name), None)
    if scenario is not None:
        return scenario.faults
    read = _FORM.fullmatch(name)
    if read is None:
        raise ValueError(f"{model!r} cannot be read: {_HOW}")
    if catalogue.get(read["code"]) is None:
        raise ValueError(f"{unknown_name('documented error', read['code'], catalogue.codes)}; {_HOW} of {operation}")
    times, status = read["times"], read["status"]
    return scripted(
        catalogue,
        read["code"],
        times=int(times) if times else None,
        status=int(status) if status else None,
    )


class Magic:
    """The scripts of the magic names that a trial's requests have used."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._scripts: dict[tuple[str, str], Script] = {}

    def next(
        self, model: str | None, operation: str, key: str | None, moment: Moment, *, right: bool
    ) -> Planned | None:
        """The fault that a request meets by the name of its model, noted as served; None for a request without one.

        Args:
            model: the model it names, or that its task was created with.
            operation: what it asks for, as the catalogue names it.
            key: the API key it carries.
            moment: when it came.
            right: whether the gateway would grant it.
        """
        if model is None or not model.startswith(PREFIX):
            return None
        work = operation.partition(".")[0]
        script = self._scripts.get((model, work))
        if script is None:
            try:
                faults = named_faults(self._catalogue, model, work)
            except ValueError as error:
                entry = self._catalogue.require(_REFUSAL)
                return Planned(fault=Fault(code=_REFUSAL, message=f"{entry.message} {error}"), entry=entry)
            # An outage lasts from the first request on, not from the beginning of a trial that nobody began for it.
            faults = tuple(
                fault if fault.until is None else replace(fault, until=moment.at + fault.until) for fault in faults
            )
            script = self._scripts[model, work] = Script(self._catalogue, faults)
        return script.next(operation, key, moment, right=right)
