"""A CKAN, and what answers in its dialect: DKAN."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from opendata_hub.adapters.harvest.web import Got, Web
from opendata_hub.domain.catalog.record import classes as record
from opendata_hub.domain.ckan.mapping import record_of
from opendata_hub.domain.errors import InvalidPackage, PagesInACircle, SourceUnreadable
from opendata_hub.domain.harvest.found import Found, KnownPage, Note, Page, SamePage, Told
from opendata_hub.domain.harvest.harvested import moment_of
from opendata_hub.domain.harvest.lists import Lists
from opendata_hub.domain.harvest.source import Source
from opendata_hub.domain.harvest.wording import reworded

JSON = "application/json"
RESTLESS = frozenset({"tracking_summary", "total_downloads", "num_followers"})
"""Keys of a package that count visitors: they change, and the dataset does not."""
MOST_LOOKED_FOR = 200
"""Datasets that a reading has missed, each asked for by itself: some minutes at a slow CKAN."""
ACTIVE = "active"
Package = Mapping[str, Any]


class CkanReader:
    """Reads a CKAN by its search, in an order that no change moves."""

    tells_changes = True

    def __init__(self, source: Source, web: Web, lists: Lists) -> None:
        self.source, self.web, self.lists = source, web, lists
        self.home = source.url.rstrip("/")
        self._before: list[str] = []

    def first(self, since: datetime | None) -> str:
        """The first page of everything, or of what has changed since."""
        self._before = []
        return self._page(0, since)

    def marker(self, page: Page, before: datetime | None) -> datetime | None:
        """The latest change that was met."""
        at = max((f.modified_at for f in page.found if f.modified_at), default=None)
        return max(before, at) if before and at else before or at

    def count(self) -> int | None:
        """How many datasets there are; raises NotFetched."""
        asked: dict[str, str | int] = {"rows": 0}
        if self.source.filter:
            asked["fq"] = self.source.filter
        result, _ = self._asked(f"{self._action('package_search')}?{urlencode(asked)}")
        return _count(result)

    def still_has(self, identifiers: Sequence[str]) -> frozenset[str]:
        """Those of these that are there all the same; raises NotFetched.

        What is taken out of a CKAN while its pages are read moves others to a page that was read
        already. Of very many the first are asked for: where those are gone, so are the others;
        where one of them is there, the others are held for there.
        """
        asked, others = identifiers[:MOST_LOOKED_FOR], identifiers[MOST_LOOKED_FOR:]
        there = frozenset(each for each in asked if self._shows(each))
        return there | frozenset(others) if there else there

    def _shows(self, identifier: str) -> bool:
        address = f"{self._action('package_show')}?{urlencode({'id': identifier})}"
        got = self.web.find(address, accept=JSON)
        said = None if got is None or _says_no(got) else answered(got, address)
        if not isinstance(said, dict) or said.get("private") is True:
            return False
        return said.get("state", ACTIVE) == ACTIVE and self._matches(identifier)

    def _matches(self, identifier: str) -> bool:
        """Whether it is of the part of the CKAN that is read here."""
        if not self.source.filter:
            return True
        quoted = identifier.replace("\\", "\\\\").replace('"', '\\"')
        asked = {"rows": 0, "fq": f'({self.source.filter}) AND id:"{quoted}"'}
        result, _ = self._asked(f"{self._action('package_search')}?{urlencode(asked)}")
        return _count(result) != 0

    def read(self, address: str, known: KnownPage | None) -> Page | SamePage:
        """The packages of a page; raises NotFetched, and PagesInACircle where none follows."""
        got = self.web.get(address, accept=JSON, known=known)
        if got is None and known is not None:
            return SamePage(known)
        result, listed = _searched(got, address)
        total = _count(result)
        start = _start(address)
        found = tuple(self._found(each) for each in listed)
        self._require_news(found, address)
        end = start + len(listed)
        if not listed and total is not None and end < total:
            raise SourceUnreadable(f"{address[:200]}: empty, and {total - end} are still to come")
        is_last = not listed or (total is not None and end >= total)
        return Page(
            address=address,
            found=found,
            following="" if is_last else address.replace(f"start={start}", f"start={end}"),
            total=total,
            sha256=got.sha256 if got else "",
            etag=got.etag if got else "",
            last_modified=got.last_modified if got else "",
        )

    def _require_news(self, found: tuple[Found, ...], address: str) -> None:
        names = [each.identifier for each in found]
        if names and names == self._before:
            raise PagesInACircle(f"{address[:200]} gives the page before it once more")
        self._before = names

    def _page(self, start: int, since: datetime | None) -> str:
        asked: dict[str, str | int] = {
            "start": start,
            "rows": self.source.page_size,
            "sort": "id asc",
        }
        terms = [f"({self.source.filter})"] if self.source.filter else []
        if since:
            terms.append(f"metadata_modified:[{since.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ} TO *]")
        if terms:
            asked["fq"] = " AND ".join(terms)
        return f"{self._action('package_search')}?{urlencode(asked)}"

    def _action(self, name: str) -> str:
        return f"{self.home}/api/3/action/{name}"

    def _asked(self, address: str) -> tuple[Any, Got | None]:
        got = self.web.get(address, accept=JSON)
        return answered(got, address), got

    def _found(self, given: Any) -> Found:
        said: Package = given if isinstance(given, dict) else {}
        kept = {key: value for key, value in said.items() if key not in RESTLESS}
        text = json.dumps(kept, ensure_ascii=False, sort_keys=True)
        identifier = str(said.get("id") or said.get("name") or "")
        return Found(
            identifier=identifier,
            title=str(said.get("title") or said.get("name") or identifier),
            digest=sha256(text.encode("utf-8", "replace")).hexdigest(),
            tell=partial(self._tell, said, identifier),
            given=partial(text.encode, "utf-8", "replace"),
            name=str(said.get("name") or ""),
            modified_at=moment_of(_text(said, "metadata_modified")),
        )

    def _tell(self, said: Package, identifier: str) -> Told:
        package = {**said, "resources": self._addressed(said, identifier)}
        iri = f"{self.home}/dataset/{identifier}"
        told, notes = _record(package, iri, self.lists)
        told = replace(told, **_missing(told, said))
        return reworded(told, self.lists, language=self.source.language, notes=notes)

    def _addressed(self, said: Package, identifier: str) -> list[Any]:
        """The resources, each with the address that CKAN's own export gives it."""
        given, place = said.get("resources"), f"{self.home}/dataset/{identifier}/resource"
        return [
            {"uri": f"{place}/{each.get('id') or number}", **_said(each)}
            if isinstance(each, dict)
            else each
            for number, each in enumerate(given if isinstance(given, list) else [], start=1)
        ]


