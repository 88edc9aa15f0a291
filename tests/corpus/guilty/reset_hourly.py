"""Looks in every hour, although the cap is lifted at midnight."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.chat_waits_for_reset import Job, JobFailed


class Impatient(Job):
    def until_reset(self, failure: JobFailed) -> float:
        return min(super().until_reset(failure), 3600.0)


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    job = Impatient(base_url, api_key)
    return lambda: job.run("ping")
