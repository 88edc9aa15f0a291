"""A documented error in the forms that other people's mocks take."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack, cast, overload

if TYPE_CHECKING:
    import httpx
    import httpx2
    import responses

    from .model import ErrorEntry

_PROVIDER = "google"
"""The provider that stands in the path of a video route where the user names no URL."""


class Shape(TypedDict, total=False):
    """What may be chosen about a converted reply."""

    status: int | None
    """One of the documented statuses; the entry's default where absent."""
    retry_after: float | datetime | str | None
    """Seconds, a moment, or the raw text of a Retry-After header; none is sent where absent."""
    request_id: str | None
    """The X-Request-Id; ``req_`` and the code where absent."""
    now: datetime | None
    """The moment that a cap's ``resets_at`` is counted from; the present where absent."""


class Conversions:
    """The methods that turn an entry of the catalogue into a reply of another library.

    All of them take the keywords of :class:`Shape`. The libraries are imported only when asked for.
    """

    __slots__ = ()

    def as_json(self, *, now: datetime | None = None) -> dict[str, Any]:
        """The body as JSON data: for every mock that takes ``json=``.

        Args:
            now: the moment that a cap's ``resets_at`` is counted from; by default the present.
        """
        from .envelope import envelope

        return envelope(_entry(self), now=now or datetime.now(UTC))

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the reply: Content-Type and X-Request-Id."""
        return self.headers_with()

    def headers_with(
        self, *, retry_after: float | datetime | str | None = None, request_id: str | None = None
    ) -> dict[str, str]:
        """The headers of the reply, with a Retry-After if one is given (seconds, a moment or raw text)."""
        from .retry_after import write

        headers = {"Content-Type": "application/json", "X-Request-Id": request_id or f"req_{_entry(self).code}"}
        if retry_after is not None:
            headers["Retry-After"] = write(retry_after)
        return headers

    def as_response(
        self, url: str | None = None, *, method: str = "POST", **shape: Unpack[Shape]
    ) -> responses.Response:
        """A ``responses.Response``, for ``responses.add``.

        Args:
            url: what to answer; by default the gateway's route of the first operation that the error can meet, which
                is the chat completions for most.
            method: the HTTP method to answer.
            **shape: see :class:`Shape`.

        Raises:
            ValueError: the error is not documented under that status.
        """
        import responses

        status, headers, body = _reply(_entry(self), shape)
        # responses would send the content type twice if it also stood among the headers.
        content_type = headers.pop("Content-Type")
        return responses.Response(
            method, url or _url(_entry(self)), body=body, status=status, headers=headers, content_type=content_type
        )

    @overload
    def as_httpx(self, library: Literal["httpx2"], **shape: Unpack[Shape]) -> httpx2.Response: ...

    @overload
    def as_httpx(self, library: Literal["httpx"] | None = None, **shape: Unpack[Shape]) -> httpx.Response: ...

    def as_httpx(
        self, library: Literal["httpx", "httpx2"] | None = None, **shape: Unpack[Shape]
    ) -> httpx.Response | httpx2.Response:
        """A ``Response`` of httpx or httpx2, for their ``MockTransport``, respx and the like.

        Args:
            library: ``httpx``, or ``httpx2`` (which the newer SDKs are built on). By default httpx, or httpx2 where
                httpx is not installed; what else has been imported makes no difference.
            **shape: see :class:`Shape`.

        Raises:
            ValueError: there is no such library, or the error is not documented under that status.
            ImportError: the library is not installed.
        """
        from importlib import import_module
        from importlib.util import find_spec

        from .names import unknown_name

        known = ("httpx", "httpx2")
        if library is not None and library not in known:
            raise ValueError(unknown_name("httpx library", library, known))
        status, headers, body = _reply(_entry(self), shape)
        module = import_module(library or ("httpx" if find_spec("httpx") else "httpx2"))
        reply: httpx.Response | httpx2.Response = module.Response(status, headers=headers, content=body)
        return reply

    def as_cassette(
        self, url: str | None = None, *, method: str = "POST", times: int = 1, **shape: Unpack[Shape]
    ) -> dict[str, Any]:
        """A vcrpy cassette as data: ``{"version": 1, "interactions": [...]}``.

        Args:
            url: what to answer; by default as in :meth:`as_response`.
            method: the HTTP method to answer.
            times: how many requests it answers so.
            **shape: see :class:`Shape`.

        Raises:
            ValueError: the error is not documented under that status, or *times* is below 1.
        """
        if times < 1:
            msg = f"times is {times}; a cassette answers at least one request"
            raise ValueError(msg)
        status, headers, body = _reply(_entry(self), shape)
        return {
            "version": 1,
            "interactions": [
                {
                    "request": {"method": method, "uri": url or _url(_entry(self)), "body": None, "headers": {}},
                    "response": {
                        "status": {"code": status, "message": HTTPStatus(status).phrase},
                        "headers": {name: [value] for name, value in headers.items()},
                        "body": {"string": body.decode()},
                    },
                }
                for _ in range(times)
            ],
        }

    def as_cassette_text(
        self, url: str | None = None, *, method: str = "POST", times: int = 1, **shape: Unpack[Shape]
    ) -> str:
        """The cassette of :meth:`as_cassette` as YAML, the text of a file that vcrpy loads."""
        import yaml

        text: str = yaml.safe_dump(self.as_cassette(url, method=method, times=times, **shape), sort_keys=False)
        return text


def _entry(self: Conversions) -> ErrorEntry:
    return cast("ErrorEntry", self)


def _reply(entry: ErrorEntry, shape: Shape) -> tuple[int, dict[str, str], bytes]:
    import json

    from .names import unknown_name

    for name in shape:
        if name not in Shape.__annotations__:
            raise TypeError(unknown_name("keyword", name, Shape.__annotations__))
    status = entry.documented(shape.get("status"))
    headers = entry.headers_with(retry_after=shape.get("retry_after"), request_id=shape.get("request_id"))
    return status, headers, json.dumps(entry.as_json(now=shape.get("now"))).encode()


def _url(entry: ErrorEntry) -> str:
    from .load import load

    catalogue = load()
    return catalogue.gateway + catalogue.routes[entry.operations[0]].format(provider=_PROVIDER)
