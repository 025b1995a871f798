"""The form of a request as it comes in: what was typed, kept to be shown again on a fault."""

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from opendata_hub.adapters.files import FileStore
from opendata_hub.domain.errors import HubError, Invalid, NotADocument, NotATable, TooLarge
from opendata_hub.domain.filing.details import details_in
from opendata_hub.domain.requests.info_request import Question, Requester
from opendata_hub.flows.requests.attach import ExaminedFile, examine

FIELDS = (
    "subject", "text", "urgent", "urgency", "access", "period_from", "period_to", "name", "email",
    "phone", "address", "id_number", "document", "unit", "opened", "website", "shown", "step",
    "received_on", "language",
)  # fmt: skip
"""What the pages ask; whatever else is sent is not looked at."""
MOST_FILES, MOST_FIELDS = 20, 100


class BadFile(Invalid):
    """A file of a form that is not taken. because: the code of the reason."""

    def __init__(self, problem: HubError, name: str) -> None:
        super().__init__(f"files: {name}: {problem}")
        self.because = problem.code


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed, field by field, and the files."""

    values: Mapping[str, str]
    sources: tuple[str, ...] = ()
    files: tuple[UploadFile, ...] = ()

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    def question(self, language: str) -> Question:
        """What is asked, not yet checked; raises Invalid naming a field that can't be read."""
        is_urgent = self["urgent"] == "yes"
        details = details_in(
            urgency=self["urgency"] if is_urgent else "",
            access=self["access"],
            sources=list(self.sources),
            period_from=self["period_from"],
            period_to=self["period_to"],
        )
        return Question(self["subject"], self["text"], language, is_urgent, details)

    def requester(self) -> Requester:
        """Who asks, not yet checked."""
        return Requester(
            self["name"], self["email"], self["address"], self["id_number"], self["phone"],
            self["document"],
        )  # fmt: skip


async def typed_in(request: Request) -> AsyncIterator[Typed]:
    """The form that was sent, closed when it was read. Line ends are one sign, as typed."""
    form = await request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS)
    said = {name: form.get(name, "") for name in FIELDS}
    files = [each for each in form.getlist("files") if isinstance(each, UploadFile)]
    try:
        yield Typed(
            values={
                name: value.replace("\r\n", "\n")
                for name, value in said.items()
                if isinstance(value, str) and value
            },
            sources=tuple(each for each in form.getlist("sources") if isinstance(each, str)),
            files=tuple(each for each in files if each.filename),
        )
    finally:
        await form.close()


TypedDep = Annotated[Typed, Depends(typed_in)]


def examined(files: FileStore, typed: Typed, language: str) -> Iterator[ExaminedFile]:
    """Each file, kept and read; raises BadFile, which names it."""
    for each in typed.files:
        name = each.filename or ""
        try:
            yield examine(files, each.file, file_name=name, language=language)
        except (NotADocument, NotATable, TooLarge) as problem:
            raise BadFile(problem, name) from None
