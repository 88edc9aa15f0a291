"""Makes a client's jitter the same on every run."""

from __future__ import annotations

import contextlib
import random
import sys
import zlib
from collections.abc import Iterator


@contextlib.contextmanager
def seeded(seed: str) -> Iterator[None]:
    """Seed the shared generators of ``random`` (and numpy, if it is in use); put their states back afterwards."""
    before = random.getstate()
    numpy_random = getattr(sys.modules.get("numpy"), "random", None)
    numpy_before = numpy_random.get_state() if numpy_random else None
    random.seed(seed)
    if numpy_random:
        numpy_random.seed(zlib.crc32(seed.encode()))
    try:
        yield
    finally:
        random.setstate(before)
        if numpy_random:
            numpy_random.set_state(numpy_before)
