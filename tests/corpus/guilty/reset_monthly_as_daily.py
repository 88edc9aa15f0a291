"""Waits until the next midnight for a cap that is lifted next month."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from ..innocent.chat_waits_for_reset import Job, JobFailed


class DayLabourer(Job):
    def until_reset(self, failure: JobFailed) -> float:
        now = datetime.now(UTC)
        midnight = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), UTC)
        return (midnight - now).total_seconds() + random.uniform(1, 60)


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    job = DayLabourer(base_url, api_key)
    return lambda: job.run("ping")
