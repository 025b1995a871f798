"""Anybody reads what is public of a request: its entry, its acts by day, its clocks."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlmodel import Session

from opendata_hub.domain.answers.case_file import CaseFile
from opendata_hub.domain.people.rule import EVERYWHERE
from opendata_hub.domain.register.entry import Entry
from opendata_hub.domain.requests.calendar import Calendar
from opendata_hub.domain.requests.law import Law
from opendata_hub.domain.requests.timeline import Clock, Events, clocks
from opendata_hub.store.answers import files as case_files
from opendata_hub.store.register import rows
from opendata_hub.store.requests import cases


@dataclass(frozen=True, slots=True)
class ReadEntry:
    """An entry with the acts that made it. events: without their reasons, which may name somebody.

    clocks: every term that was started, by the name of its step; first: that of the answer.
    files:  of the answer, those that everybody may have by now.
    """

    entry: Entry
    events: Events
    first: Clock
    clocks: Mapping[str, Clock]
    files: tuple[CaseFile, ...]


def find(session: Session, reference: str) -> tuple[Entry, str]:
    """The entry of that reference and the name of its law; raises UnknownRequest."""
    return rows.entry(session, reference.strip().upper())


def read(session: Session, entry: Entry, *, law: Law, calendar: Calendar, today: date) -> ReadEntry:
    """The entry with its acts and its clocks, counted by the calendar known now."""
    request = cases.get(session, entry.reference, EVERYWHERE).request
    is_urgent = entry.is_urgent
    started = clocks(request.events, law, calendar, is_urgent=is_urgent, today=today)
    return ReadEntry(
        entry,
        tuple(replace(event, reasons="") for event in request.events),
        started[law.first_step(is_urgent=is_urgent).name],
        started,
        tuple(case_files.public(session, [entry.reference], today)),
    )
