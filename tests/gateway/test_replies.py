"""What right requests get: whole replies, streams, images and the list of models."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from pytest_ominigate.gateway import WireReply
from pytest_ominigate.timeline import ReplyKind

from .conftest import CHAT, IMAGE, MESSAGES, ManualClock, Sender

Events = Callable[[WireReply], list[tuple[str | None, Any]]]
PNG = b"\x89PNG\r\n\x1a\n"


def test_chat_answers_pong_in_the_full_shape(send: Sender, clock: ManualClock) -> None:
    reply = send("/v1/chat/completions", CHAT)

    assert reply.headers == {"content-type": "application/json", "x-request-id": "req_omg_0001"}
    assert reply.json == {
        "id": "chatcmpl-omg-1",
        "object": "chat.completion",
        "created": int(clock.wall().timestamp()),
        "model": "openai/gpt-4o",
        "service_tier": "default",
        "system_fingerprint": "fp_omg",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "pong", "refusal": None, "annotations": []},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": 8,
            "completion_tokens": 4,
            "total_tokens": 12,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": 0,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        },
    }


def test_chat_gives_as_many_choices_as_asked_for(send: Sender, events: Events) -> None:
    whole = send("/v1/chat/completions", {**CHAT, "n": 3})
    streamed = send("/v1/chat/completions", {**CHAT, "n": 2, "stream": True})

    assert [choice["index"] for choice in whole.json["choices"]] == [0, 1, 2]
    finished = [
        choice["index"]
        for _, data in events(streamed.wire)[:-1]
        for choice in data["choices"]
        if choice["finish_reason"]
    ]
    assert finished == [0, 1]


def test_a_chat_stream_is_these_very_bytes(send: Sender) -> None:
    reply = send("/v1/chat/completions", {**CHAT, "stream": True})

    head = (
        b'data: {"id": "chatcmpl-omg-1", "object": "chat.completion.chunk", "created": 1896041700, '
        b'"model": "openai/gpt-4o", "service_tier": "default", "system_fingerprint": "fp_omg", '
        b'"choices": [{"index": 0, '
    )
    opening = b'"delta": {"role": "assistant", "content": "", "refusal": null}, "logprobs": null, '
    assert reply.wire.streamed
    assert reply.headers["content-type"] == "text/event-stream"
    assert reply.wire.chunks == (
        head + opening + b'"finish_reason": null}]}\n\n',
        *(
            head + b'"delta": {"content": "%b"}, "logprobs": null, "finish_reason": null}]}\n\n' % piece
            for piece in (b"p", b"o", b"n", b"g")
        ),
        head + b'"delta": {}, "logprobs": null, "finish_reason": "stop"}]}\n\n',
        b"data: [DONE]\n\n",
    )


def test_a_chat_stream_tells_its_usage_where_that_is_asked_for(send: Sender, events: Events) -> None:
    reply = send("/v1/chat/completions", {**CHAT, "stream": True, "stream_options": {"include_usage": True}})

    *_, (_, usage), (_, done) = events(reply.wire)
    assert usage["choices"] == []
    assert usage["usage"]["total_tokens"] == 12
    assert done == "[DONE]"


def test_messages_answer_pong_in_the_full_shape(send: Sender) -> None:
    assert send("/v1/messages", MESSAGES).json == {
        "id": "msg_omg_1",
        "type": "message",
        "role": "assistant",
        "model": MESSAGES["model"],
        "content": [{"type": "text", "text": "pong", "citations": None}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {
            "input_tokens": 8,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "output_tokens": 4,
            "service_tier": "standard",
        },
    }


def test_a_message_stream_has_the_events_of_the_api(send: Sender, events: Events) -> None:
    found = events(send("/v1/messages", {**MESSAGES, "stream": True}).wire)

    assert [name for name, _ in found] == [
        "message_start",
        "content_block_start",
        "ping",
        *["content_block_delta"] * 4,
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    assert all(data["type"] == name for name, data in found)
    assert found[3][1] == {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "p"}}
    assert found[0][1]["message"]["content"] == []
    assert found[-2][1]["delta"] == {"stop_reason": "end_turn", "stop_sequence": None}


def test_a_whole_stream_has_delivered_its_text(send: Sender) -> None:
    send("/v1/chat/completions", {**CHAT, "stream": True})

    (attempt,) = send.gateway.attempts
    assert (attempt.operation, attempt.reply.kind, attempt.reply.delivered) == (
        "chat_stream",
        ReplyKind.SUCCESS,
        "pong",
    )


@pytest.mark.parametrize(
    ("wanted", "members"),
    [("url", {"url"}), ("b64_json", {"b64_json"}), (None, {"url", "b64_json"})],
)
def test_images_come_as_asked_for(send: Sender, wanted: str | None, members: set[str]) -> None:
    body = {**IMAGE, "response_format": wanted, "n": 2}
    images = send("/v1/images", body).json["data"]

    assert [set(image) for image in images] == [members, members]
    assert all(base64.b64decode(image["b64_json"]).startswith(PNG) for image in images if "b64_json" in image)


def test_an_images_url_leads_to_the_image(send: Sender) -> None:
    image = send("/v1/images", IMAGE, headers={"Host": "127.0.0.1:8000"}).json["data"][0]

    assert image["url"] == "http://127.0.0.1:8000/v1/files/img_omg_1_1.png"
    file = send.get(image["url"], key=None)
    assert file.headers["content-type"] == "image/png"
    assert file.wire.body.startswith(PNG)
    assert send.gateway.attempts[-1].operation == "other"


@pytest.mark.parametrize("name", ["nothing.png", "task_omg_1.mp4", "img_omg_1_1.jpg"])
def test_a_file_that_no_reply_named_is_not_found(send: Sender, name: str) -> None:
    assert send.get(f"/v1/files/{name}").code == "not_found"


@pytest.mark.parametrize("path", ["/v1/models", "/api/v1/models", "/models"])
def test_the_models_are_listed(send: Sender, path: str) -> None:
    listing = send.get(path).json

    assert listing["object"] == "list"
    assert {"openai/gpt-4o", "google/imagen-4", "runway/gen-4-turbo"} <= {model["id"] for model in listing["data"]}
    assert {model["status"] for model in listing["data"]} == {"active"}


@pytest.mark.parametrize("kind", ["chat", "image", "video"])
def test_the_models_are_listed_by_type(send: Sender, kind: str) -> None:
    models = send.get(f"/v1/models?type={kind}").json["data"]

    assert models
    assert {model["type"] for model in models} == {kind}


def test_an_unknown_type_of_models_is_an_invalid_request(send: Sender) -> None:
    assert send.get("/v1/models?type=smell").code == "invalid_request"


def test_a_video_models_page_names_its_tiers(send: Sender) -> None:
    card = send.get("/api/v1/models/google/veo-2", key=None).json

    assert card["slug"] == "google/veo-2"
    assert [tier["tier"] for tier in card["pricing"]["video"]["tiers"]] == ["720p", "1080p"]


def test_a_model_that_is_not_listed_is_not_found(send: Sender) -> None:
    assert send.get("/v1/models/acme/unheard-of").code == "not_found"


def test_the_list_needs_a_key_under_the_api_but_not_in_the_public_catalog(send: Sender) -> None:
    assert send.get("/v1/models", key=None).code == "invalid_api_key"
    assert send.get("/api/v1/models", key=None).status == 200


def test_equal_requests_get_equal_replies_but_for_their_ids(send: Sender) -> None:
    first, second = send("/v1/chat/completions", CHAT), send("/v1/chat/completions", CHAT)

    assert (first.json["id"], second.json["id"]) == ("chatcmpl-omg-1", "chatcmpl-omg-2")
    assert {**first.json, "id": ""} == {**second.json, "id": ""}
    assert (first.headers["x-request-id"], second.headers["x-request-id"]) == ("req_omg_0001", "req_omg_0002")


def test_each_trial_counts_from_one(send: Sender) -> None:
    first = send("/v1/chat/completions", CHAT)
    send.gateway.begin()

    assert send("/v1/chat/completions", CHAT) == first


def test_no_reply_tells_an_sdk_whether_to_retry(send: Sender) -> None:
    replies = [send("/v1/chat/completions", CHAT), send("/v1/chat/completions", {}), send("/v1/nothing")]

    assert not any("x-should-retry" in reply.headers for reply in replies)


WRITTEN = [  # (operation, path, body, written, found in the reply)
    ("chat", "/v1/chat/completions", CHAT, "Hi there", b'"content": "Hi there"'),
    ("chat", "/v1/chat/completions", CHAT, {"answer": 42}, b'{"answer": 42}'),
    ("chat_stream", "/v1/chat/completions", {**CHAT, "stream": True}, ["Hi", " there"], b'{"content": " there"}'),
    ("messages", "/v1/messages", MESSAGES, "Hi there", b'"text": "Hi there"'),
    ("image", "/v1/images", IMAGE, {"data": []}, b'{"data": []}'),
    ("video.status", "/v1/videos/google/status", {"task_id": "mine"}, {"status": "completed"}, b'"completed"'),
]


@pytest.mark.parametrize(("operation", "path", "body", "written", "found"), WRITTEN)
def test_a_success_can_be_written_by_hand(
    send: Sender, operation: str, path: str, body: object, written: Any, found: bytes
) -> None:
    send.gateway.succeed(operation, written)

    assert found in send(path, body).wire.body


MISFITS: list[tuple[str, Any, str]] = [
    ("chat_streem", "a", "Did you mean 'chat_stream'?"),
    ("chat_stream", {"a": 1}, "text or a list of its pieces"),
    ("image", "a", "a mapping"),
    ("video.create", ["a"], "a mapping"),
]


@pytest.mark.parametrize(("operation", "written", "hint"), MISFITS)
def test_a_success_that_does_not_fit_is_refused(send: Sender, operation: str, written: Any, hint: str) -> None:
    with pytest.raises(ValueError, match="ominigate: ") as caught:
        send.gateway.succeed(operation, written)

    assert hint in str(caught.value)
