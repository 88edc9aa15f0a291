"""Says that an image may exist, but not which request support should look for."""

from __future__ import annotations

from collections.abc import Callable

from ..innocent.image_requests import Illustrator, ImageError, OutcomeUnknown


class ImageMissing(Exception):
    def __init__(self, code: str | None, param: str | None, *, may_exist: bool) -> None:
        super().__init__(f"no image: {code}" + (f" (parameter: {param})" if param else ""))
        self.code = code
        self.param = param
        self.may_exist = may_exist


class Anonymous(Illustrator):
    def draw(self, prompt: str) -> str:
        try:
            return super().draw(prompt)
        except ImageError as error:
            raise ImageMissing(error.code, error.param, may_exist=isinstance(error, OutcomeUnknown)) from None


def image(base_url: str, api_key: str) -> Callable[[], object]:
    illustrator = Anonymous(base_url, api_key)
    return lambda: illustrator.draw("a lighthouse")
