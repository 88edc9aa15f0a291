"""The catalogue's records: what each documented error is, and what a client must do about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .conversions import Conversions
from .names import unknown_name


class Duty(StrEnum):
    """What a client must do about an error."""

    FAIL = "fail"
    """Surface it at once; never send the same request with the same key again."""
    BACKOFF = "backoff"
    """Send it again after exponential backoff, a few times."""
    UNTIL_RESET = "until_reset"
    """Do not send it again with the same key before the cap is lifted."""
    UNKNOWN_OUTCOME = "unknown_outcome"
    """Never send it again by itself: the work may have been done."""
    COMPLETED = "completed"
    """The work is done: never create it again; polling may go on."""

    @property
    def retries(self) -> bool:
        """Whether the duty asks for a retry."""
        return self is Duty.BACKOFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """The section of the gateway's error page that a duty stands on, and the duty in our words."""

    section: str
    duty: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One thing that the page says about handling an error, in our words: the rules that judge it, or why none does."""

    section: str
    text: str
    judged_by: tuple[str, ...] = ()
    unjudged: str | None = None
    """The reason's name in :attr:`Catalogue.unjudged`; None where the rules judge all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """The waits the page asks for, in seconds."""

    initial: float
    factor: float
    maximum: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorEntry(Conversions):
    """One documented error."""

    code: str
    type: str
    statuses: tuple[int, ...]
    """The HTTP statuses it arrives under; the first is the default."""
    message: str
    duty: Duty
    min_requests: int
    """Fewer requests than this in all is giving up early (1: none is asked for)."""
    max_requests: int
    """More requests than this in all is too many."""
    advised_requests: int
    """Fewer requests than this is against the page's advice, though not its minimum."""
    operations: tuple[str, ...]
    """Where it can arise: ``chat``, ``chat_stream``, ``messages``, ``messages_stream``, ``image``,
    ``video.create``, ``video.status``, ``video.result``."""
    citations: Mapping[str, Citation] = field(default_factory=dict, hash=False, repr=False)
    """The sentence behind each rule that judges this error, by rule name; ``duty`` holds the main one."""
    handling: tuple[Advice, ...] = field(default=(), repr=False)
    """The page's list on how to handle it, point by point."""
    param: str | None = None
    """The request field it names, if any."""
    metadata: tuple[str, ...] = ()
    """Extra members of the error object: ``limit``, ``used``, ``resets_at``."""
    reset: str | None = None
    """``daily`` or ``monthly`` where a cap is lifted by itself."""
    cap_scope: str | None = None
    """Whose spending a cap limits: ``key``, ``account`` or ``request``."""
    backoff: Backoff | None = None
    honours_retry_after: bool = False
    """Whether the page sends a Retry-After with it."""
    simpler_later: bool = False
    """Whether the page advises a simpler or smaller request where the error recurs."""
    request_id_required: bool = False
    """Whether losing the X-Request-Id breaks a MUST (else a SHOULD)."""

    @property
    def status(self) -> int:
        """The default HTTP status."""
        return self.statuses[0]

    @property
    def transient(self) -> bool:
        """Whether a retry is asked for."""
        return self.duty.retries

    def citation(self, rule: str) -> Citation:
        """The citation for *rule*, or the main one where the rule has none of its own."""
        return self.citations.get(rule) or self.citations["duty"]

    def documented(self, status: int | None) -> int:
        """*status* if the error is documented under it, or the default one for None.

        Raises:
            ValueError: the error is not documented under *status*.
        """
        if status is None:
            return self.status
        if status not in self.statuses:
            raise ValueError(unknown_name(f"documented status of {self.code}", status, self.statuses))
        return status


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One error type: its statuses, and the duty its codes share (None where they differ)."""

    type: str
    statuses: tuple[int, ...]
    duty: Duty | None
    section: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Numbers that hold for all errors. Waits in seconds."""

    values: Mapping[str, Any]
    units: Mapping[str, str] = field(default_factory=dict)
    """``seconds``, ``requests``, ``waits``, ``trials``, ``callers`` or ``factor``."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Why each number is what it is."""

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All documented errors, in the page's order."""

    version: str
    entries: tuple[ErrorEntry, ...]
    families: tuple[Family, ...]
    limits: Limits
    unjudged: Mapping[str, str] = field(default_factory=dict)
    """Duties that no timeline shows, each with the reason."""
    citations: Mapping[str, Citation] = field(default_factory=dict)
    """What each rule stands on where an error has no citation of its own, or where there is no code."""
    statements: tuple[Advice, ...] = ()
    """What the page says outside the lists of single errors."""
    decisions: Mapping[str, str] = field(default_factory=dict)
    """What the page leaves open, and how it was decided."""
    gateway: str = ""
    """The real gateway's origin, such as ``https://api.example.com``."""
    routes: Mapping[str, str] = field(default_factory=dict)
    """The path of each operation; ``{provider}`` stands for a model's provider."""
    _by_code: Mapping[str | None, ErrorEntry] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the entries."""
        object.__setattr__(self, "_by_code", {entry.code: entry for entry in reversed(self.entries)})

    def __iter__(self) -> Iterator[ErrorEntry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def get(self, code: str | None) -> ErrorEntry | None:
        """The entry of that code, or None for an undocumented one."""
        return self._by_code.get(code)

    def require(self, code: str) -> ErrorEntry:
        """The entry of that code.

        Raises:
            ValueError: there is none; the message names the nearest one and all there are.
        """
        entry = self.get(code)
        if entry is None:
            raise ValueError(unknown_name("documented error", code, self.codes))
        return entry

    def select(self, names: Iterable[str]) -> tuple[ErrorEntry, ...]:
        """The entries of these families or codes, in the page's order; a name that is both means the family.

        Raises:
            ValueError: a name is neither.
        """
        types = [family.type for family in self.families]
        chosen: set[str] = set()
        for name in names:
            if name not in types and name not in self.codes:
                raise ValueError(unknown_name("documented family or error", name, dict.fromkeys((*types, *self.codes))))
            chosen.update(
                entry.code for entry in self if name == entry.type or (name not in types and name == entry.code)
            )
        return tuple(entry for entry in self if entry.code in chosen)

    @property
    def codes(self) -> tuple[str, ...]:
        """All documented codes."""
        return tuple(entry.code for entry in self.entries)

    def family(self, error_type: str | None) -> Family | None:
        """The family of that type, or None for an undocumented one."""
        return next((family for family in self.families if family.type == error_type), None)

    def citation(self, rule: str, code: str | None = None) -> Citation | None:
        """What *rule* stands on for that error, or in general; None for a rule that is cited nowhere."""
        entry = self.get(code)
        return (entry.citations.get(rule) if entry else None) or self.citations.get(rule)
