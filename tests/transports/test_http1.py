"""HTTP/1.1 without a socket."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ominigate.gateway.wire import Break, WireReply
from pytest_ominigate.transports.http1 import CONTINUE, After, Head, Http1, Malformed, render

PLAIN = b"POST /v1/chat?a=1 HTTP/1.1\r\nHost: example:80\r\nX-Two: a\r\nX-Two: b\r\nContent-Length: 4\r\n\r\nping"
BARE = b"GET /v1/models HTTP/1.1\r\nHost: [::1]\r\n\r\n"
CHUNKED = b"POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
STREAM = PLAIN + BARE + PLAIN.replace(b"ping", b"pong") + CHUNKED + BARE + PLAIN
EXPECTED = [
    ("POST", "/v1/chat?a=1", b"ping"),
    ("GET", "/v1/models", b""),
    ("POST", "/v1/chat?a=1", b"pong"),
    ("POST", "/c", b"abcde"),
    ("GET", "/v1/models", b""),
    ("POST", "/v1/chat?a=1", b"ping"),
]


def pulled(http: Http1, *pieces: bytes) -> list[tuple[Head, bytes]]:
    requests = []
    for piece in pieces:
        http.feed(piece)
        while (got := http.pull()) is not None:
            assert isinstance(got, tuple)
            requests.append(got)
    return requests


@given(cuts=st.lists(st.integers(0, len(STREAM)), max_size=12).map(sorted))
def test_requests_are_the_same_however_the_bytes_are_cut_and_whether_heads_are_known(cuts: list[int]) -> None:
    pieces = [STREAM[start:end] for start, end in zip([0, *cuts], [*cuts, len(STREAM)], strict=True) if start < end]
    known: dict[bytes, Head] = {}

    for _ in range(2):
        http = Http1(known)
        requests = pulled(http, *pieces)
        assert [(head.method, head.target, body) for head, body in requests] == EXPECTED
        assert requests[0][0].headers == requests[5][0].headers
        http.feed(b"")
        assert http.pull() is None
        assert http.closed


def test_headers_keep_their_order_case_and_repetition() -> None:
    [(head, _)] = pulled(Http1(), PLAIN)

    assert head.headers == (("Host", "example:80"), ("X-Two", "a"), ("X-Two", "b"), ("Content-Length", "4"))


@pytest.mark.parametrize(("host", "name"), [(b"a.b:80", "a.b"), (b"a.b", "a.b"), (b"[::1]:80", "[::1]")])
def test_the_host_is_told_without_its_port(host: bytes, name: str) -> None:
    [(head, _)] = pulled(Http1(), BARE.replace(b"[::1]", host))

    assert head.host == name


@pytest.mark.parametrize(
    ("request_", "keep"),
    [
        (BARE, True),
        (b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", False),
        (b"GET / HTTP/1.0\r\n\r\n", False),
        (b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", True),
    ],
)
def test_whether_more_may_follow_is_the_clients_word(request_: bytes, keep: bool) -> None:
    known: dict[bytes, Head] = {}

    for _ in range(2):
        [(head, _)] = pulled(Http1(known), request_)
        assert head.keep is keep


def test_100_continue_is_asked_for_once_and_for_each_request() -> None:
    known: dict[bytes, Head] = {}
    head = PLAIN[:-8] + b"\r\nExpect: 100-continue\r\n\r\n"

    for _ in range(2):
        http = Http1(known)
        http.feed(head)
        assert http.pull() == CONTINUE
        assert http.pull() is None
        assert [body for _, body in pulled(http, b"pi", b"ng")] == [b"ping"]


def test_known_heads_do_not_grow_without_end() -> None:
    known: dict[bytes, Head] = {}

    for number in range(2_000):
        assert pulled(Http1(known), BARE.replace(b"models", b"%d" % number))

    assert 0 < len(known) <= 512


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (PLAIN.replace(b"Content-Length: 4", b"Content-Length: 4\r\nContent-Length: 5"), 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
    ],
)
def test_nonsense_is_malformed(sent: bytes, status: int) -> None:
    http = Http1()
    http.feed(sent)

    with pytest.raises(Malformed) as caught:
        http.pull()

    assert caught.value.status == status


def head_of(request: bytes) -> Head:
    [(head, _)] = pulled(Http1(), request)
    return head


def test_a_reply_is_one_run_of_bytes() -> None:
    reply = WireReply(status=429, headers=(("Retry-After", "20"),), chunks=(b"a", b"bc"))

    data, after = render(reply, head_of(PLAIN))

    assert data == b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 20\r\nContent-Length: 3\r\n\r\nabc"
    assert after is After.KEEP


def test_a_stream_is_chunked_and_empty_chunks_do_not_end_it() -> None:
    data, after = render(WireReply(streamed=True, chunks=(b"a", b"", b"b" * 16)), head_of(PLAIN))

    assert data.endswith(b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n10\r\nbbbbbbbbbbbbbbbb\r\n0\r\n\r\n")
    assert after is After.KEEP


@pytest.mark.parametrize("streamed", [False, True])
def test_a_break_within_sends_what_there_is_and_finishes(streamed: bool) -> None:
    data, after = render(WireReply(streamed=streamed, chunks=(b"half",), breaks=Break.WITHIN), head_of(PLAIN))

    assert data.endswith(b"\r\n\r\n4\r\nhalf\r\n" if streamed else b"Content-Length: 9\r\n\r\nhalf")
    assert after is After.FINISH


@pytest.mark.parametrize(
    ("reply", "request_"),
    [
        (WireReply(breaks=Break.BEFORE, chunks=(b"a",)), PLAIN),
        (WireReply(breaks=Break.WITHIN, chunks=(b"a",)), BARE.replace(b"GET", b"HEAD")),
    ],
)
def test_a_break_before_any_byte_is_a_reset(reply: WireReply, request_: bytes) -> None:
    assert render(reply, head_of(request_)) == (b"", After.RESET)


@pytest.mark.parametrize("request_bytes", [PLAIN, CHUNKED])
def test_a_request_may_be_so_long_and_no_longer(request_bytes: bytes) -> None:
    known: dict[bytes, Head] = {}
    for _ in range(2):
        exact = Http1(known, largest=len(request_bytes))
        assert len(pulled(exact, *[request_bytes] * 3)) == 3

        with pytest.raises(Malformed) as caught:
            pulled(Http1(known, largest=len(request_bytes) - 1), request_bytes)
        assert caught.value.status == 413


@pytest.mark.parametrize("other", [b"example:81", b"[::1]:80", b"elsewhere"])
def test_a_known_head_is_told_with_the_host_of_its_own(other: bytes) -> None:
    known: dict[bytes, Head] = {}
    moved = PLAIN.replace(b"example:80", other)
    pulled(Http1(known), PLAIN)

    [(head, body)] = pulled(Http1(known), moved)
    [(fresh, _)] = pulled(Http1(), moved)

    assert len(known) == 1
    assert (head.headers, head.host, head.target, body) == (fresh.headers, fresh.host, fresh.target, b"ping")
    assert pulled(Http1(known), PLAIN)[0][0].host == "example"
