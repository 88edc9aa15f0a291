"""Concurrent callers each get their own answers and waits, and leave neither a thread nor a socket behind."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from .crowd import Crowd, right, see, with_aiohttp, with_http_client, with_httpx, with_requests


def left_open() -> tuple[set[threading.Thread], int]:
    gc.collect()
    return set(threading.enumerate()), len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize(
    ("client", "size"), [(with_aiohttp, 200), (with_httpx, 40), (with_requests, 50), (with_http_client, 50)]
)
def test_each_caller_of_a_crowd_is_served_and_waits_on_its_own(
    client: Callable[[Crowd], Callable[[], object]], size: int
) -> None:
    threads_before, files_before = left_open()

    assert see(client, size) == right(size)

    threads, files = left_open()
    assert threads <= threads_before
    assert files <= files_before
