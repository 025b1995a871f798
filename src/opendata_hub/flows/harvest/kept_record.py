"""A harvested record as it is kept: read back from what is served of it."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from opendata_hub.adapters import rdf
from opendata_hub.domain.catalog.dcat import PREFIXES, Frame
from opendata_hub.domain.catalog.harvest.change import ChangeKind
from opendata_hub.domain.catalog.record import classes as record
from opendata_hub.domain.catalog.record.parse import Reading
from opendata_hub.domain.errors import HubError, UnknownDataset
from opendata_hub.flows.catalog.publish import Tell, refresh_fragments, tell_nobody
from opendata_hub.flows.harvest import take
from opendata_hub.store import datasets
from opendata_hub.store.harvest import records

AT_ONCE = 200


def record_at(session: Session, position: int, iri: str) -> record.Dataset:
    """The record of a harvested dataset; raises UnknownDataset where nothing is kept of it."""
    kept = [body.decode() for body in datasets.fragments_at(session, rdf.TURTLE.name, [position])]
    if not kept:
        raise UnknownDataset(f"Nothing is kept of {iri[:200]}")
    document = "".join(rdf.document(kept, rdf.TURTLE, PREFIXES)).encode()
    return Reading.of(rdf.read(document, rdf.TURTLE, base=iri)).one(record.Dataset, iri)


def refresh_everything(
    session: Session, frame: Frame, *, now: datetime, tell: Tell = tell_nobody
) -> None:
    """Write anew every record that was written for another address, profile or declaration.

    tell: how many are written and how many there are, before each batch: our own, then others'.
    """
    refresh_fragments(session, frame, now=now, tell=tell)
    refresh_records(session, frame, now=now, tell=tell)
    datasets.forget_shared(session, frame.state)


def refresh_records(
    session: Session, frame: Frame, *, now: datetime, tell: Tell = tell_nobody
) -> int:
    """The same of what was harvested; returns how many."""
    datasets.lock(session)
    written = total = 0
    while slugs := records.not_written_for(session, frame.state, AT_ONCE):
        total = total or records.count_not_written_for(session, frame.state)
        tell(written, total)
        drafts = []
        for slug in slugs:
            kept = records.get(session, slug)
            said = record_at(session, kept.position, kept.iri)
            drafts.append(take.Draft(replace(kept, met=frozenset()), said))
        many = [_sound(written) for written in take.written_all(frame, drafts)]
        kinds = dict.fromkeys(slugs, ChangeKind.REWRITTEN)
        take.keep_all(session, frame, many, kinds, now=now)
        written += len(many)
    return written


def _sound(written: take.Written | HubError) -> take.Written:
    if isinstance(written, HubError):
        raise written
    return written
