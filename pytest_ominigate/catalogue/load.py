"""The only reader of ``schemas/``: the product's data, as frozen records."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from .model import Advice, Backoff, Catalogue, Citation, Duty, ErrorEntry, Family, Limits
from .names import unknown_name

SCHEMAS = ("error-catalogue", "error-envelope", "report")
"""The names of the schemas that ship with the product."""


@cache
def load() -> Catalogue:
    """The catalogue of all documented errors, read once."""
    data = _read("error-catalogue.json")
    general = data["citations"]
    return Catalogue(
        version=data["version"],
        entries=tuple(_entry(item, general) for item in data["errors"]),
        families=tuple(_family(item) for item in data["families"]),
        limits=Limits(
            values={name: limit["value"] for name, limit in data["limits"].items()},
            units={name: limit["unit"] for name, limit in data["limits"].items()},
            reasons={name: limit["why"] for name, limit in data["limits"].items()},
        ),
        unjudged=data["unjudged"],
        citations={rule: _citation(item) for rule, item in general.items()},
        statements=tuple(_advice(item, item["section"]) for item in data["statements"]),
        decisions=data["decisions"],
        gateway=data["gateway"],
        routes=data["routes"],
    )


def schema(name: str) -> dict[str, Any]:
    """One of the JSON Schemas in :data:`SCHEMAS`, as fresh data.

    Raises:
        ValueError: there is none of that name.
    """
    if name not in SCHEMAS:
        raise ValueError(unknown_name("schema", name, SCHEMAS))
    return _read(f"{name}.schema.json")


def _read(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((files("pytest_ominigate.schemas") / name).read_text(encoding="utf-8"))
    return data


def _family(item: dict[str, Any]) -> Family:
    duty = item.get("duty")
    return Family(
        type=item["type"],
        statuses=tuple(item["statuses"]),
        duty=Duty(duty) if duty else None,
        section=item["section"],
    )


def _citation(item: dict[str, Any]) -> Citation:
    return Citation(section=item["section"], duty=item["duty"])


def _entry(item: dict[str, Any], general: dict[str, Any]) -> ErrorEntry:
    requests, backoff = item["requests"], item.get("backoff")
    # Its own citations first: they hold the main one and speak of this very error.
    judged = item["citations"] | {
        rule: citation
        for rule, citation in general.items()
        if rule not in item["citations"] and item["duty"] in citation.get("judges", ())
    }
    return ErrorEntry(
        code=item["code"],
        type=item["type"],
        statuses=tuple(item["statuses"]),
        message=item["message"],
        duty=Duty(item["duty"]),
        min_requests=requests["least"],
        advised_requests=requests["advised"],
        max_requests=requests["most"],
        operations=tuple(item["operations"]),
        citations={rule: _citation(citation) for rule, citation in judged.items()},
        handling=tuple(_advice(point, f"{item['code']} / How to handle") for point in item["handling"]),
        param=item.get("param"),
        metadata=tuple(item.get("metadata", ())),
        reset=item.get("reset"),
        cap_scope=item.get("cap_scope"),
        backoff=Backoff(**backoff) if backoff else None,
        honours_retry_after=item.get("honours_retry_after", False),
        simpler_later=item.get("simpler_later", False),
        request_id_required=item.get("request_id_required", False),
    )


def _advice(item: dict[str, Any], section: str) -> Advice:
    return Advice(
        section=section,
        text=item["advice"],
        judged_by=tuple(item.get("judged_by", ())),
        unjudged=item.get("unjudged"),
    )
