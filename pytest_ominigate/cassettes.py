"""The audit of recorded vcrpy cassettes: error replies that the gateway never sends, and recorded API keys."""

from __future__ import annotations

import base64
import gzip
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .catalogue.envelope import validate
from .transports.real_host import is_real_gateway

SUFFIXES = (".yaml", ".yml", ".json")
"""What cassettes are called."""
_KEY = re.compile(r"sk-omg-([A-Za-z0-9_-]+)")
_SHORTEST = 12
_PLACEHOLDER = re.compile(
    r"(redacted|masked|removed|hidden|dummy|fake|test|example|placeholder|your|my|secret)(?![a-z0-9])", re.IGNORECASE
)


def audit(folder: Path, *, root: Path) -> list[str]:
    """What is wrong with the cassettes under *folder*, one line a finding, in a fixed order.

    Error replies of the real gateway must be what its page documents, and no recorded text may hold a key of the
    gateway. The findings never show the key.

    Args:
        folder: looked through with all that is below it.
        root: findings name files relative to it.
    """
    found: list[str] = []
    cassettes = 0
    for path in sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES):
        name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
        interactions = _interactions(path)
        if isinstance(interactions, str):
            found.append(f"{name}: {interactions}")
            continue
        cassettes += bool(interactions)
        for number, interaction in enumerate(interactions, 1):
            found += [f"{name}, interaction {number}: {problem}" for problem in _problems(interaction)]
    return found if found or cassettes else [f"no cassette was found under {folder.name} ({', '.join(SUFFIXES)})"]


def _interactions(path: Path) -> list[Mapping[str, Any]] | str:
    """The recorded exchanges, none for a file that is no cassette; or why the file cannot be read."""
    import yaml

    try:
        text = path.read_text("utf-8")
        # Not yaml.load without a safe loader: a cassette may come from anywhere.
        data = json.loads(text) if path.suffix == ".json" else yaml.load(text, Loader=_loader())  # noqa: S506
    except (ValueError, yaml.YAMLError) as error:
        return f"cannot be read ({type(error).__name__})"
    found = data.get("interactions") if isinstance(data, dict) else None
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _loader() -> Any:
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _problems(interaction: Mapping[str, Any]) -> Iterator[str]:
    for place, text in _texts(interaction, ""):
        if any(_is_secret(match[1]) for match in _KEY.finditer(text)):
            yield f"an API key was recorded ({place}); revoke it, and filter it out when recording"
    request, response = interaction.get("request"), interaction.get("response")
    uri = str(request.get("uri", "")) if isinstance(request, Mapping) else ""
    if isinstance(response, Mapping) and is_real_gateway(urlsplit(uri).hostname):
        yield from _reply_problems(response)


def _is_secret(rest: str) -> bool:
    return len(rest) >= _SHORTEST and len(set(rest)) > 3 and not _PLACEHOLDER.match(rest)


def _texts(value: object, place: str) -> Iterator[tuple[str, str]]:
    """Every text in a piece of data, with the place where it stands, such as ``request.headers.authorization``."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(inner, f"{place}.{key}" if place else str(key))
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, place)
    elif isinstance(value, str):
        yield place, value
    elif isinstance(value, bytes):
        yield place, value.decode("utf-8", "replace")


def _reply_problems(response: Mapping[str, Any]) -> Iterator[str]:
    status = response.get("status")
    code = status.get("code") if isinstance(status, Mapping) else response.get("status_code")
    if not isinstance(code, int) or code < 400:
        return
    body = _body(response)
    if body is None:
        return
    try:
        data = json.loads(body)
    except ValueError:
        yield f"the {code} reply is no JSON; all documented errors are"
        return
    yield from (f"the {code} reply is not as documented: {problem}" for problem in validate(data, code))


def _body(response: Mapping[str, Any]) -> bytes | None:
    """The body as the client read it; None where it is compressed in a way that Python cannot undo by itself."""
    body = response.get("body", response.get("content"))
    if isinstance(body, Mapping):
        packed = body.get("base64_string")
        body = body.get("string") if packed is None else base64.b64decode(str(packed))
    raw = body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else b""
    headers = response.get("headers")
    encodings = [
        str(text).lower()
        for name, values in (headers.items() if isinstance(headers, Mapping) else ())
        if str(name).lower() == "content-encoding"
        for text in (values if isinstance(values, list) else [values])
    ]
    try:
        match encodings:
            case [] | ["identity"]:
                return raw
            case ["gzip"]:
                return gzip.decompress(raw)
            case ["deflate"]:
                return zlib.decompress(raw)
            case _:
                return None
    except (OSError, zlib.error, EOFError):
        return raw  # recorders undo the compression and keep the header
