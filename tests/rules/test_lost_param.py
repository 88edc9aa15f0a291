from __future__ import annotations

from typing import Any

from pytest_ominigate.rules.lost_param import RULE
from pytest_ominigate.timeline import Case, Clue

from .timelines import OK, Table, call, error, found, raised, returned, should, table

MODEL = error("invalid_model")
MISSING = error("missing_parameter", param="messages")


def attribute(place: str, text: str) -> Any:
    return raised(clues=(Clue(place=place, text=text),))


GUILTY: Table = {
    "not a word of it": (call((0, MODEL), ending=raised("invalid_model")), should(1)),
    "the message has the word by chance": (call((0, MODEL), ending=raised("The model does not exist.")), should(1)),
    "as part of another word": (call((0, MODEL), ending=raised("param: models")), should(1)),
    "after the code, but as a word of the message": (
        call((0, MODEL), ending=raised("invalid_model: the model does not exist")),
        should(1),
    ),
    "after the code, as part of another word": (
        call((0, MODEL), ending=raised("invalid_model model_name is wrong")),
        should(1),
    ),
    "after another code": (call((0, MODEL), ending=raised("no_invalid_model model")), should(1)),
    "as part of a returned element": (
        call((0, MODEL), ending=returned(None, tells_failure=True, clues=(Clue(place="result[1]", text="no model"),))),
        should(1),
    ),
    "the label with nothing": (call((0, MODEL), ending=raised("The model is unknown (param=None)")), should(1)),
    "the label alone": (call((0, MISSING), ending=raised("A required parameter is missing.")), should(1)),
}

INNOCENT: Table = {
    "in the body": call((0, MODEL), ending=raised('{"error": {"param": "model"}}')),
    "in a dict's repr": call((0, MODEL), ending=raised("{'param': 'model'}")),
    "as an attribute": call((0, MODEL), ending=attribute("exception.param", "model")),
    "as an attribute of another name": call((0, MODEL), ending=attribute("exception.field", "model")),
    "in a message": call((0, MISSING), ending=raised("missing_parameter (field messages)")),
    "as an element of what is returned": call(
        (0, MODEL), ending=returned(None, tells_failure=True, clues=(Clue(place="result[3]", text="model"),))
    ),
    "as an argument of the exception": call((0, MODEL), ending=attribute("exception.args[1]", "model")),
    "right after the code": call((0, MODEL), ending=raised("invalid_model model The model does not exist.")),
    "after the code and a stroke": call((0, MODEL), ending=raised("said invalid_model / model: The model is not")),
    "in the log": call((0, MODEL), ending=attribute("log record of 'app'", "param=model")),
    "the error names none": call((0, error("invalid_api_key")), ending=raised("no")),
    "the caller's own deadline": call((0, MODEL), ending=raised("late", timed_out=True)),
    "another model is right": call((0, MODEL), (1, OK)),
}


@table(GUILTY)
def test_finds(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected


@table(INNOCENT)
def test_leaves_in_peace(what: Case, expected: Any) -> None:
    assert found(RULE, what) == expected
