"""The gateway's public list of models, as far as a client may look at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

KINDS = ("chat", "image", "video")
CREATED = 1_735_689_600
CREATED_AT = "2025-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One listed model; prices in USD."""

    slug: str
    kind: str
    tiers: tuple[str, ...] = ()
    """The pricing tiers of a video model, the default one first."""

    def card(self) -> dict[str, Any]:
        """What the list says about it. Fits the model objects of the OpenAI and the Anthropic API."""
        provider, _, name = self.slug.partition("/")
        return {
            "id": self.slug,
            "slug": self.slug,
            "object": "model",
            "type": self.kind,
            "created": CREATED,
            "created_at": CREATED_AT,
            "owned_by": provider,
            "display_name": name,
            "status": "active",
            "output_modalities": ["text" if self.kind == "chat" else self.kind],
            "pricing": self._pricing(),
        }

    def _pricing(self) -> Mapping[str, Any]:
        if self.kind == "video":
            return {"video": {"tiers": [{"tier": tier, "per_second": "0.35"} for tier in self.tiers]}}
        if self.kind == "image":
            return {"image": {"per_image": "0.04"}}
        return {"text": {"input_per_million": "2.50", "output_per_million": "10.00"}}


MODELS = (
    Model(slug="openai/gpt-4o", kind="chat"),
    Model(slug="anthropic/claude-sonnet-4-20250514", kind="chat"),
    Model(slug="openai/gpt-image-1", kind="image"),
    Model(slug="google/imagen-4", kind="image"),
    Model(slug="google/veo-2", kind="video", tiers=("720p", "1080p")),
    Model(slug="runway/gen-4-turbo", kind="video", tiers=("720p", "1080p")),
)
DEFAULT_TIERS = ("720p", "1080p")


def find(slug: str) -> Model | None:
    """The listed model of that slug, or None."""
    return next((model for model in MODELS if model.slug == slug), None)


def tiers(slug: str) -> tuple[str, ...]:
    """The tiers of a video model; a model that is not listed has the usual ones."""
    model = find(slug)
    return model.tiers if model and model.tiers else DEFAULT_TIERS


def listing(kind: str | None = None) -> dict[str, Any]:
    """The list, of all models or of one kind."""
    cards = [model.card() for model in MODELS if kind is None or model.kind == kind]
    return {
        "object": "list",
        "data": cards,
        "has_more": False,
        "first_id": cards[0]["id"],
        "last_id": cards[-1]["id"],
    }
