"""An authority's old register is taken over: every row told of, all of them kept or none."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from opendata_hub.domain.authority import Authority
from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import Place, require
from opendata_hub.domain.register.old_register import (
    NotTaken,
    OldRequest,
    Reason,
    old_request,
    require_columns,
)
from opendata_hub.domain.requests.calendar import Calendar
from opendata_hub.domain.requests.info_request import Channel, InfoRequest, Question, Requester
from opendata_hub.domain.requests.law import Law
from opendata_hub.domain.secret import tracking_code_digest
from opendata_hub.store import info_requests
from opendata_hub.store.register import entries

MOST_ROWS = 20_000
"""Of one file: longer registers are taken over year by year."""
NOBODY = Requester("", "", "", "")
"""Who asked is not taken over."""


@dataclass(frozen=True, slots=True)
class Row:
    """What became of a row.

    number: of its record in the file. reference: the hub's own, for what was taken over.
    not_taken: why not; None for what was taken, or is there already.
    """

    number: int
    old_number: str
    reference: str = ""
    is_there_already: bool = False
    subject_left_out: bool = False
    not_taken: NotTaken | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a file. ignored: columns that were not read, as they are written.

    is_kept: whether the accepted rows were taken over; nothing was where it is false.
    """

    rows: tuple[Row, ...]
    ignored: tuple[str, ...]
    is_kept: bool

    @property
    def accepted(self) -> int:
        """How many rows are new and sound."""
        return sum(not row.not_taken and not row.is_there_already for row in self.rows)

    @property
    def there_already(self) -> int:
        """How many were taken over before."""
        return sum(row.is_there_already for row in self.rows)

    @property
    def refused(self) -> int:
        """How many are not taken over."""
        return sum(row.not_taken is not None for row in self.rows)


@dataclass(frozen=True, slots=True)
class OldTable:
    """An old register as it was read: the fields of its columns, and its records by number."""

    labels: Sequence[str]
    ignored: Sequence[str]
    records: Iterable[tuple[int, Mapping[str, str]]]


def import_old(
    session: Session,
    table: OldTable,
    *,
    authority: Authority,
    law: Law,
    calendar: Calendar,
    by: Visitor,
    today: date,
    now: datetime,
    may_write: bool,
    only_sound: bool = False,
) -> Report:
    """Take over the rows that are sound and new, or say what would be.

    may_write: False for a dry run. only_sound: take over what is sound beside rows that are not;
    without it one refused row keeps out the whole file. Raises Forbidden, AuthorityClosed, and
    Invalid for a file without the columns that are needed or with too many rows.
    """
    require(by, Deed.HANDLE_REQUEST, Place(authority.id))
    authority.require_active()
    require_columns(table.labels)
    known = entries.old_references(session, authority.id)
    seen: set[str] = set()
    rows: list[Row] = []
    wanted: list[tuple[int, OldRequest]] = []
    for number, cells in table.records:
        if len(rows) >= MOST_ROWS:
            raise Invalid(f"The file has more than {MOST_ROWS:,} rows: import it year by year")
        read = old_request(cells, law, calendar, today=today, now=now)
        if isinstance(read, OldRequest) and read.number in seen:
            read = NotTaken("numero", Reason.REPEATED)
        if isinstance(read, NotTaken):
            rows.append(Row(number, cells.get("numero", "")[:40], not_taken=read))
            continue
        seen.add(read.number)
        is_known = read.number in known
        rows.append(
            Row(number, read.number, known.get(read.number, ""), is_known, read.subject_left_out)
        )
        if not is_known:
            wanted.append((len(rows) - 1, read))
    is_kept = may_write and (only_sound or not any(row.not_taken for row in rows))
    if is_kept:
        named = _references(session, authority, [request for _, request in wanted])
        for (position, request), reference in zip(wanted, named, strict=True):
            _keep(session, request, reference, authority, law, by)
            row = rows[position]
            rows[position] = Row(
                row.number, row.old_number, reference, subject_left_out=row.subject_left_out
            )
    return Report(tuple(rows), tuple(table.ignored), is_kept)


def _references(
    session: Session, authority: Authority, requests: Sequence[OldRequest]
) -> list[str]:
    """A reference for each, of the series of its year.

    All of them before the first event: the journal comes last, also in a transaction of many, and
    who holds it never waits for a series that another filing holds.
    """
    named: dict[int, str] = {}
    for position in sorted(range(len(requests)), key=lambda at: _year(requests[at])):
        series = f"{authority.reference_prefix}-{_year(requests[position])}"
        number = info_requests.next_number(session, f"request-{series}")
        named[position] = f"{series}-{number:06d}"
    return [named[position] for position in range(len(requests))]


def _year(request: OldRequest) -> int:
    return request.events[0].happened_on.year


def _keep(
    session: Session,
    old: OldRequest,
    reference: str,
    authority: Authority,
    law: Law,
    by: Visitor,
) -> None:
    """Keep a request with its true days; nobody is told, and nobody can follow it by a code."""
    request = InfoRequest(
        reference=reference,
        authority=authority.id,
        law=law.name,
        question=Question(old.subject, old.subject, old.language, old.is_urgent),
        events=old.events,
        channel=Channel.IMPORT,
    )
    info_requests.add(
        session, request, NOBODY, owner=None, by=by.person,
        tracking_sha256=tracking_code_digest(secrets.token_hex(32)),
        due_on=old.due_on, safe_on=old.safe_on,
    )  # fmt: skip
    entries.note_old(session, reference, old.number, is_open=old.is_waiting)
