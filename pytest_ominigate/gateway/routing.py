"""From a request line to what it asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

GENERATING = (
    "chat",
    "chat_stream",
    "messages",
    "messages_stream",
    "image",
    "video.create",
    "video.status",
    "video.result",
)
"""The operations that do paid work, as the catalogue names them."""
OPERATIONS = ("chat", "chat_stream", "messages", "messages_stream", "image", "video")
"""The operations that a client is judged by."""
STREAMS = {"chat": "chat_stream", "messages": "messages_stream"}
"""What an operation is called when it streams."""

# The prefixes that SDKs add to a base URL which may hold one already.
_PREFIX = re.compile(r"(/v1)?(/openai)?(/v1)?(?=/)")
_CATALOG = re.compile(r"(/v1)?/api/v1(?=/models(/|$))")
_VIDEO = re.compile(r"/videos/(?P<provider>[^/]+)/(?P<step>create|status|result)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What a request asks for."""

    name: str
    """A generating operation (``chat`` and ``messages`` whether they stream or not), ``models``, ``model``,
    ``file`` or ``other``."""
    provider: str | None = None
    """The provider in the path of a video request."""
    item: str | None = None
    """The model or the file in the path."""
    query: tuple[tuple[str, str], ...] = ()
    public: bool = False
    """Whether no API key is needed."""
    edits: bool = False
    """Whether an image request is one for edits, by its path."""

    @property
    def generates(self) -> bool:
        """Whether it is a generating operation."""
        return self.name in GENERATING


def route(method: str, target: str) -> Route:
    """Read the request line. What the gateway does not know is ``other``.

    Args:
        method: the HTTP method, in any case.
        target: path and query, or a whole URL as a proxy gets it.
    """
    try:
        parts = urlsplit("//host" + target if target.startswith("/") else target)
    except ValueError:
        return Route(name="other")
    path = "/" + "/".join(segment for segment in unquote(parts.path).split("/") if segment)
    query = tuple(parse_qsl(parts.query))
    method = method.upper()
    if method == "GET":
        return _read(path, query)
    return _write(path) if method == "POST" else Route(name="other")


def _read(path: str, query: tuple[tuple[str, str], ...]) -> Route:
    catalog = _CATALOG.match(path)
    rest = path[catalog.end() :] if catalog else _strip(path)
    match rest.split("/")[1:]:
        case ["models"]:
            return Route(name="models", query=query, public=catalog is not None)
        case ["models", *slug]:
            return Route(name="model", item="/".join(slug), public=catalog is not None)
        case ["files", name]:
            return Route(name="file", item=name, public=True)
    return Route(name="other")


def _write(path: str) -> Route:
    rest = _strip(path)
    video = _VIDEO.fullmatch(rest)
    if video:
        return Route(name=f"video.{video['step']}", provider=video["provider"])
    match rest:
        case "/chat/completions":
            return Route(name="chat")
        case "/messages":
            return Route(name="messages")
        case "/images" | "/images/generations":
            return Route(name="image")
        case "/images/edits":
            return Route(name="image", edits=True)
    return Route(name="other")


def _strip(path: str) -> str:
    prefix = _PREFIX.match(path)
    return path[prefix.end() :] if prefix else path
