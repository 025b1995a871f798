"""A file that answers a request becomes a dataset, for everybody who might ask the same."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from opendata_hub.domain.answers.case_file import CaseFile, Release, require_own
from opendata_hub.domain.catalog.dataset import Dataset
from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.errors import Invalid, NotReleasable, WrongMoment
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import Place, require
from opendata_hub.domain.texts import Texts
from opendata_hub.flows.answers.add_file import handled
from opendata_hub.flows.catalog.publish import Answers, Words, publish
from opendata_hub.store.answers import files as case_files
from opendata_hub.store.requests.cases import Case
from opendata_hub.store.submissions import Submission

_ANSWERED: Texts = {
    "fr": "Communiqué en réponse à la demande d’information {}.",
    "ar": "سُلّم جوابا عن طلب الحصول على المعلومات {}.",
    "en": "Handed over in answer to information request {}.",
}


def disclosable(
    session: Session, reference: str, file_id: int, *, by: Visitor, today: date
) -> tuple[Case, CaseFile]:
    """The case and its file, if the file may become a dataset now.

    Raises Forbidden to who may not publish for that body, WrongMoment for what is not public yet or
    was published before, and NotReleasable.
    """
    case = handled(session, reference, by=by)
    require(by, Deed.PUBLISH, Place(case.request.authority))
    file = case_files.get(session, case.request.reference, file_id)
    require_own(file)
    if file.dataset:
        raise WrongMoment(f"This file is published already, at /datasets/{file.dataset}")
    if file.release is not Release.PUBLIC or not file.is_for_everybody(case.request.events, today):
        raise WrongMoment("Make this file public, and answer the request, before it is published")
    if told := file.standing_in_the_way():
        raise NotReleasable(f"{file.name}: {', '.join(told)}", told)
    return case, file


def disclose(
    session: Session,
    frame: Frame,
    submission: Submission,
    words: Words,
    *,
    reference: str,
    file_id: int,
    by: Visitor,
    today: date,
    now: datetime,
    answers: Answers = lambda _: False,
) -> Dataset:
    """Publish the submitted file of a case; its record says which request it answered.

    submission: the file itself, handed in for its authority; another one is refused. Raises what
    ``disclosable`` and ``publish`` do; nothing is written then.
    """
    case, file = disclosable(session, reference, file_id, by=by, today=today)
    if (submission.sha256, submission.authority) != (file.sha256, case.request.authority):
        raise Invalid("file: what was checked is not this file of this request")
    if words.publisher != case.request.authority:
        raise Invalid(f"publisher: the answer is {case.request.authority}'s to publish")
    told = replace(words, described=_with_provenance(words.described, case.request.reference))
    dataset = publish(session, frame, submission, told, by=by, now=now, answers=answers)
    case_files.set_release(session, replace(file, dataset=dataset.slug))
    return dataset


def _with_provenance(described: Mapping[str, Any] | None, reference: str) -> Mapping[str, Any]:
    """What the steward says, and which request the data were handed over for."""
    label = {language: text.format(reference) for language, text in _ANSWERED.items()}
    said = dict(described or {})
    said["provenance"] = [*said.get("provenance", []), {"label": label}]
    return said