class DkanReader(CkanReader):
    """Reads a DKAN, which lists its datasets and can't search them."""

    tells_changes = False

    def first(self, since: datetime | None) -> str:  # noqa: ARG002  (it can't be asked that)
        """The first page of everything."""
        self._before = []
        asked = urlencode({"start": 0, "offset": 0, "limit": self.source.page_size})
        return f"{self._action('current_package_list_with_resources')}?{asked}"

    def count(self) -> int | None:
        """Nobody tells."""
        return None

    def read(self, address: str, known: KnownPage | None) -> Page | SamePage:
        """The packages of a page; raises NotFetched."""
        got = self.web.get(address, accept=JSON, known=known)
        if got is None and known is not None:
            return SamePage(known)
        result = answered(got, address)
        listed = result if isinstance(result, list) else None
        if listed and len(listed) == 1 and isinstance(listed[0], list):
            listed = listed[0]
        if listed is None:
            raise SourceUnreadable(f"{address[:200]}: there is no list of packages in it")
        found = tuple(self._found(each) for each in listed)
        start = _start(address)
        end = start + len(listed)
        # One that knows no pages gives everything at once, or the same again.
        names = [each.identifier for each in found]
        is_again = bool(names) and names == self._before
        self._before = names
        is_last = is_again or len(listed) != self.source.page_size
        following = address.replace(f"start={start}&offset={start}", f"start={end}&offset={end}")
        return Page(
            address=address,
            found=() if is_again else found,
            following="" if is_last else following,
            sha256=got.sha256 if got else "",
            etag=got.etag if got else "",
            last_modified=got.last_modified if got else "",
        )


def answered(got: Got | None, address: str) -> Any:
    """The result in CKAN's envelope; raises SourceUnreadable for anything else."""
    try:
        told = json.loads(got.text) if got else None
    except (ValueError, RecursionError):
        raise SourceUnreadable(f"{address[:200]}: this is no JSON, or half of it") from None
    if not isinstance(told, dict) or told.get("success") is not True or "result" not in told:
        raise SourceUnreadable(f"{address[:200]}: this is not how a CKAN answers")
    return told["result"]


def _says_no(got: Got) -> bool:
    """Whether it is CKAN's envelope around nothing, as a DKAN sends it with a status of success."""
    try:
        told = json.loads(got.text)
    except (ValueError, RecursionError):
        return False
    return isinstance(told, dict) and told.get("success") is False


def _searched(got: Got | None, address: str) -> tuple[Any, list[Any]]:
    result = answered(got, address)
    listed = result.get("results") if isinstance(result, dict) else None
    if not isinstance(listed, list):
        raise SourceUnreadable(f"{address[:200]}: there are no results in it")
    return result, listed


def _count(result: Any) -> int | None:
    counted = result.get("count") if isinstance(result, dict) else None
    return counted if isinstance(counted, int) else None


def _start(address: str) -> int:
    return int(address.partition("start=")[2].partition("&")[0])


def _record(package: Package, iri: str, lists: Lists) -> tuple[record.Dataset, list[Note]]:
    """The record of a package; what stands for nothing is left out, and noted."""
    try:
        return record_of(package, lists.known, iri=iri), []
    except InvalidPackage as problem:
        faults = dict(problem.faults)
    return record_of(_without(package, faults), lists.known, iri=iri), [
        Note(key, "; ".join(said)) for key, said in faults.items()
    ]


def _without(package: Package, faults: Mapping[str, list[str]]) -> dict[str, Any]:
    """The package without the keys that are at fault, wherever they stand."""
    kept = {key: value for key, value in package.items() if key not in faults or key == "resources"}
    extras = package.get("extras")
    if isinstance(extras, dict):
        kept["extras"] = {key: value for key, value in extras.items() if key not in faults}
    elif isinstance(extras, list):
        kept["extras"] = [
            each for each in extras if not (isinstance(each, dict) and each.get("key") in faults)
        ]
    of_files = {each.partition(":")[0] for each in faults.get("resources", ())}
    kept["resources"] = [
        {key: value for key, value in each.items() if key not in of_files}
        if isinstance(each, dict)
        else each
        for each in package.get("resources", ())
    ]
    return kept


def _missing(told: record.Dataset, said: Package) -> dict[str, Any]:
    """When CKAN made and changed it, where the record does not say better."""
    times = {"issued": "metadata_created", "modified": "metadata_modified"}
    given = {name: _text(said, key) for name, key in times.items() if getattr(told, name) is None}
    # CKAN writes UTC without saying so.
    return {k: f"{v.partition('.')[0]}Z" for k, v in given.items() if "T" in v and moment_of(v)}


def _text(said: Package, key: str) -> str:
    value = said.get(key)
    return value if isinstance(value, str) else ""


def _said(resource: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in resource.items() if key != "uri" or value}
