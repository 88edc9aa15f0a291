"""All clients of the corpus, each with the verdict that is known beforehand."""

from __future__ import annotations

from functools import partial

from .charges import GUILTY
from .specimen import Specimen

__all__ = ["EVERY", "GUILTY", "INNOCENT"]

_CHAT, _CHAT_STREAM = ("chat",), ("chat_stream",)
_MESSAGES, _MESSAGES_STREAM = ("messages",), ("messages_stream",)
_IMAGE, _VIDEO = ("image",), ("video",)

_chat = partial(Specimen, folder="innocent", operations=_CHAT)
_other = partial(Specimen, folder="innocent")
_SURFACES = {"gave-up-early": "it surfaces a stream that breaks off, which the page would rather see sent again"}

INNOCENT: tuple[Specimen, ...] = (
    _chat(name="chat_aiohttp", library="aiohttp", is_async=True),
    _chat(name="chat_backoff", library="httpx2"),
    _chat(name="chat_cheaper", library="httpx"),
    _chat(name="chat_batch", library="requests"),
    _chat(name="chat_circuit_breaker", library="requests"),
    _chat(name="chat_event_wait", library="urllib3"),
    _chat(name="chat_executor", library="requests", is_async=True),
    _chat(name="chat_halts", library="requests"),
    _chat(name="chat_httpx", library="httpx"),
    _chat(name="chat_httpx2_async", library="httpx2", is_async=True),
    _chat(name="chat_key_rotation", library="httpx2"),
    _chat(name="chat_model_fallback", library="openai"),
    _chat(name="chat_openai", library="openai"),
    _chat(name="chat_openai_deadline", library="openai", is_async=True),
    _chat(name="chat_paced", library="httpx2", is_async=True),
    _chat(name="chat_patience_limit", library="httpx"),
    _chat(name="chat_queue_workers", library="httpx2", is_async=True),
    _chat(name="chat_requests", library="requests"),
    _chat(name="chat_resends_broken", library="requests"),
    _chat(name="chat_result", library="urllib3"),
    _chat(name="chat_stamina", library="httpx", is_async=True),
    _chat(name="chat_sync_facade", library="httpx"),
    _chat(name="chat_task_group", library="aiohttp", is_async=True),
    _chat(name="chat_tenacity", library="requests"),
    _chat(name="chat_time_budget", library="requests"),
    _chat(name="chat_urllib", library="urllib"),
    _chat(name="chat_urllib3", library="urllib3"),
    _chat(name="chat_wait_for", library="aiohttp", is_async=True),
    _chat(name="chat_waits_for_reset", library="requests"),
    _chat(name="chat_worker_thread", library="urllib"),
    _other(name="chat_stream_aiohttp", library="aiohttp", operations=_CHAT_STREAM, is_async=True),
    _other(name="chat_stream_httpx_surface", library="httpx", operations=_CHAT_STREAM, also=_SURFACES),
    _other(name="chat_stream_openai", library="openai", operations=_CHAT_STREAM, is_async=True),
    _other(name="chat_stream_requests", library="requests", operations=_CHAT_STREAM),
    _other(name="chat_stream_urllib3", library="urllib3", operations=_CHAT_STREAM),
    _other(name="messages_anthropic", library="anthropic", operations=_MESSAGES),
    _other(name="messages_anthropic_tenacity", library="anthropic", operations=_MESSAGES, is_async=True),
    _other(name="messages_anyio", library="httpx", operations=_MESSAGES, is_async=True),
    _other(name="messages_stream_anthropic", library="anthropic", operations=_MESSAGES_STREAM),
    _other(name="messages_stream_httpx2", library="httpx2", operations=_MESSAGES_STREAM, is_async=True, also=_SURFACES),
    _other(name="image_aiohttp", library="aiohttp", operations=_IMAGE, is_async=True),
    _other(name="image_openai", library="openai", operations=_IMAGE),
    _other(name="image_requests", library="requests", operations=_IMAGE),
    _other(name="image_simplifies", library="urllib3", operations=_IMAGE),
    _other(name="image_storyboard", library="httpx2", operations=_IMAGE, is_async=True),
    _other(name="video_after_billing", library="httpx2", operations=_VIDEO, is_async=True),
    _other(name="video_aiohttp", library="aiohttp", operations=_VIDEO, is_async=True),
    _other(name="video_httpx", library="httpx", operations=_VIDEO),
    _other(name="video_requests", library="requests", operations=_VIDEO),
    _other(name="gateway_all", library="requests", operations=("chat", "messages", "image", "video")),
)

EVERY: tuple[Specimen, ...] = (*INNOCENT, *GUILTY)
