"""Filing from a door: once, with its files, in one transaction."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime

from sqlmodel import Session

from opendata_hub.bootstrap import Hub
from opendata_hub.domain.answers.case_file import MOST_FROM_REQUESTER, Origin
from opendata_hub.domain.authority import Authority
from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.filing.details import require_urgency
from opendata_hub.domain.requests.info_request import Channel, Question, Requester
from opendata_hub.domain.requests.law import Law
from opendata_hub.flows.filing.once import Filed, Once, by_content, by_word, file_once
from opendata_hub.flows.requests.announce import current
from opendata_hub.flows.requests.attach import ExaminedFile, attach
from opendata_hub.flows.requests.file import file


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be filed, and how it came."""

    authority: Authority
    law: Law
    question: Question
    requester: Requester
    channel: Channel
    received_on: date
    unit: str = ""
    owner: int | None = None
    by: int | None = None
    files: Sequence[ExaminedFile] = ()

    def parts(self) -> tuple[str, ...]:
        """All that was sent, for the digest that tells one filing from the next."""
        question = astuple(self.question)
        return (
            self.authority.id, self.unit, self.law.name, self.channel, str(self.owner),
            *map(str, question), *map(str, astuple(self.requester)), self.received_on.isoformat(),
            *sorted(each.stored.sha256 for each in self.files),
        )  # fmt: skip


def filed(hub: Hub, asked: Asked, once: Once, *, today: date, now: datetime) -> Filed:
    """The request, filed now or before; raises what ``file``, ``attach`` and ``file_once`` do."""
    require_urgency(asked.question.details, is_urgent=asked.question.is_urgent)
    if len(asked.files) > MOST_FROM_REQUESTER:
        raise Invalid(f"files: {len(asked.files)}, at most {MOST_FROM_REQUESTER}")
    with hub.writing() as session:
        return file_once(
            session,
            once,
            lambda salt: filed_as(session, hub, asked, salt, today=today, now=now),
            key=hub.key,
            now=now,
        )


def filed_as(
    session: Session, hub: Hub, asked: Asked, salt: str, *, today: date, now: datetime
) -> str:
    """File with the files, under the tracking code of that salt; returns the reference."""
    calendar = current(session, hub.calendar_of(asked.law), authority=asked.authority.id)
    receipt = file(
        session,
        asked.question,
        asked.requester,
        authority=asked.authority,
        law=asked.law,
        calendar=calendar,
        received_on=asked.received_on,
        today=today,
        now=now,
        channel=asked.channel,
        tracking_salt=salt,
        hub_key=hub.key,
        owner=asked.owner,
        by=asked.by,
        unit=asked.unit,
    )
    for each in asked.files:
        attach(session, receipt.request, each, origin=Origin.REQUESTER, person=asked.by, now=now)
    return receipt.request.reference


def of_form(hub: Hub, asked: Asked) -> Once:
    """A form that is sent twice on one day, by a second click or a reload, is filed once."""
    return by_content(hub.key, asked.parts())


def of_program(hub: Hub, asked: Asked, word: str) -> Once:
    """A program says so by ``Idempotency-Key``; a word is its sender's own."""
    return by_word(hub.key, asked.by, word, asked.parts())
