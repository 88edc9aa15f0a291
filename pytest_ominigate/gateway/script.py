"""The faults of one trial, and which request meets which."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..catalogue.envelope import resets_at
from ..catalogue.model import Catalogue, ErrorEntry
from .moment import Moment
from .routing import GENERATING
from .scenario import BROKEN_SUCCESSES, Fault

_GRACE = timedelta(milliseconds=1)
"""What a client may lose by rounding when it computes how long to wait for a reset."""


@dataclass(slots=True, kw_only=True)
class Planned:
    """A fault and what has become of it."""

    fault: Fault
    entry: ErrorEntry | None
    """The catalogue's entry, for a documented code."""
    served: int = 0
    key: str | None = None
    """The API key that met a cap first."""
    met: datetime | None = None
    """When it was met first."""

    @property
    def resets_at(self) -> datetime | None:
        """When a cap that was met is lifted; constant, however late it is met again."""
        return resets_at(self.entry.reset, self.met) if self.met and self.entry and self.entry.reset else None

    def meets(self, operation: str, key: str | None, moment: Moment, *, right: bool) -> bool:
        """Whether this request gets the fault. One that is not *right* has no success that could break."""
        if self._over(moment) or (not right and self.fault.kind in BROKEN_SUCCESSES):
            return False
        if self.served and self.entry and self.entry.cap_scope == "key" and key != self.key:
            return False
        # Once a key has spent its money, it has none for other operations either.
        if self.resets_at is not None and self.fault.times is None:
            return operation in GENERATING
        return self.fault.meets(operation, self.entry)

    def serve(self, key: str | None, moment: Moment) -> None:
        """Note that a request met it."""
        if not self.served:
            self.key, self.met = key, moment.wall
        self.served += 1

    def _over(self, moment: Moment) -> bool:
        if self.resets_at is not None and moment.wall + _GRACE >= self.resets_at:
            return True
        if self.fault.until is not None:
            return moment.at >= self.fault.until
        return self.fault.times is not None and self.served >= self.fault.times


class Script:
    """A queue of faults. A request gets the first that it can meet and that is not over."""

    def __init__(self, catalogue: Catalogue, faults: Iterable[Fault] = ()) -> None:
        self._catalogue = catalogue
        self._planned: list[Planned] = []
        self.add(faults)

    def add(self, faults: Iterable[Fault]) -> None:
        """Put more faults behind the others."""
        self._planned += [Planned(fault=fault, entry=self._catalogue.get(fault.code)) for fault in faults]

    def next(self, operation: str, key: str | None, moment: Moment, *, right: bool = True) -> Planned | None:
        """The fault that a request meets, noted as served; None for a request that goes its way.

        Args:
            operation: what the request asks for, as the catalogue names it.
            key: the API key it carries.
            moment: when it came.
            right: whether the gateway would grant it.
        """
        for planned in self._planned:
            if planned.meets(operation, key, moment, right=right):
                planned.serve(key, moment)
                return planned
        return None

    @property
    def unserved(self) -> tuple[Fault, ...]:
        """The faults that no request met."""
        return tuple(planned.fault for planned in self._planned if not planned.served)
