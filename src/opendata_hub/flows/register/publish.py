"""The register of an authority becomes a dataset, checked and catalogued like any other."""

import csv
import io
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime
from typing import BinaryIO

from sqlmodel import Session

from opendata_hub.adapters.files import FileStore
from opendata_hub.domain.authority import Authority
from opendata_hub.domain.catalog.dataset import Dataset
from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.register.entry import Entry
from opendata_hub.domain.register.table import COLUMNS, FAMILY, LAW, row
from opendata_hub.domain.texts import LANGUAGES, Texts
from opendata_hub.flows.catalog.publish import Words, publish, refused_again
from opendata_hub.flows.catalog.submit import Examined, examine
from opendata_hub.store import changes, datasets
from opendata_hub.store.answers import files as case_files
from opendata_hub.store.register import rows
from opendata_hub.store.register.rows import Chosen
from opendata_hub.store.submissions import Submission

Reading = Callable[[], AbstractContextManager[Session]]


def require_table(authority: Authority) -> str:
    """The code of the authority's territory; raises Invalid where its register has no table.

    The family is made of the words of law 31-13, and each of its rows names a territory.
    """
    if authority.law != LAW:
        raise Invalid(f"{authority.id}: the table of registers is for {LAW}, not {authority.law}")
    code = authority.territory.partition(":")[2]
    if not code:
        raise Invalid(f"{authority.id} has no territory; the table of registers wants its code")
    return code


def slug_of(authority: Authority) -> str:
    """The last part of the address of an authority's register."""
    return f"registre-demandes-{authority.id}"


def examine_register(
    reading: Reading,
    files: FileStore,
    frame: Frame,
    authority: Authority,
    *,
    limit_bytes: int,
    today: date,
    again: bool = False,
) -> Examined | None:
    """The register as a checked file; None where it is empty, or is what is published already.

    again: whether one that was withdrawn comes back. Raises Invalid as ``require_table`` does,
    TooLarge, and SlugWithdrawn.
    """
    territory = require_table(authority)
    with (
        reading() as session,
        _written(session, authority, territory, frame.base_url, today) as (file, count),
    ):
        left = changes.tombstone(session, slug_of(authority))
        if left and not again:
            raise refused_again(left)
        before = datasets.find(session, slug_of(authority))
        if not count:
            return None
        if before and before.distribution.sha256 == files.put(file, limit_bytes=limit_bytes).sha256:
            return None
        file.seek(0)
        return examine(
            files, file, frame.families[FAMILY], file_name=f"{slug_of(authority)}.csv",
            limit_bytes=limit_bytes, today=today,
        )  # fmt: skip


def publish_register(
    session: Session,
    frame: Frame,
    submission: Submission,
    authority: Authority,
    *,
    again: bool = False,
    by: Visitor,
    now: datetime,
) -> Dataset:
    """Publish the submitted register; raises what ``publish`` does.

    A register that breaks a rule of its family is not published; its report says why.
    """
    family = frame.families[FAMILY]
    words = Words(
        publisher=authority.id,
        title=_title(family.title, authority),
        description=family.description,
        slug=slug_of(authority),
        replaces=True,
        again=again,
    )
    return publish(session, frame, submission, words, by=by, now=now)


def _title(title: Texts, authority: Authority) -> Texts:
    return {
        code: f"{title[code]} — {authority.name.get(code) or authority.name['fr']}"
        for code in LANGUAGES
    }


@contextmanager
def _written(
    session: Session, authority: Authority, territory: str, base_url: str, today: date
) -> Iterator[tuple[BinaryIO, int]]:
    """The register as CSV in a file that is gone afterwards, and how many rows it has."""
    with tempfile.TemporaryFile() as file:
        text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
        lines = csv.writer(text)
        lines.writerow(COLUMNS)
        count = 0
        for some in rows.batches(session, Chosen(until=today, authority=authority.id)):
            answers = _answers(session, some, base_url, today)
            for entry in some:
                address = answers.get(entry.reference, "")
                lines.writerow(row(entry, territory=territory, today=today, answer=address))
            count += len(some)
        file.seek(0)
        yield file, count
        text.detach()


def _answers(
    session: Session, entries: Sequence[Entry], base_url: str, today: date
) -> Mapping[str, str]:
    """Where the first public file of each answer is, by reference."""
    found = case_files.public(session, [each.reference for each in entries], today)
    addresses: dict[str, str] = {}
    for file in found:
        here = f"answers/{file.reference}/{file.id}"
        addresses.setdefault(
            file.reference, f"{base_url}/{f'datasets/{file.dataset}' if file.dataset else here}"
        )
    return addresses
