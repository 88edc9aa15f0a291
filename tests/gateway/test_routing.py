"""Which request lines the gateway knows."""

from __future__ import annotations

import pytest

from pytest_ominigate.gateway.routing import route

WRITES = [
    ("/chat/completions", "chat"),
    ("/v1/chat/completions", "chat"),
    ("/v1/v1/chat/completions", "chat"),
    ("/openai/v1/chat/completions", "chat"),
    ("/v1/openai/v1/chat/completions", "chat"),
    ("/v1//chat/completions", "chat"),
    ("/v1/chat/completions?beta=true", "chat"),
    ("http://127.0.0.1:8000/v1/chat/completions", "chat"),
    ("/messages", "messages"),
    ("/v1/messages", "messages"),
    ("/v1/v1/messages?beta=true", "messages"),
    ("/images", "image"),
    ("/v1/images", "image"),
    ("/v1/images/generations", "image"),
    ("/v1/v1/images/generations", "image"),
    ("/v1/images/edits", "image"),
    ("/v1/videos/google/create", "video.create"),
    ("/videos/google/status", "video.status"),
    ("/v1/v1/videos/runway/result", "video.result"),
    ("/v1/videos/openai/create", "video.create"),
]
UNKNOWN = [
    ("POST", "/v1/chat/completion"),
    ("POST", "/v1/v1/v1/chat/completions"),
    ("POST", "/v1chat/completions"),
    ("POST", "/v1/messages/count_tokens"),
    ("POST", "/v1/embeddings"),
    ("POST", "/v1/videos/google/cancel"),
    ("POST", "/v1/videos/create"),
    ("POST", "/v1/models"),
    ("POST", "/"),
    ("POST", "http://[broken/v1/messages"),
    ("GET", "/v1/chat/completions"),
    ("GET", "/v1/videos/google/status"),
    ("GET", "/v1/model"),
    ("PUT", "/v1/chat/completions"),
    ("PATCH", "/v1/messages"),
    ("DELETE", "/v1/models"),
    ("HEAD", "/v1/models"),
]
READS = [
    ("/v1/models", "models", None, False),
    ("/models", "models", None, False),
    ("/v1/v1/models?type=image", "models", None, False),
    ("/api/v1/models", "models", None, True),
    ("/v1/api/v1/models", "models", None, True),
    ("/v1/models/google/veo-2", "model", "google/veo-2", False),
    ("/v1/models/google%2Fveo-2", "model", "google/veo-2", False),
    ("/api/v1/models/google/veo-2", "model", "google/veo-2", True),
    ("/v1/files/img_omg_1_1.png", "file", "img_omg_1_1.png", True),
]


@pytest.mark.parametrize(("target", "name"), WRITES)
def test_posts_are_known_with_and_without_prefixes(target: str, name: str) -> None:
    found = route("POST", target)

    assert found.name == name
    assert found.generates


@pytest.mark.parametrize(("method", "target"), UNKNOWN)
def test_anything_else_is_unknown(method: str, target: str) -> None:
    assert route(method, target).name == "other"


@pytest.mark.parametrize(("target", "name", "item", "public"), READS)
def test_models_and_files_are_read(target: str, name: str, item: str | None, public: bool) -> None:
    found = route("GET", target)

    assert (found.name, found.item, found.public) == (name, item, public)
    assert not found.generates


def test_the_provider_stands_in_the_path_of_videos() -> None:
    assert route("POST", "/v1/videos/runway/create").provider == "runway"


def test_the_method_may_be_in_any_case() -> None:
    assert route("post", "/v1/messages").name == "messages"
