"""Waits for a cap's reset under 429, and gives the same cap up under 402."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.chat_waits_for_reset import Job, JobFailed


class PaymentMinded(Job):
    def waits_for_reset(self, failure: JobFailed) -> bool:
        return failure.status == 429 and super().waits_for_reset(failure)


def chat(base_url: str, api_key: str) -> Callable[[], object]:
    job = PaymentMinded(base_url, api_key)
    return lambda: job.run("ping")
