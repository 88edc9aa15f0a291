"""Wrong requests get the error that the page documents for them; right ones do not."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_ominigate.catalogue.envelope import validate

from .conftest import CHAT, IMAGE, KEY, MESSAGES, VIDEO, Sender

MESSAGE = {"role": "user", "content": "ping"}
TEXT = {"type": "text", "text": "ping"}


def chat(**members: Any) -> dict[str, Any]:
    return {**CHAT, **members}


def say(**members: Any) -> dict[str, Any]:
    return chat(messages=[{**MESSAGE, **members}])


def without(body: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key != name}


WRONG = [  # (path, body, code, param)
    ("/v1/chat/completions", b"{", "invalid_request", None),
    ("/v1/chat/completions", b"", "invalid_request", None),
    ("/v1/chat/completions", b'{"model": "openai/gpt-4o",}', "invalid_request", None),
    ("/v1/chat/completions", b'{"temperature": NaN}', "invalid_request", None),
    ("/v1/chat/completions", b"\xff\xfe\xfd", "invalid_request", None),
    ("/v1/chat/completions", b"[" * 100_000, "invalid_request", None),
    ("/v1/chat/completions", [], "invalid_request", None),
    ("/v1/chat/completions", "ping", "invalid_request", None),
    ("/v1/chat/completions", chat(messages="ping"), "invalid_request", None),
    ("/v1/chat/completions", chat(messages=["ping"]), "invalid_request", None),
    ("/v1/chat/completions", chat(messages={"role": "user"}), "invalid_request", None),
    ("/v1/chat/completions", chat(model=4), "invalid_request", None),
    ("/v1/chat/completions", chat(stream="yes"), "invalid_request", None),
    ("/v1/chat/completions", chat(temperature=2.5), "invalid_request", None),
    ("/v1/chat/completions", chat(temperature="hot"), "invalid_request", None),
    ("/v1/chat/completions", chat(temperature=True), "invalid_request", None),
    ("/v1/chat/completions", chat(n=0), "invalid_request", None),
    ("/v1/chat/completions", chat(max_tokens=-1), "invalid_request", None),
    ("/v1/chat/completions", say(content=4), "invalid_request", None),
    ("/v1/chat/completions", say(role="narrator"), "invalid_request", None),
    ("/v1/chat/completions", say(content=["ping"]), "invalid_request", None),
    ("/v1/chat/completions", say(content=[{"type": 3}]), "invalid_request", None),
    ("/v1/chat/completions", {}, "missing_parameter", "model"),
    ("/v1/chat/completions", without(CHAT, "model"), "missing_parameter", "model"),
    ("/v1/chat/completions", chat(model=""), "missing_parameter", "model"),
    ("/v1/chat/completions", chat(model=None), "missing_parameter", "model"),
    ("/v1/chat/completions", without(CHAT, "messages"), "missing_parameter", "messages"),
    ("/v1/chat/completions", chat(messages=[]), "missing_parameter", "messages"),
    ("/v1/chat/completions", chat(messages=[{"content": "a"}]), "missing_parameter", "messages[0].role"),
    ("/v1/chat/completions", chat(messages=[MESSAGE, {"role": "user"}]), "missing_parameter", "messages[1].content"),
    ("/v1/chat/completions", say(content=""), "missing_parameter", "messages[0].content"),
    ("/v1/chat/completions", say(content=[]), "missing_parameter", "messages[0].content"),
    ("/v1/chat/completions", say(content=[{"text": "a"}]), "missing_parameter", "messages[0].content[0].type"),
    ("/v1/chat/completions", say(content=[TEXT, {"type": "text"}]), "missing_parameter", "messages[0].content[1].text"),
    ("/v1/chat/completions", chat(model="gpt-4o"), "invalid_model", "model"),
    ("/v1/chat/completions", chat(model="OpenAI/gpt-4o"), "invalid_model", "model"),
    ("/v1/chat/completions", chat(model="openai/GPT-4 Omni"), "invalid_model", "model"),
    ("/v1/chat/completions", chat(model="openai/gpt-4o "), "invalid_model", "model"),
    ("/v1/chat/completions", chat(model="openai\\gpt-4o"), "invalid_model", "model"),
    ("/v1/chat/completions", chat(model="openai/"), "invalid_model", "model"),
    ("/v1/chat/completions", chat(model="/gpt-4o"), "invalid_model", "model"),
    ("/v1/chat/completions", chat(model="auto"), "invalid_model", "model"),
    ("/v1/messages", without(MESSAGES, "max_tokens"), "missing_parameter", "max_tokens"),
    ("/v1/messages", {**MESSAGES, "messages": []}, "missing_parameter", "messages"),
    ("/v1/messages", {**MESSAGES, "max_tokens": "64"}, "invalid_request", None),
    ("/v1/messages", {**MESSAGES, "model": "claude"}, "invalid_model", "model"),
    ("/v1/images", without(IMAGE, "prompt"), "missing_parameter", "prompt"),
    ("/v1/images", {**IMAGE, "prompt": ""}, "missing_parameter", "prompt"),
    ("/v1/images", {**IMAGE, "n": 11}, "invalid_request", None),
    ("/v1/images", {**IMAGE, "response_format": "jpeg"}, "invalid_request", None),
    ("/v1/images", {**IMAGE, "stream": True}, "invalid_request", None),
    ("/v1/images", {**IMAGE, "model": "gpt-image-1"}, "invalid_model", "model"),
    ("/v1/videos/google/create", without(VIDEO, "prompt"), "missing_parameter", "prompt"),
    ("/v1/videos/google/create", without(VIDEO, "model"), "missing_parameter", "model"),
    ("/v1/videos/google/create", {**VIDEO, "model": "veo-2"}, "invalid_model", "model"),
    ("/v1/videos/google/create", {**VIDEO, "tier": "4k"}, "video_tier_not_found", "tier"),
    ("/v1/videos/google/create", {**VIDEO, "tier": "1080P"}, "video_tier_not_found", "tier"),
    ("/v1/videos/google/create", {**VIDEO, "tier": 1080}, "invalid_request", None),
    ("/v1/videos/openai/create", VIDEO, "video_model_not_found", "model"),
    ("/v1/videos/google/status", {}, "missing_parameter", "task_id"),
    ("/v1/videos/google/result", {"task_id": ""}, "missing_parameter", "task_id"),
    ("/v1/videos/google/status", {"task_id": 7}, "invalid_request", None),
    ("/v1/videos/google/status", {"task_id": "task_omg_9"}, "not_found", None),
    ("/v1/videos/google/result", {"id": "task_omg_9"}, "not_found", None),
    ("/v1/chat/completion", CHAT, "not_found", None),
]
RIGHT = [
    ("/v1/chat/completions", chat(model="some-provider/a.model:free")),
    ("/v1/chat/completions", chat(temperature=None, stream=False, tools=None, unknown_field=1)),
    ("/v1/chat/completions", chat(temperature=2, top_p=1, n=2, stop=["a"], max_tokens=5)),
    ("/v1/chat/completions", say(content=[TEXT, {"type": "image_url", "image_url": {"url": "data:,"}}])),
    (
        "/v1/chat/completions",
        chat(
            messages=[
                MESSAGE,
                {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]},
                {"role": "tool", "tool_call_id": "1", "content": "4"},
            ]
        ),
    ),
    ("/v1/messages", {**MESSAGES, "system": "Be brief.", "stop_sequences": ["a"]}),
    ("/v1/messages", {**MESSAGES, "messages": [{"role": "user", "content": [TEXT]}]}),
    ("/v1/images", {**IMAGE, "n": 2, "size": "1024x1024", "response_format": "url"}),
    ("/v1/images", {**IMAGE, "model": "openai/gpt-4o"}),
    ("/v1/videos/google/create", {**VIDEO, "tier": "720p", "duration": 5}),
    ("/v1/videos/acme/create", {"model": "acme/clip", "prompt": "waves", "tier": "1080p"}),
]


@pytest.mark.parametrize(("path", "body", "code", "param"), WRONG)
def test_a_wrong_request_gets_its_documented_error(
    send: Sender, path: str, body: object, code: str, param: str | None
) -> None:
    reply = send(path, body)

    assert (reply.code, reply.json["error"].get("param")) == (code, param)
    assert validate(reply.json, reply.status) == ()
    assert send.gateway.attempts[0].reply.param == param


@pytest.mark.parametrize(("path", "body"), RIGHT)
def test_a_right_request_is_granted(send: Sender, path: str, body: object) -> None:
    assert send(path, body).status == 200


KEYS = [  # (headers, accepted)
    ({"Authorization": f"Bearer {KEY}"}, True),
    ({"authorization": f"bearer {KEY}"}, True),
    ({"x-api-key": KEY}, True),
    ({"X-Api-Key": KEY, "Authorization": "Bearer eyJhbGciOi"}, True),
    ({}, False),
    ({"Authorization": KEY}, False),
    ({"Authorization": f"Basic {KEY}"}, False),
    ({"Authorization": "Bearer sk-proj-1234"}, False),
    ({"Authorization": "Bearer sk-omg-"}, False),
    ({"Authorization": "Bearer"}, False),
    ({"x-api-key": "eyJhbGciOi"}, False),
]


@pytest.mark.parametrize(("headers", "accepted"), KEYS)
def test_only_keys_of_the_gateways_form_are_accepted(send: Sender, headers: dict[str, str], accepted: bool) -> None:
    reply = send("/v1/chat/completions", CHAT, key=None, headers=headers)

    assert reply.code == (None if accepted else "invalid_api_key")


def test_the_key_is_looked_at_before_the_body(send: Sender) -> None:
    assert send("/v1/chat/completions", b"{", key="wrong-key").code == "invalid_api_key"


def test_an_unknown_path_needs_no_key_to_be_unknown(send: Sender) -> None:
    assert send("/v1/nothing", {}, key=None).code == "not_found"


def form(*parts: tuple[str, str | None, str], boundary: str = "xyz") -> bytes:
    lines: list[str] = []
    for name, filename, content in parts:
        file = f'; filename="{filename}"' if filename else ""
        lines += [f"--{boundary}", f'Content-Disposition: form-data; name="{name}"{file}', "", content]
    return "\r\n".join([*lines, f"--{boundary}--", ""]).encode()


FORMS = [  # (parts, code, param)
    ([("model", None, "openai/gpt-image-1"), ("prompt", None, "a"), ("image", "a.png", "PNG")], None, None),
    ([("model", None, "openai/gpt-image-1"), ("prompt", None, "é"), ("image[]", "a.png", "PNG")], None, None),
    (
        [("model", None, "openai/gpt-image-1"), ("prompt", None, "a"), ("n", None, "2"), ("image", "a.png", "PNG")],
        None,
        None,
    ),
    ([("model", None, "openai/gpt-image-1"), ("prompt", None, "a")], "invalid_request", None),
    ([("model", None, "openai/gpt-image-1"), ("image", "a.png", "PNG")], "missing_parameter", "prompt"),
    ([("model", None, "gpt-image-1"), ("prompt", None, "a"), ("image", "a.png", "PNG")], "invalid_model", "model"),
    (
        [("model", None, "openai/gpt-image-1"), ("prompt", None, "a"), ("n", None, "x"), ("image", "a.png", "PNG")],
        "invalid_request",
        None,
    ),
]


@pytest.mark.parametrize("path", ["/v1/images", "/v1/images/edits", "/images/edits"])
@pytest.mark.parametrize(("parts", "code", "param"), FORMS)
def test_uploads_are_judged_like_other_requests(
    send: Sender, path: str, parts: list[tuple[str, str | None, str]], code: str | None, param: str | None
) -> None:
    reply = send(path, form(*parts), headers={"Content-Type": "multipart/form-data; boundary=xyz"})

    assert reply.code == code
    assert code is None or reply.json["error"].get("param") == param


def test_a_part_without_a_name_is_an_invalid_request(send: Sender) -> None:
    body = b"--xyz\r\nContent-Disposition: form-data\r\n\r\na\r\n--xyz--\r\n"

    assert send("/v1/images", body, headers={"Content-Type": "multipart/form-data; boundary=xyz"}).code == (
        "invalid_request"
    )


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=other"])
def test_an_upload_that_cannot_be_read_is_an_invalid_request(send: Sender, content_type: str) -> None:
    body = form(("model", None, "openai/gpt-image-1"))

    assert send("/v1/images", body, headers={"Content-Type": content_type}).code == "invalid_request"
