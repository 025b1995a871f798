"""The OpenAPI document: what FastAPI reads off the routes, and what every door may answer besides.

A route declares what it refuses itself. What stands before all of them (the gate, the question who
asks, the pace) is written here once, and every refusal is the one kind of document it really is.
"""

from typing import Any

from fastapi import FastAPI

from opendata_hub.web.problems import MEDIA_TYPE
from opendata_hub.web.shapes import Problem

Operation = dict[str, Any]
REFUSAL = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
A_PAGE: dict[str, Any] = {"text/html": {}}
SECONDS = {"description": "After how many seconds.", "schema": {"type": "integer"}}
ASK_AGAIN = {"Retry-After": SECONDS}
SIGN_IN = {"WWW-Authenticate": {"description": "How.", "schema": {"type": "string"}}}

ANYWHERE: dict[str, dict[str, Any]] = {
    "400": {"description": "The call can't be read: its encoding, its fields, its query"},
    "401": {"description": "An API token that opens nothing, or none", "headers": SIGN_IN},
    "403": {"description": "Your account may not do this here, or a page of another site asked"},
    "421": {"description": "The hub does not answer to this name"},
    "429": {"description": "Too often", "headers": ASK_AGAIN},
    "431": {"description": "The head of the call is too large"},
    "503": {"description": "Busy, or a part of the hub is away", "headers": ASK_AGAIN},
}
"""What each door may answer, whatever lies behind it."""
TOO_LARGE = {"413": {"description": "The body is too large"}}
WHERE_NAMED = {"404": {"description": "What the address names is not here"}}
WHERE_GIVEN = {"422": {"description": "What was given can't be taken; the code says why"}}


class Described(FastAPI):
    """An application whose OpenAPI document says every answer that its doors give."""

    def openapi(self) -> dict[str, Any]:
        """The document; made once."""
        if self.openapi_schema is None:
            document = super().openapi()
            for path, operations in document["paths"].items():
                kinds = REFUSAL | (A_PAGE if path.startswith("/{language}/") else {})
                for operation in operations.values():
                    _complete(operation, kinds)
            schemas = document["components"]["schemas"]
            schemas.setdefault("Problem", Problem.model_json_schema())
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
        return super().openapi()


def _complete(operation: Operation, kinds: dict[str, Any]) -> None:
    """Add the answers that were not declared; give every refusal its media types."""
    answers = operation["responses"]
    for status, answer in _besides(operation).items():
        declared = answers.setdefault(status, {"description": answer["description"]})
        if "headers" in answer:
            declared.setdefault("headers", answer["headers"])
    if "304" in answers:  # who is to name a tag or a date must have been given it
        answers["200"].setdefault("headers", {}).update(answers["304"]["headers"])
    for status, answer in answers.items():
        if status >= "400":
            answer["content"] = kinds
    operation["responses"] = dict(sorted(answers.items()))


def _besides(operation: Operation) -> dict[str, dict[str, Any]]:
    """What the door may answer by what it takes: a body, parameters, a name."""
    places = {each["in"] for each in operation.get("parameters", ())}
    has_body = "requestBody" in operation
    return {
        **ANYWHERE,
        **(WHERE_NAMED if "path" in places else {}),
        **(TOO_LARGE if has_body else {}),
        **(WHERE_GIVEN if has_body or places else {}),
    }
