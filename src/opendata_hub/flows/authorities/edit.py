"""What is said of an authority changes, or it is closed: its own records follow, no others do."""

import io
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from opendata_hub.adapters.files import FileStore
from opendata_hub.adapters.logo import LARGEST_BYTES, media_type_of
from opendata_hub.domain.authority import Authority, authority_named, require_apart
from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.errors import Refused
from opendata_hub.domain.journal import Kind
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import Place, require
from opendata_hub.flows.authorities.create import everyone, require_fitting
from opendata_hub.flows.catalog.publish import refresh_fragments
from opendata_hub.store import journal
from opendata_hub.store.people import authorities
from opendata_hub.store.people.authorities import Logo


def edit(
    session: Session,
    frame: Frame,
    laws: Collection[str],
    authority_id: str,
    changes: dict[str, Any],
    *,
    by: Visitor,
    now: datetime,
) -> tuple[Authority, int]:
    """Change these fields; returns the authority, and how many records were written anew.

    The law and the prefix of requests that were filed stay what they were. Raises Forbidden,
    UnknownPublisher, Refused for one that is declared in a file, Invalid as ``create`` does.
    """
    require(by, Deed.MANAGE_AUTHORITY, Place(authority_id))
    authorities.lock(session)
    here = everyone(session, frame)
    before = authority_named(here, authority_id)
    if before.is_declared:
        raise Refused(f"{authority_id} is declared in catalog/site.yaml: change it there")
    after = replace(before, **changes)
    all_then = {**here, authority_id: after}
    require_fitting(frame, laws, after, all_then)
    require_apart(all_then.values())
    authorities.change(session, after, now)
    rewritten = 0
    if after.digest != before.digest:
        changed = frame.with_authorities(authorities.everyone(session))
        rewritten = refresh_fragments(session, changed, now=now, publisher=authority_id)
    _tell(session, authority_id, {"digest": after.digest}, by, now)
    return after, rewritten


def set_logo(
    session: Session,
    frame: Frame,
    files: FileStore,
    authority_id: str,
    content: bytes,
    *,
    by: Visitor,
    now: datetime,
) -> Logo:
    """Keep a picture as the authority's logo; raises UnsafeLogo, Forbidden, UnknownPublisher."""
    require(by, Deed.MANAGE_AUTHORITY, Place(authority_id))
    authority_named(everyone(session, frame), authority_id)
    media_type = media_type_of(content)
    stored = files.put(io.BytesIO(content), limit_bytes=LARGEST_BYTES)
    logo = Logo(stored.sha256, media_type)
    authorities.put_logo(session, authority_id, logo)
    _tell(session, authority_id, {"logo": logo.sha256}, by, now)
    return logo


def _tell(
    session: Session, authority_id: str, said: Mapping[str, str], by: Visitor, now: datetime
) -> None:
    journal.append(
        session, Kind.AUTHORITY_CHANGED, authority_id, said,
        authority=authority_id, person=by.person, now=now,
    )  # fmt: skip
