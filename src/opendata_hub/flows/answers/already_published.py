"""What is asked for is in the catalogue already: an answer names it and says where it is."""

from sqlmodel import Session

from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.texts import in_language
from opendata_hub.flows.catalog.withdraw import require_published
from opendata_hub.store import datasets


def place_of(session: Session, frame: Frame, slug: str, language: str) -> str:
    """Title and address of a dataset, as an answer in that language names it.

    Raises UnknownDataset, and Withdrawn for one that is no longer there.
    """
    require_published(session, slug)
    title, _ = in_language(datasets.get(session, slug).title, language)
    return f"{title} – {frame.base_url}/datasets/{slug}"
