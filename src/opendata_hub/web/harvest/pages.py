"""A dataset of another catalogue, for readers: what it is, where it is, what was reworded."""

from fastapi import Request, Response
from sqlmodel import Session

from opendata_hub.bootstrap import Hub
from opendata_hub.domain.catalog.record.mqa import Quality
from opendata_hub.domain.harvest.harvested import Harvested
from opendata_hub.flows.harvest.kept_record import record_at
from opendata_hub.web.rendering import page


def harvested_page(
    request: Request, hub: Hub, session: Session, kept: Harvested, language: str
) -> Response:
    """The page of a harvested dataset."""
    return page(
        request,
        "harvested.html",
        language,
        kept=kept,
        described=record_at(session, kept.position, kept.iri),
        quality=Quality(kept.met),
        base_url=hub.frame.base_url,
    )
