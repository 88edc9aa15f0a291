"""Collecting what a client logs, without a change to what anybody else sees of it."""

from __future__ import annotations

import logging
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LATEST = 2000
"""So many records are kept, the latest: the end of a call says more than its beginning."""


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.records: deque[logging.LogRecord] = deque(maxlen=LATEST)

    def handle(self, record: logging.LogRecord) -> bool:
        # No lock: a client's thread that is stuck in its own handler must not hold up the others here.
        self.emit(record)
        return True

    def emit(self, record: logging.LogRecord) -> None:
        try:
            record.message = record.getMessage()
        except Exception:
            record.message = str(record.msg)
        self.records.append(record)
        if logging.lastResort is not None and record.levelno >= logging.lastResort.level and self._alone(record.name):
            logging.lastResort.handle(record)

    def _alone(self, name: str) -> bool:
        """Whether nobody else would have handled the record; then it belongs on stderr, as without the collector."""
        logger: logging.Logger | None = logging.getLogger(name)
        while logger is not None:
            if any(handler is not self for handler in logger.handlers):
                return False
            logger = logger.parent if logger.propagate else None
        return True


@contextmanager
def collected_logs() -> Iterator[deque[logging.LogRecord]]:
    """Collect the records that are logged inside the block, by any logger and in any thread.

    Loggers keep the levels the project gave them, so that neither cost nor output changes: what the project does not
    let through (by default anything below WARNING) is not logged at all, and counts as such. Loggers that do not
    propagate are listened to as well, if they exist when the block begins.
    """
    collector = _Collector()
    known = (logger for logger in logging.root.manager.loggerDict.values() if isinstance(logger, logging.Logger))
    listened = [logging.root, *(logger for logger in known if not logger.propagate)]
    for logger in listened:
        logger.addHandler(collector)
    try:
        yield collector.records
    finally:
        for logger in listened:
            logger.removeHandler(collector)
        collector.close()
