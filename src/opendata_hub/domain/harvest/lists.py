"""What others write where a list of codes is meant: found again in our lists.

Licences are looked for by every address and name under which they are commonly given; one that no
list has stays what it is. Nothing is guessed from a part of a word.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property, lru_cache

from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.catalog.record import classes as record
from opendata_hub.domain.catalog.vocabulary import Term

IANA = "https://www.iana.org/assignments/media-types/"
AUTHORITY = "http://publications.europa.eu/resource/authority/"
_MEDIA_TYPE = re.compile(
    r"(?:https?://(?:www\.)?iana\.org/assignments/media-types/|https?://purl\.org/NET/mediatypes/)?"
    r"([a-z]+/[a-z0-9][a-z0-9.+_-]*)(?:\s*;.*)?",
    re.IGNORECASE,
)
_ADDRESS_DRESS = re.compile(r"^https?://(?:www\.)?|(?:/legalcode|/deed)?(?:\.[a-z]{2})?/?$|\.html$")
KNOWN_WORDS = 4_096

ALIASES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    # Sources: creativecommons.org, opendatacommons.org, etalab.gouv.fr, nationalarchives.gov.uk,
    # and the identifiers of the Open Definition that CKAN gives out.
    "licence": {
        "CC0": ("cc0", "cc-zero", "cc0-1.0", "creativecommons.org/publicdomain/zero/1.0",
                "opendefinition.org/licenses/cc-zero"),
        "CC_PDM_1_0": ("creativecommons.org/publicdomain/mark/1.0",),
        "CC_BY_4_0": ("cc-by-4.0", "cc by 4.0", "creativecommons.org/licenses/by/4.0"),
        "CC_BYSA_4_0": ("cc-by-sa-4.0", "cc by-sa 4.0", "creativecommons.org/licenses/by-sa/4.0"),
        "ODC_PDDL": ("odc-pddl", "pddl", "pddl-1.0", "opendatacommons.org/licenses/pddl",
                     "opendatacommons.org/licenses/pddl/1.0",
                     "opendatacommons.org/licenses/pddl/1-0",
                     "opendefinition.org/licenses/odc-pddl"),
        "ODC_BY": ("odc-by", "odc-by-1.0", "opendatacommons.org/licenses/by",
                   "opendatacommons.org/licenses/by/1.0", "opendatacommons.org/licenses/by/1-0",
                   "opendefinition.org/licenses/odc-by"),
        "ODC_BL": ("odc-odbl", "odbl", "odbl-1.0", "opendatacommons.org/licenses/odbl",
                   "opendatacommons.org/licenses/odbl/1.0",
                   "opendatacommons.org/licenses/odbl/1-0",
                   "opendatacommons.org/licenses/odbl/summary",
                   "opendefinition.org/licenses/odc-odbl", "opendefinition.org/licenses/odbl"),
        "OGL_3_0": ("ogl-uk-3.0",
                    "nationalarchives.gov.uk/doc/open-government-licence/version/3"),
        "ETALAB_2_0": ("etalab-2.0", "lov2", "licence ouverte 2.0",
                       "etalab.gouv.fr/licence-version-2-0-de-la-licence-ouverte"),
    },
    "file-type": {
        "XLSX": ("excel (xlsx)",), "XLS": ("excel",), "JPEG": ("jpg",),
        "RDF_TURTLE": ("turtle", "ttl"),
        "RDF_XML": ("rdf", "rdf/xml"), "JSON_LD": ("jsonld", "json-ld"), "TXT": ("text",),
        "HTML": ("htm", "web page"), "GZIP": ("gz",), "ICS": ("ical",), "TSV": ("tab",),
        "GEOJSON": ("geo json",), "GPKG": ("geopackage",), "XML": ("text/xml",),
        "ZIP": ("application/x-zip-compressed",),
        "CSV": ("application/csv", "text/comma-separated-values"),
    },
    # ISO 8601 repetitions are how DCAT-US 1.1 says it; the words are those of Dublin Core's list.
    "frequency": {
        "DECENNIAL": ("r/p10y",), "QUADRENNIAL": ("r/p4y",), "TRIENNIAL": ("r/p3y",),
        "BIENNIAL": ("r/p2y",), "ANNUAL": ("r/p1y", "yearly", "annually"),
        "ANNUAL_2": ("r/p6m", "semiannual"), "ANNUAL_3": ("r/p4m", "threetimesayear"),
        "QUARTERLY": ("r/p3m",), "BIMONTHLY": ("r/p2m",), "MONTHLY": ("r/p1m",),
        "MONTHLY_2": ("r/p0.5m", "semimonthly"), "MONTHLY_3": ("r/p0.33m", "threetimesamonth"),
        "BIWEEKLY": ("r/p2w",), "WEEKLY": ("r/p1w", "r/p7d"),
        "WEEKLY_2": ("r/p3.5d", "semiweekly"), "WEEKLY_3": ("r/p0.33w", "threetimesaweek"),
        "DAILY": ("r/p1d",), "HOURLY": ("r/pt1h",), "CONT": ("r/pt1s", "continuous"),
        "IRREG": ("irregular",),
    },
    "access-right": {
        "PUBLIC": ("public",), "NON_PUBLIC": ("non-public",),
        "RESTRICTED": ("restricted public",),
    },
}  # fmt: skip
"""How others call an entry, by list and code."""


class Lists:
    """The lists of a hub, asked in the words of others."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self._find = lru_cache(KNOWN_WORDS)(self._found)

    def find(self, vocabulary: str, said: str) -> Term | None:
        """The entry that is meant by an address, a code, a label or a common name of it."""
        return self._find(vocabulary, said)

    def known(self, vocabulary: str, address: str) -> record.Thing | None:
        """What stands at an address of a list; None where the list has none."""
        term = self.find(vocabulary, address)
        return self.thing(vocabulary, term) if term else None

    def thing(self, vocabulary: str, term: Term) -> record.Thing:
        """The entry as records refer to it."""
        if vocabulary == "country":
            return self.frame.location(term.code)
        if vocabulary == "licence":
            return self.frame.licence(term.code)
        return self.frame.concept(vocabulary, term.code)

    def _found(self, vocabulary: str, said: str) -> Term | None:
        known = self._by_name.get(vocabulary, {})
        code = known.get(said) or known.get(_undressed(said))
        is_address = said.startswith(("http://", "https://"))
        if code is None and is_address and vocabulary in _LAST_PART_TELLS:
            code = known.get(_undressed(re.split("[/#]", said.rstrip("/#"))[-1]))
        return self.frame.vocabularies[vocabulary][code] if code else None

    @cached_property
    def _by_name(self) -> Mapping[str, Mapping[str, str]]:
        return {name: dict(_names(name, listed.values()))
                for name, listed in self.frame.vocabularies.items()}  # fmt: skip


