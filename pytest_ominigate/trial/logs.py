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


class _AsBefore(logging.Filter):
    """Keeps from the project's own handlers what its levels would not have let through."""

    def __init__(self, root_level: int) -> None:
        super().__init__()
        self._root_level = root_level

    def filter(self, record: logging.LogRecord) -> bool:
        logger: logging.Logger | None = logging.getLogger(record.name)
        while logger is not None and logger.parent is not None:
            if logger.level:
                return record.levelno >= logger.level
            logger = logger.parent
        return record.levelno >= self._root_level


@contextmanager
def collected_logs() -> Iterator[deque[logging.LogRecord]]:
    """Collect the records that are logged inside the block, by any logger and in any thread, from INFO up.

    INFO is what services log in production, while a test run's root logger stands at WARNING; so that level is lowered
    for as long as the block lasts, and the project's own handlers get no more than before. Levels that the project
    gave to its loggers stay. Loggers that do not propagate are listened to as well, if they exist when it begins.
    """
    collector = _Collector()
    known = [logger for logger in logging.root.manager.loggerDict.values() if isinstance(logger, logging.Logger)]
    listened = [logging.root, *(logger for logger in known if not logger.propagate)]
    level = logging.root.level
    handlers = [handler for logger in (logging.root, *known) for handler in logger.handlers]
    as_before = _AsBefore(level)
    for handler in handlers:
        handler.addFilter(as_before)
    logging.root.setLevel(min(level, logging.INFO))
    for logger in listened:
        logger.addHandler(collector)
    try:
        yield collector.records
    finally:
        for logger in listened:
            logger.removeHandler(collector)
        logging.root.setLevel(level)
        for handler in handlers:
            handler.removeFilter(as_before)
        collector.close()
