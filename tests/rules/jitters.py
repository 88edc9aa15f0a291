"""Ways to wait between retries: the honest shapes in use, and those that are no backoff."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise

Shape = Callable[[random.Random, int], Sequence[float]]
"""Draws that many waits of one call, in seconds."""


def shaken(
    jitter: Callable[[random.Random, float], float], *, start: float = 1, factor: float = 2, top: float = 30
) -> Shape:
    """Doubling (or so) waits, each of them shaken."""
    return lambda rng, count: [jitter(rng, min(start * factor**n, top)) for n in range(count)]


def _decorrelated(rng: random.Random, count: int) -> list[float]:
    drawn = accumulate(range(count), lambda last, _: min(30.0, rng.uniform(1.0, 3 * last)), initial=1.0)
    return list(drawn)[1:]


def _exact(_rng: random.Random, wait: float) -> float:
    return wait


def _growing(rng: random.Random, count: int) -> list[float]:
    """The package ``retry``: one second, then twice as long and up to a second more."""
    drawn = accumulate(range(count - 1), lambda last, _: min(30.0, 2 * last + rng.random()), initial=1.0)
    return list(drawn)


HONEST: dict[str, Shape] = {
    "full": shaken(lambda rng, d: rng.uniform(0, d)),
    "equal": shaken(lambda rng, d: rng.uniform(d / 2, d)),
    "additive": shaken(lambda rng, d: rng.uniform(d, d + 1)),
    "d to 2 d": shaken(lambda rng, d: rng.uniform(d, 2 * d)),
    "a quarter": shaken(lambda rng, d: d * rng.uniform(0.75, 1.25)),
    "a tenth": shaken(lambda rng, d: d * rng.uniform(0.9, 1.1)),
    "decorrelated": _decorrelated,
    "stainless": shaken(lambda rng, d: d * rng.uniform(0.75, 1), start=0.5, top=8),
    "stamina": shaken(lambda rng, d: min(5.0, d + rng.random()), start=0.1, top=5),
    "tenacity's cookbook": shaken(lambda rng, d: rng.uniform(1, d), top=60),
    "tenacity's exponential with jitter": shaken(lambda rng, d: min(30.0, d + rng.random())),
    "twice as long to begin with": shaken(lambda rng, d: d * rng.uniform(0.9, 1), start=2),
    "half a second to begin with": shaken(lambda rng, d: d * rng.uniform(0.8, 1.2), start=0.5),
    "a ceiling of five seconds": shaken(lambda rng, d: d * rng.uniform(0.8, 1), top=5),
    "httpx-retries": shaken(lambda rng, d: rng.uniform(0, d)),
    "retry": _growing,
}
"""Shapes that nobody may be accused for."""

EXACT: dict[str, Shape] = {
    "powers of two": shaken(_exact),
    "tenacity's exponential": shaken(_exact, top=30),
    "aiohttp-retry, node ai, retrying": shaken(_exact, start=2),
    "a ceiling of two seconds": shaken(_exact, top=2),
}
"""Honest but for the jitter, which they lack."""

FLAT: dict[str, tuple[Shape, int]] = {
    "always a second": (lambda _rng, count: [1.0] * count, 2),
    "always two": (lambda _rng, count: [2.0] * count, 2),
    "always a fifth of a second": (lambda _rng, count: [0.2] * count, 2),
    "a second, give or take a twentieth": (lambda rng, count: [rng.uniform(0.95, 1.05) for _ in range(count)], 2),
    "two seconds and a little more": (lambda rng, count: [rng.uniform(2, 2.1) for _ in range(count)], 2),
    "shrinking": (lambda _rng, count: [8.0 / 2**n for n in range(count)], 2),
    "shrinking, shaken": (lambda rng, count: [8.0 / 2**n * rng.uniform(0.8, 1) for n in range(count)], 2),
    "a second and two, and again": (lambda rng, count: [2.0 ** (n % 2) * rng.uniform(1, 1.2) for n in range(count)], 4),
    "one, two, four, and again": (lambda rng, count: [2.0 ** (n % 3) * rng.uniform(0.9, 1.1) for n in range(count)], 5),
    "four seconds, then one": (lambda rng, count: [rng.uniform(0.9, 1.1) * (1 if n else 4) for n in range(count)], 2),
    "a second, then none": (lambda rng, count: [0.0 if n else rng.uniform(1, 1.5) for n in range(count)], 2),
    "one second more each time": (lambda _rng, count: [1.0 + n for n in range(count)], 4),
    "five seconds more each time": (lambda _rng, count: [5.0 * (n + 1) for n in range(count)], 4),
    "one second more, shaken": (lambda rng, count: [1.0 + n + rng.uniform(0, 0.3) for n in range(count)], 4),
}
"""Shapes without growth, and the number of waits from which on they must be found."""


def cut_short(shape: Shape, seconds: float) -> Shape:
    """The same with a deadline for all of it, to which the last wait is cut."""

    def drawn(rng: random.Random, count: int) -> list[float]:
        kept: list[float] = []
        for wait in shape(rng, count):
            kept.append(min(wait, seconds - sum(kept)))
            if kept[-1] < wait:
                break
        return kept

    return drawn


def held_up(shape: Shape, requests: int, seconds: float) -> Shape:
    """The same with a limiter of the client's own: no more than so many requests in so many seconds."""

    def drawn(rng: random.Random, count: int) -> list[float]:
        sent = [0.0]
        for wait in shape(rng, count):
            free = sent[-requests] + seconds if len(sent) >= requests else 0.0
            sent.append(max(sent[-1] + wait, free))
        return [after - before for before, after in pairwise(sent)]

    return drawn


def rows(shape: Shape, *, seed: object, trials: int = 12, waits: int = 4) -> list[Sequence[float]]:
    """The waits of all trials, drawn from a seed of their own."""
    rng = random.Random(repr(seed))
    return [shape(rng, waits) for _ in range(trials)]
