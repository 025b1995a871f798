"""Whether the database can be worked with."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy import inspect, text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from opendata_hub.store import migrate
from opendata_hub.store.tables import ChangeRow

log = logging.getLogger(__name__)
Reading = Callable[[], AbstractContextManager[Session]]
"""Opens a session that changes nothing."""


def answers(reading: Reading) -> bool:
    """Whether the database takes a question and answers it."""
    try:
        with reading() as session:
            session.connection().execute(text("SELECT 1"))
    except SQLAlchemyError as problem:
        log.warning("the database does not answer: %s", type(problem).__name__)
        return False
    return True


def is_migrated(reading: Reading) -> bool:
    """Whether its tables have the shape that this version of the code expects."""
    try:
        with reading() as session:
            return migrate.revisions(session.connection()) == migrate.heads()
    except SQLAlchemyError as problem:
        log.warning("the version of the tables can't be read: %s", type(problem).__name__)
        return False


def told_time(session: Session) -> datetime | None:
    """The latest instant that the database knows: its server's, or of the last change it keeps."""
    if session.connection().dialect.name == "postgresql":
        now: datetime = session.connection().execute(text("SELECT now()")).scalar_one()
        return now
    if "change" not in inspect(session.connection()).get_table_names():
        return None
    return session.exec(select(ChangeRow.changed_at).order_by(col(ChangeRow.id).desc())).first()
