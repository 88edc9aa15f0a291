"""What a client writes to the terminal, and what it warns of: for many applications that is their log."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

_MOST = 65_536
"""Characters kept of each stream, the latest."""


class _Tee:
    """Passes everything on to a stream and keeps what is written."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.text = ""

    def write(self, text: str) -> Any:
        self.text = (self.text + str(text))[-_MOST:]
        return self._stream.write(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def collected_output() -> Iterator[Callable[[], list[logging.LogRecord]]]:
    """Collect what is printed inside the block, warned of or logged by loguru; the result gives it as log records."""
    tees = {name: _Tee(getattr(sys, name)) for name in ("stdout", "stderr")}
    told: list[str] = []
    warned: list[str] = []
    show = warnings.showwarning

    def note_and_show(message: Warning | str, *args: Any, **kwargs: Any) -> None:
        warned.append(str(message))
        show(message, *args, **kwargs)

    with ExitStack() as stack:
        stack.callback(setattr, warnings, "showwarning", show)
        warnings.showwarning = note_and_show
        for name, tee in tees.items():
            stack.callback(setattr, sys, name, getattr(sys, name))
            setattr(sys, name, tee)
        loguru = sys.modules.get("loguru")
        if loguru is not None:
            stack.callback(
                loguru.logger.remove, loguru.logger.add(told.append, level="INFO", format="{message} {extra}")
            )
        yield (
            lambda: (
                [_record(name, tee.text) for name, tee in tees.items() if tee.text]
                + [_record("loguru", "".join(told[-2000:]))] * bool(told)
                + [_record("warnings", "\n".join(warned[-2000:]))] * bool(warned)
            )
        )


def _record(name: str, text: str) -> logging.LogRecord:
    return logging.makeLogRecord({"name": name, "msg": text, "message": text, "levelno": logging.INFO})