_LAST_PART_TELLS = frozenset({"frequency", "language", "access-right", "file-type"})
"""Lists that others write under addresses of their own that end in a common name."""


def _names(vocabulary: str, listed: Collection[Term]) -> Iterator[tuple[str, str]]:
    for term in listed:
        yield from ((each, term.code) for each in ALIASES.get(vocabulary, {}).get(term.code, ()))
        yield from ((label.casefold(), term.code) for label in term.label.values())
        for column in ("media_type", "iso"):
            if term.extra.get(column):
                yield term.extra[column], term.code
    for term in listed:  # the list's own names win
        yield term.code.casefold(), term.code
        yield term.code.casefold().replace("_", "-"), term.code
        yield _undressed(term.uri), term.code
        yield term.uri, term.code


def _undressed(said: str) -> str:
    """What is said without what differs from writer to writer.

    >>> _undressed("https://creativecommons.org/licenses/by/4.0/deed.fr")
    'creativecommons.org/licenses/by/4.0'
    >>> _undressed(" .CSV "), _undressed("text/csv; charset=utf-8"), _undressed("fr-MA")
    ('csv', 'text/csv', 'fr')
    """
    plain = said.strip().casefold().partition(";")[0].strip().lstrip(".")
    if re.fullmatch(r"[a-z]{2}-[a-z]{2}", plain):
        return plain[:2]
    if not plain.startswith(("http://", "https://")) and "/" not in plain:
        return plain
    previous = ""
    while previous != plain:
        previous, plain = plain, _ADDRESS_DRESS.sub("", plain)
    return plain


def media_type(said: str) -> str:
    """The address of a media type at IANA; empty for what is none.

    >>> media_type("text/csv; charset=utf-8")
    'https://www.iana.org/assignments/media-types/text/csv'
    """
    found = _MEDIA_TYPE.fullmatch(said.strip())
    return f"{IANA}{found[1].lower()}" if found else ""
