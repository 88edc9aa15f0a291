"""What each guilty client is charged with: the rule it breaks, and where that shows."""

from __future__ import annotations

from functools import partial
from typing import Any

from .specimen import Specimen


def _guilty(name: str, library: str, operation: str, rule: str, **more: Any) -> Specimen:
    return Specimen(folder="guilty", name=name, library=library, operations=(operation,), rule=rule, **more)


_must = partial(_guilty, level="MUST")
_must_async = partial(_guilty, level="MUST", is_async=True)
_should = partial(_guilty, level="SHOULD")
_should_async = partial(_guilty, level="SHOULD", is_async=True)

_BY_STATUS = "the SDK retries by status, so that it also retries other codes under 429, and not the same under 402"
_STOCK = {"retried-permanent-error": _BY_STATUS, "branched-on-status": _BY_STATUS}
_LAYERS = "each layer begins its backoff anew"
_EVERYTHING = "it makes no difference between errors"
_NO_RETRY = "the status it shies at gets no retry at all"
_CRASHES = "the crash takes the place of the retry"

GUILTY: tuple[Specimen, ...] = (
    _must("permanent_auth", "requests", "chat", "retried-permanent-error", code="invalid_api_key"),
    _must("permanent_expired", "urllib", "chat", "retried-permanent-error", code="expired_api_key"),
    _must_async("permanent_invalid", "httpx2", "chat", "retried-permanent-error", code="invalid_request"),
    _must_async("permanent_not_found", "aiohttp", "chat", "retried-permanent-error", code="model_not_found"),
    _must("permanent_billing", "urllib3", "chat", "retried-permanent-error", code="insufficient_balance"),
    _must("permanent_cost_limit", "anthropic", "messages", "retried-permanent-error", code="request_cost_limit"),
    _must("permanent_tier", "httpx", "video", "retried-permanent-error", code="video_tier_not_found"),
    _must("permanent_image_model", "requests", "image", "retried-permanent-error", code="image_model_not_found"),
    _must(
        "permanent_everything",
        "requests",
        "chat",
        "retried-permanent-error",
        code="invalid_request",
        also={"retried-before-reset": _EVERYTHING, "misread-family": _EVERYTHING},
    ),
    _must("reset_as_rate_limit", "openai", "chat", "retried-before-reset", code="key_daily_limit"),
    _must("reset_hourly", "requests", "chat", "retried-before-reset", code="key_daily_limit"),
    _must("reset_monthly_as_daily", "requests", "chat", "retried-before-reset", code="key_monthly_limit"),
    _must("reset_stock_openai", "openai", "chat", "retried-before-reset", code="key_daily_limit", also=_STOCK),
    _must("unsafe_image_timeout", "requests", "image", "unsafe-retry", code="image_generation_timeout"),
    _must("unsafe_image_later", "openai", "image", "unsafe-retry", code="image_generation_timeout"),
    _must("unsafe_image_smaller", "requests", "image", "unsafe-retry", code="image_generation_timeout"),
    _must_async("unsafe_image_panel", "httpx2", "image", "unsafe-retry", code="image_generation_timeout"),
    _must("unsafe_video_billing", "httpx", "video", "unsafe-retry", code="video_billing_error"),
    _must("unsafe_video_retake", "requests", "video", "unsafe-retry", code="video_billing_error"),
    _must("unsafe_video_poll", "requests", "video", "unsafe-retry", code="upstream_failed", scenario="status_persists"),
    _must_async(
        "unsafe_video_result", "aiohttp", "video", "unsafe-retry", code="internal_error", scenario="result_persists"
    ),
    _must(
        "polled_on_httpx", "httpx", "video", "polled-after-stop", code="request_cost_limit", scenario="status_persists"
    ),
    _must_async(
        "polled_on_aiohttp",
        "aiohttp",
        "video",
        "polled-after-stop",
        code="request_cost_limit",
        scenario="status_persists",
    ),
    _should("tight_poll_fast", "httpx", "video", "tight-poll", scenario="healthy"),
    _should("tight_poll_no_pause", "requests", "video", "tight-poll", scenario="healthy"),
    _should_async(
        "tight_poll_rate_limited", "aiohttp", "video", "tight-poll", code="rpm_rate_limited", scenario="status_recovers"
    ),
    _must("gave_up_rate_limit", "httpx", "chat", "gave-up-early", code="rpm_rate_limited"),
    _must("gave_up_internal", "requests", "chat", "gave-up-early", code="internal_error"),
    _should(
        "gave_up_after_two",
        "openai",
        "chat",
        "gave-up-early",
        code="upstream_failed",
        scenario="persists",
        also={"inconclusive": "it ends before it meets the last error of a mixed sequence"},
    ),
    _must("gave_up_task_id", "httpx", "video", "gave-up-early", code="video_task_id_missing"),
    _must(
        "gave_up_retry_after", "urllib3", "chat", "gave-up-early", code="rate_limited", scenario="retry_after_seconds"
    ),
    _must("gave_up_image", "requests", "image", "gave-up-early", code="image_generation_failed"),
    _must("too_many_chat", "requests", "chat", "too-many-attempts", code="upstream_failed", scenario="persists"),
    _must(
        "too_many_images", "requests", "image", "too-many-attempts", code="image_generation_failed", scenario="persists"
    ),
    _should("too_many_by_one", "openai", "chat", "too-many-attempts", code="upstream_failed", scenario="persists"),
    _must(
        "too_many_submissions",
        "httpx",
        "video",
        "too-many-attempts",
        code="video_generation_failed",
        scenario="create_persists",
    ),
    _must(
        "stacked_decorator",
        "requests",
        "chat",
        "too-many-attempts",
        code="upstream_failed",
        scenario="persists",
        also={"flat-backoff": _LAYERS},
    ),
    _must(
        "stacked_openai",
        "openai",
        "chat",
        "too-many-attempts",
        code="upstream_failed",
        scenario="persists",
        also={**_STOCK, "retried-before-reset": _BY_STATUS},
    ),
    _must("endless_tenacity", "requests", "chat", "endless-retry", code="upstream_failed", scenario="persists"),
    _must("endless_reconnect", "requests", "chat", "endless-retry", scenario="connection_reset_persists"),
    _must_async(
        "endless_billing_poll",
        "aiohttp",
        "video",
        "endless-retry",
        code="video_billing_error",
        scenario="status_persists",
    ),
    _must("early_deaf", "requests", "chat", "early-retry", code="rate_limited", scenario="retry_after_seconds"),
    _must_async("early_no_dates", "httpx2", "chat", "early-retry", code="rate_limited", scenario="retry_after_date"),
    _must("early_capped", "anthropic", "messages", "early-retry", code="rate_limited", scenario="retry_after_120"),
    _must_async(
        "early_milliseconds", "aiohttp", "chat", "early-retry", code="rate_limited", scenario="retry_after_seconds"
    ),
    _must("early_jittered", "urllib3", "chat", "early-retry", code="rate_limited", scenario="retry_after_seconds"),
    _must("early_429_only", "requests", "chat", "early-retry", code="upstream_failed", scenario="retry_after_seconds"),
    _must("early_once", "requests", "chat", "early-retry", code="rate_limited", scenario="retry_after_seconds"),
    _must("early_ignores_long", "openai", "chat", "early-retry", code="rate_limited", scenario="retry_after_120"),
    _must(
        "no_backoff_at_once",
        "httpx",
        "chat",
        "no-backoff",
        code="upstream_failed",
        scenario="persists",
        also={"early-retry": "an unreadable Retry-After calls for the backoff that it does not have"},
    ),
    _must_async("no_backoff_milliseconds", "aiohttp", "chat", "no-backoff", code="rate_limited", scenario="persists"),
    _must(
        "no_backoff_first",
        "urllib",
        "chat",
        "no-backoff",
        code="rate_limited",
        scenario="persists",
        also={"odd-backoff": "after other errors than rate limits this is only odd"},
    ),
    _must(
        "no_backoff_result",
        "requests",
        "video",
        "no-backoff",
        code="upstream_failed",
        scenario="result_persists",
        also={"gave-up-early": "it gives up where it would have to wait"},
    ),
    _must("flat_constant", "requests", "chat", "flat-backoff", code="upstream_failed", scenario="persists"),
    _must("flat_linear", "httpx", "chat", "flat-backoff", code="upstream_failed", scenario="persists"),
    _must("flat_shrinking", "openai", "chat", "flat-backoff", code="upstream_failed", scenario="persists"),
    _must_async("flat_random", "aiohttp", "chat", "flat-backoff", code="upstream_failed", scenario="persists"),
    _should("odd_slow_start", "httpx", "chat", "odd-backoff", code="upstream_failed", scenario="persists"),
    _should_async("odd_no_ceiling", "httpx2", "chat", "odd-backoff", code="rate_limited", scenario="persists"),
    _should("odd_tiny_start", "anthropic", "messages", "odd-backoff", code="upstream_failed", scenario="persists"),
    _should("odd_factor", "urllib", "chat", "odd-backoff", code="upstream_failed", scenario="persists"),
    _should("no_jitter_powers", "requests", "chat", "missing-jitter", code="upstream_failed", scenario="persists"),
    _should_async(
        "no_jitter_tenacity", "anthropic", "messages", "missing-jitter", code="upstream_failed", scenario="persists"
    ),
    _must("swallowed_empty", "httpx", "chat", "swallowed-error"),
    _must_async("swallowed_none", "aiohttp", "chat", "swallowed-error"),
    _must("swallowed_apology", "openai", "chat", "swallowed-error"),
    _must("swallowed_stale", "requests", "chat", "swallowed-error"),
    _must("swallowed_placeholder", "requests", "image", "swallowed-error"),
    _must("swallowed_stream", "anthropic", "messages_stream", "swallowed-error"),
    _must("swallowed_worker", "requests", "image", "swallowed-error", code="invalid_api_key"),
    _must("lost_result_done", "requests", "video", "lost-result", code="upstream_failed", scenario="status_recovers"),
    _must("lost_result_recursion", "requests", "chat", "lost-result", code="upstream_failed", scenario="recovers"),
    _must("lost_result_first_error", "urllib3", "chat", "lost-result", code="upstream_failed", scenario="recovers"),
    _must("lost_result_stream", "requests", "chat_stream", "lost-result", scenario="stream_reset"),
    _should("lost_code_status", "requests", "chat", "lost-code"),
    _should("lost_code_hidden", "httpx", "chat", "lost-code"),
    _should("lost_code_anthropic", "anthropic", "messages", "lost-code"),
    _must("lost_request_id_chat", "urllib3", "chat", "lost-request-id", code="internal_error", scenario="persists"),
    _must("lost_request_id_image", "requests", "image", "lost-request-id", code="image_generation_timeout"),
    _must_async(
        "lost_request_id_video",
        "aiohttp",
        "video",
        "lost-request-id",
        code="video_billing_error",
        scenario="status_persists",
    ),
    _should_async("lost_param_chat", "httpx2", "chat", "lost-param", code="invalid_model"),
    _should("lost_param_image", "requests", "image", "lost-param", code="image_model_not_found"),
    _must("leaked_key_message", "requests", "chat", "leaked-key"),
    _must("leaked_key_log", "httpx", "chat", "leaked-key"),
    _must_async("leaked_key_aiohttp", "aiohttp", "chat", "leaked-key"),
    _must("leaked_key_curl", "urllib", "chat", "leaked-key"),
    _must(
        "branched_upstream_504",
        "requests",
        "chat",
        "branched-on-status",
        code="upstream_failed",
        also={"gave-up-early": _NO_RETRY},
    ),
    _must(
        "branched_image_504",
        "requests",
        "image",
        "branched-on-status",
        code="image_generation_failed",
        also={"gave-up-early": _NO_RETRY},
    ),
    _must(
        "branched_video_504",
        "httpx",
        "video",
        "branched-on-status",
        code="video_generation_failed",
        also={"gave-up-early": _NO_RETRY},
    ),
    _must("branched_cap_402", "requests", "chat", "branched-on-status", code="key_daily_limit"),
    _should("crashed_json", "requests", "chat", "crashed-on-reply", scenario="html_502"),
    _should_async("crashed_enum", "httpx2", "chat", "crashed-on-reply", code="some_future_code"),
    _should(
        "crashed_retry_after",
        "openai",
        "chat",
        "crashed-on-reply",
        code="rate_limited",
        scenario="retry_after_garbage",
        also={"gave-up-early": _CRASHES},
    ),
    _should(
        "crashed_negative", "urllib3", "chat", "crashed-on-reply", code="rate_limited", scenario="retry_after_garbage"
    ),
    _should(
        "misread_new_limit",
        "requests",
        "chat",
        "misread-family",
        code="some_future_code",
        scenario="unknown_rate_limit_error",
    ),
    _should(
        "misread_new_refusals",
        "httpx",
        "chat",
        "misread-family",
        code="some_future_code",
        scenario="unknown_authentication_error",
    ),
    _should(
        "misread_new_cap",
        "anthropic",
        "messages",
        "misread-family",
        code="some_future_code",
        scenario="unknown_usage_cap_exceeded",
    ),
    _should("changed_shorter", "httpx", "chat", "changed-request", code="upstream_failed", scenario="recovers"),
    _should("changed_numbered", "urllib3", "chat", "changed-request", code="upstream_failed", scenario="recovers"),
    _must("changed_after_drop", "requests", "chat_stream", "changed-request", scenario="stream_reset"),
    _must_async("changed_after_drop_messages", "httpx2", "messages_stream", "changed-request", scenario="stream_reset"),
    _must("resumed_prefill", "anthropic", "messages_stream", "resumed-stream", scenario="stream_reset"),
    _must("resumed_continue", "requests", "chat_stream", "resumed-stream", scenario="stream_reset"),
    _must("resumed_last_event", "urllib3", "chat_stream", "resumed-stream", scenario="stream_reset"),
    _must("truncated_break", "requests", "chat_stream", "truncated-success", scenario="stream_reset"),
    _must("truncated_messages", "anthropic", "messages_stream", "truncated-success", scenario="stream_reset"),
    _should_async("truncated_unfinished", "openai", "chat_stream", "truncated-success", scenario="stream_unfinished"),
    _should_async("truncated_aiohttp", "aiohttp", "chat_stream", "truncated-success", scenario="stream_unfinished"),
    _should("repeated_pieces", "requests", "chat_stream", "repeated-text", scenario="stream_reset"),
    _should("repeated_narration", "anthropic", "messages_stream", "repeated-text", scenario="stream_reset"),
    _should_async("blocking_httpx2", "httpx2", "chat", "blocking-sleep", code="rate_limited", scenario="recovers"),
    _should_async("blocking_aiohttp", "aiohttp", "chat", "blocking-sleep", code="rate_limited", scenario="recovers"),
    _should_async("blocking_tenacity", "requests", "chat", "blocking-sleep", code="rate_limited", scenario="recovers"),
)
