"""Whether the database can be worked with."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from opendata_hub.store import migrate

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
