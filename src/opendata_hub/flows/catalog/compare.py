"""The tables that a publisher has published already, for rules that compare with them."""

from collections.abc import Mapping
from itertools import chain

from sqlmodel import Session

from opendata_hub.adapters.files import FileStore
from opendata_hub.domain.catalog.family import Family
from opendata_hub.domain.catalog.rules.kind import Tables
from opendata_hub.store import datasets


def published_tables(
    session: Session,
    files: FileStore,
    families: Mapping[str, Family],
    family: Family,
    *,
    publisher: str,
) -> Tables | None:
    """By family: the rows that rules of ``family`` look into, of the publisher's own datasets.

    Rows are read from the files when they are asked for, the newest dataset first. A family of
    which nothing is published is not among them. None while it is not said who publishes.
    """
    from opendata_hub.adapters.tabular.readings import rows_of

    if not publisher:
        return None
    asked = {rule.against.family for rule in family.rules if rule.against}
    found = {}
    for name in sorted(asked & set(families)):
        published = [each.distribution for each in datasets.of_family(session, name, publisher)]
        if published:
            schema = families[name].schema
            found[name] = chain.from_iterable(
                rows_of(files.path(each.sha256), each.file_name, schema) for each in published
            )
    return found
