"""Successful replies of POST /v1/images."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

PNG = base64.b64decode(b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==")
"""One grey pixel."""
PNG_TYPE = "image/png"


def generation(body: Mapping[str, Any], *, number: int, created: int, files: str) -> dict[str, Any]:
    """The reply to *body*: as many images as it asks for, by ``url``, as ``b64_json``, or both where it does not say.

    Args:
        body: the request.
        number: what tells this reply's files from those of other replies.
        created: seconds since the epoch.
        files: the address under which the gateway serves files.
    """
    wanted = body.get("response_format")
    count = int(body.get("n") or 1)
    images: list[dict[str, Any]] = []
    for index in range(1, count + 1):
        image: dict[str, Any] = {}
        if wanted != "url":
            image["b64_json"] = base64.b64encode(PNG).decode()
        if wanted != "b64_json":
            image["url"] = f"{files}/img_omg_{number}_{index}.png"
        images.append(image)
    return {
        "created": created,
        "data": images,
        "usage": {
            "input_tokens": 8,
            "input_tokens_details": {"text_tokens": 8, "image_tokens": 0},
            "output_tokens": 64 * count,
            "total_tokens": 8 + 64 * count,
        },
    }
