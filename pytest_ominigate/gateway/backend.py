"""The gateway when nothing goes wrong: it refuses wrong requests and grants right ones."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from . import bodies, chat, images, messages, model_list, validation, videos
from .answers import Answer, whole
from .moment import Moment
from .routing import GENERATING, STREAMS, Route, route
from .streams import EventStream
from .validation import INVALID, NOT_FOUND, WRONG_PROVIDER, Refusal
from .wire import WireRequest

PONG = ("p", "o", "n", "g")
"""What chat and messages answer, in the pieces of a stream."""
GRANTABLE = (*GENERATING, "models")
"""The operations whose success a test may write by hand."""
DOMAIN = "ominigate.ai"
"""The real gateway's."""
_POLLS = ("video.status", "video.result")
Body = Mapping[str, Any] | str | Sequence[str]

_IMAGE_FILE = re.compile(r"img_omg_\d+_\d+\.png")
_VIDEO_FILE = re.compile(r"(?P<task>task_omg_\d+)\.mp4")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request as the gateway understands it."""

    route: Route
    fields: Mapping[str, Any] = field(default_factory=dict)
    """The members of its body, if that can be read; a video's ``id`` stands as its ``task_id``."""
    refusal: Refusal | None = None
    """Why it cannot be granted."""
    files: str = ""
    """The address under which its sender can fetch files."""

    @property
    def operation(self) -> str:
        """What it asks for, as the timeline names it."""
        if self.fields.get("stream") is True:
            return STREAMS.get(self.route.name, self.route.name)
        return {"model": "models", "file": "other"}.get(self.route.name, self.route.name)

    def text(self, name: str) -> str | None:
        """The member of that name, if it is text."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else None


class Backend:
    """What the gateway keeps during a trial: video tasks, counters, and replies that a test wrote by hand."""

    def __init__(self, *, polls_to_complete: int = videos.POLLS_TO_COMPLETE) -> None:
        self._ledger = videos.Ledger(polls_to_complete)
        self._numbers: Counter[str] = Counter()
        self._written: dict[str, Body] = {}

    def write(self, operation: str, body: Body) -> None:
        """From now on grant *operation* with *body*: a whole JSON reply, or the text (or pieces of it) of a chat.

        Raises:
            ValueError: the two do not fit.
        """
        spoken = operation.partition("_")[0] in STREAMS
        if isinstance(body, Mapping):
            if operation in STREAMS.values():
                raise ValueError(f"ominigate: the success of {operation} is its text or a list of its pieces")
        elif not spoken:
            raise ValueError(f"ominigate: the success of {operation} is a mapping, the whole reply")
        self._written[operation] = body

    def understand(self, request: WireRequest) -> Call:
        """Read a request and judge whether it is right."""
        where = route(request.method, request.target)
        files = _files(request)
        if where.generates:
            try:
                fields = bodies.read(request)
            except ValueError:
                return Call(route=where, refusal=INVALID, files=files)
            if where.name in _POLLS:
                fields = {**fields, "task_id": fields.get("task_id") or fields.get("id")}
            return Call(route=where, fields=fields, refusal=self._judge(where, fields, request), files=files)
        return Call(route=where, refusal=self._judge_read(where), files=files)

    def model(self, call: Call) -> str | None:
        """The model a request is about: the one it names, or else that of the task it names."""
        task = self._ledger.get(call.text("task_id") or "")
        return call.text("model") or (task.model if task else None)

    def _judge(self, where: Route, fields: Mapping[str, Any], request: WireRequest) -> Refusal | None:
        form = bodies.is_form(request)
        refusal = validation.check(where.name, fields, provider=where.provider, form=form or where.edits)
        if refusal or where.name not in _POLLS:
            return refusal
        task = self._ledger.get(fields["task_id"])
        if where.name in self._written:
            return None
        if task is None:
            return Refusal(NOT_FOUND)
        return None if task.provider == where.provider else Refusal(WRONG_PROVIDER, "model")

    def _judge_read(self, where: Route) -> Refusal | None:
        match where.name:
            case "models":
                kind = dict(where.query).get("type")
                return None if kind is None or kind in model_list.KINDS else INVALID
            case "model":
                return None if model_list.find(where.item or "") else Refusal(NOT_FOUND)
            case "file":
                return None if self._file(where.item or "") else Refusal(NOT_FOUND)
        return Refusal(NOT_FOUND)

    def _file(self, name: str) -> Answer | None:
        video = _VIDEO_FILE.fullmatch(name)
        if video:
            return whole(videos.MP4, videos.MP4_TYPE) if self._ledger.get(video["task"]) else None
        return whole(images.PNG, images.PNG_TYPE) if _IMAGE_FILE.fullmatch(name) else None

    def grant(self, call: Call, moment: Moment) -> Answer | EventStream:
        """Do what a right request asks for."""
        written = self._written.get(call.operation)
        if isinstance(written, Mapping):
            return whole(written)
        pieces: Sequence[str] = (written,) if isinstance(written, str) else written or PONG
        created = int(moment.wall.timestamp())
        name, fields = call.route.name, call.fields
        self._numbers[name] += 1
        number = self._numbers[name]
        match call.operation:
            case "chat":
                return whole(chat.completion(fields, number=number, created=created, pieces=pieces))
            case "chat_stream":
                return chat.stream(fields, number=number, created=created, pieces=pieces)
            case "messages":
                return whole(messages.message(fields, number=number, pieces=pieces))
            case "messages_stream":
                return messages.stream(fields, number=number, pieces=pieces)
            case "image":
                return whole(images.generation(fields, number=number, created=created, files=call.files))
            case "video.create":
                return whole(self._ledger.create(fields["model"], moment.at))
            case "video.status":
                return _of_task(self._ledger.status(fields["task_id"], moment.at))
            case "video.result":
                return _of_task(self._ledger.result(fields["task_id"], moment.at, files=call.files))
        return self._read(call.route)

    def _read(self, where: Route) -> Answer:
        item = where.item or ""
        model = model_list.find(item)
        if where.name == "model" and model:
            return whole(model.card())
        file = self._file(item)
        if where.name == "file" and file:
            return file
        return whole(model_list.listing(dict(where.query).get("type")))


def _of_task(reply: Mapping[str, Any]) -> Answer:
    return replace(whole(reply), completed=reply["status"] == videos.COMPLETED)


def _files(request: WireRequest) -> str:
    """Where the sender reaches the gateway, so that it can fetch what a reply points to."""
    scheme = "https" if is_real(request.host) else "http"
    return f"{scheme}://{request.header('host') or request.host or 'localhost'}/v1/files"


def is_real(host: str) -> bool:
    """Whether *host* (with or without a port) is the real gateway's."""
    name = host.lower().partition(":")[0].rstrip(".")
    return name == DOMAIN or name.endswith(f".{DOMAIN}")
