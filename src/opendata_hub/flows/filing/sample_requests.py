"""Requests of the demo: filed and acted on by the flows, a while ago, by nobody who exists."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path

from sqlmodel import Session

from opendata_hub.domain.authority import Authority
from opendata_hub.domain.correspondence.reminders import is_working
from opendata_hub.domain.people.roles import OPERATOR
from opendata_hub.domain.people.rule import EVERYWHERE
from opendata_hub.domain.requests.acts import Act
from opendata_hub.domain.requests.calendar import Calendar
from opendata_hub.domain.requests.info_request import Channel, Question, Requester
from opendata_hub.domain.requests.law import Law
from opendata_hub.flows.requests import act as acting
from opendata_hub.flows.requests.file import file
from opendata_hub.packs.sheet import read_rows
from opendata_hub.store.requests import cases
from opendata_hub.store.requests.cases import Queue

COLUMNS = (
    "request", "days_ago", "language", "channel", "subject", "text",
    "act", "after_days", "ground", "reasons",
)  # fmt: skip
ADDRESSES = {
    "fr": "{number}, rue de l’Exemple, Commune d’exemple",
    "ar": "{number}، زنقة المثال، جماعة المثال",
}
NAMES = {"fr": "Personne Fictive {number}", "ar": "شخص خيالي {number}"}


def file_sample_requests(
    session: Session,
    declared: Path,
    *,
    authority: Authority,
    law: Law,
    calendar: Calendar,
    today: date,
    now: datetime,
) -> int:
    """File the requests that a pack declares; returns how many.

    calendar: of the authority. None is filed where any was before. Raises PackBroken.
    """
    if cases.queue(session, Queue(is_open=None), EVERYWHERE, most=1):
        return 0
    rows = (row for _, row in read_rows(declared, COLUMNS))
    count = 0
    for _, events in groupby(rows, key=lambda row: row["request"]):
        first, *_ = told = list(events)
        received_on = today - timedelta(days=int(first["days_ago"]))
        receipt = file(
            session,
            Question(first["subject"], first["text"], first["language"], is_urgent=False),
            _requester(first),
            authority=authority, law=law, calendar=calendar, received_on=received_on,
            today=today, now=now, channel=Channel(first["channel"]), by=OPERATOR.person,
        )  # fmt: skip
        for doing in _doings(told, received_on, calendar, today):
            case = acting.open_case(session, receipt.request.reference, by=OPERATOR)
            acting.act(
                session, case, doing,
                law=law, calendar=calendar, by=OPERATOR, today=today, now=now,
            )  # fmt: skip
        count += 1
    return count


def _requester(row: Mapping[str, str]) -> Requester:
    number, language = row["request"], row["language"]
    return Requester(
        NAMES[language].format(number=number), "", ADDRESSES[language].format(number=number),
        f"XX{int(number):06d}",
    )  # fmt: skip


def _doings(
    rows: list[Mapping[str, str]], received_on: date, calendar: Calendar, today: date
) -> Iterator[acting.Doing]:
    """What is done, on days on which somebody works, and on none to come."""
    for already, row in enumerate(rows, start=1):
        if not row["act"]:
            continue
        day = received_on + timedelta(days=int(row["after_days"]))
        while not is_working(calendar, day):
            day += timedelta(days=1)
        yield acting.Doing(Act(row["act"]), min(day, today), already, row["ground"], row["reasons"])
