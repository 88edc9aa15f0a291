"""API keys: which one a request carries, what it is called, and how its text is kept out of every record."""

from __future__ import annotations

import re

from .wire import WireRequest

KEY = re.compile(r"sk-omg-\S+")
"""What the gateway accepts as a key."""
_ANY_KEY = re.compile(r"sk-omg-[A-Za-z0-9_.-]+")
_SECRET_HEADERS = ("authorization", "proxy-authorization", "x-api-key", "api-key", "cookie")
# Shorter texts are no keys, and replacing them would garble innocent words.
_SHORTEST = 8


def credential(request: WireRequest) -> str | None:
    """The key a request carries, or what stands in its place; None where it carries none.

    A key of the gateway's form is preferred, wherever it stands.
    """
    scheme, _, token = (request.header("authorization") or "").strip().partition(" ")
    bearer = token.strip() if scheme.lower() == "bearer" else ""
    candidates = [text for text in (bearer, (request.header("x-api-key") or "").strip()) if text]
    return next((text for text in candidates if accepted(text)), candidates[0] if candidates else None)


def accepted(key: str | None) -> bool:
    """Whether the gateway knows *key*."""
    return key is not None and KEY.fullmatch(key) is not None


class Keyring:
    """Names keys by their first appearance and masks them."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._pattern = _ANY_KEY

    def name(self, key: str | None) -> str | None:
        """``key 1``, ``key 2``, ...; None for no key."""
        if key is None:
            return None
        if key not in self._names:
            self._names[key] = f"key {len(self._names) + 1}"
            self._pattern = self._compile()
        return self._names[key]

    @property
    def secrets(self) -> frozenset[str]:
        """The texts of all keys seen."""
        return frozenset(key for key in self._names if len(key) >= _SHORTEST)

    def mask(self, text: str) -> str:
        """*text* with each key replaced by its name in brackets, or by ``[key]`` if it has none."""
        return self._pattern.sub(self._masked, text)

    def mask_bytes(self, data: bytes) -> bytes:
        """The same for bytes."""
        return self.mask(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

    def _compile(self) -> re.Pattern[str]:
        known = "|".join(re.escape(key) for key in sorted(self.secrets, key=len, reverse=True))
        # First a known key that ends here, then a longer one that is not known, then a known one inside other text.
        return re.compile(rf"(?:{known})(?![\w-])|{_ANY_KEY.pattern}|{known}") if known else self._pattern

    def _masked(self, match: re.Match[str]) -> str:
        return f"[{self._names.get(match[0], 'key')}]"

    def mask_headers(self, headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        """The same for headers; one that can only hold a secret is hidden whole."""
        return tuple((name, self._mask_header(name, value)) for name, value in headers)

    def _mask_header(self, name: str, value: str) -> str:
        masked = self.mask(value)
        if name.lower() not in _SECRET_HEADERS or masked != value:
            return masked
        scheme, _, rest = value.partition(" ")
        return f"{scheme} [hidden]" if rest else "[hidden]"
