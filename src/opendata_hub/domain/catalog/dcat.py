"""Our datasets, publishers and catalogue as records of DCAT-AP 3.0.1, and these as triples.

Every node is an IRI: ours below the base address, or a term of a public vocabulary. Whatever is
referred to also gets its type and, where the profile wants one, its label, so that a check
needs nothing but our own document. Which field is which property: ``record/classes.py``.

Addresses below a dataset are fragments of its own address: who follows them gets the document
that describes them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, lru_cache, partial

from rdflib.namespace import Namespace
from rdflib.term import URIRef

from opendata_hub.domain.authority import Authority
from opendata_hub.domain.catalog.dataset import Dataset
from opendata_hub.domain.catalog.family import Family, Holds
from opendata_hub.domain.catalog.record import classes as record
from opendata_hub.domain.catalog.record import mqa
from opendata_hub.domain.catalog.record.described import Described, described
from opendata_hub.domain.catalog.record.keyword import keywords_of
from opendata_hub.domain.catalog.record.row import PREFIXES as NAMESPACES
from opendata_hub.domain.catalog.record.triples import (
    Block,
    Shared,
    Triple,
    blocks,
    flat,
    term,
    triples,
)
from opendata_hub.domain.catalog.record.values import instant
from opendata_hub.domain.catalog.site import Site
from opendata_hub.domain.catalog.territory import Gazetteer
from opendata_hub.domain.catalog.vocabulary import Term, Vocabularies
from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.portal.shelf import Shelf
from opendata_hub.domain.texts import LANGUAGES, Texts

SPDX = Namespace(NAMESPACES["spdx"])
IANA = "https://www.iana.org/assignments/media-types/"
PROFILE_IRI = "http://data.europa.eu/r5r/"
PREFIXES: Mapping[str, str] = NAMESPACES
HAS_DATASET = term("dcat:dataset")
OPENAPI = "https://spec.openapis.org/oas/v3.1.0"

KNOWN_IRIS = 1_024

PROFILE = "dcat-ap-3.0.1/5"
"""What the stored serialisations were written by; raise it when a triple below changes."""


@dataclass(frozen=True)
class Frame:
    """What every record is described against: the address of the hub and its declarations.

    digest: of the files the declarations were read from; the same in every process. Authorities
            that are kept in the store have digests of their own.
    territories: every list of territories, by its name.
    shelves: families that readers look for together; every family stands on one.
    codes:   what readers call the codes in the cells of tables.
    """

    base_url: str
    site: Site
    families: Mapping[str, Family]
    vocabularies: Vocabularies
    digest: str = ""
    territories: Mapping[str, Gazetteer] = field(default_factory=dict)
    shelves: tuple[Shelf, ...] = ()
    codes: Mapping[str, Texts] = field(default_factory=dict)

    def with_authorities(self, kept: Mapping[str, Authority]) -> "Frame":
        """The frame with these beside the declared ones, in the place of any it had."""
        declared = {k: each for k, each in self.site.publishers.items() if each.is_declared}
        return replace(self, site=replace(self.site, publishers={**declared, **kept}))

    def written_for(self, publisher: str) -> str:
        """A digest of all that a record of that publisher depends on beside its dataset.

        One more authority, or another name of one, leaves the records of all others alone.
        """
        body = self.site.publishers[publisher]
        return self.state if body.is_declared else f"{self.state} {body.digest}"

    @property
    def state(self) -> str:
        """A digest of what every record depends on: profile, declarations, address."""
        return f"{PROFILE} {self.digest} {self.base_url}"

    def require_known(self, publisher: Authority) -> None:
        """Raise Invalid for a type, a family or a territory that no list has."""
        if publisher.type not in self.vocabularies["publisher-type"]:
            known = ", ".join(self.vocabularies["publisher-type"])
            raise Invalid(f"type: {publisher.type[:40]!r} is none of {known}")
        if unknown := sorted(publisher.families - set(self.families)):
            raise Invalid(f"families: no family {unknown[0][:60]!r} in this hub")
        if publisher.territory and self.territory(publisher) is None:
            raise Invalid(
                f"territory: {publisher.territory[:40]!r}: write LIST:CODE, such as hcp:04, "
                "of a list below catalog/territories"
            )

    def territory(self, publisher: Authority) -> record.Location | None:
        """Where a public body is at home; None where that is not said."""
        name, _, code = publisher.territory.partition(":")
        if name not in self.territories or code not in self.territories[name].by_code:
            return None
        label = self.territories[name].by_code[code].label
        return record.Location(iri=self.iri(f"publishers/{publisher.id}#territory"), label=label)

    @cached_property
    def tables(self) -> Mapping[str, Family]:
        """The families whose files hold tables."""
        return {n: each for n, each in self.families.items() if each.holds is Holds.TABLE}

    def iri(self, path: str) -> URIRef:
        """The IRI of a path below the hub's address."""
        return self._iris(path)

    def term(self, vocabulary: str, code: str) -> Term:
        """An entry of a shipped list; packs were checked against the lists when read."""
        return self.vocabularies[vocabulary][code]

    def scheme(self, vocabulary: str) -> record.ConceptScheme:
        """A shipped list as a whole."""
        return self._schemes[vocabulary]

    def concept(self, vocabulary: str, code: str) -> record.Concept:
        """An entry of a shipped list, with its labels and its list."""
        term, scheme = self.term(vocabulary, code), self.scheme(vocabulary)
        return self.shared.keep(record.Concept(iri=term.uri, label=term.label, scheme=scheme))

    def languages(self, isos: Sequence[str]) -> tuple[record.Concept, ...]:
        """Languages by their ISO 639-1 codes."""
        return tuple(self.concept("language", self._by_iso[iso]) for iso in isos)

    def location(self, country: str) -> record.Location:
        """A country of the public list."""
        term = self.term("country", country)
        scheme = self.scheme("country")
        return self.shared.keep(record.Location(iri=term.uri, label=term.label, scheme=scheme))

    def licence(self, code: str) -> record.LicenceDocument:
        """A licence of the public list."""
        term = self.term("licence", code)
        scheme = self.scheme("licence")
        made = record.LicenceDocument(iri=term.uri, label=term.label, scheme=scheme)
        return self.shared.keep(made)

    def usual_licence(self, family: Family) -> str:
        """The code of the licence of a family's files where their steward chooses none."""
        return family.licence or self.site.licence

    def licence_of(self, dataset: Dataset) -> Term:
        """The licence of a dataset's file: that which its steward chose, else the usual one."""
        usual = self.usual_licence(self.families[dataset.family])
        return self._said("licence", dataset.described.get("licence"), usual)

    def frequency_of(self, dataset: Dataset) -> Term:
        """How often a dataset is renewed: as its steward says, else as its family does."""
        usual = self.families[dataset.family].frequency
        return self._said("frequency", dataset.described.get("frequency"), usual)

    def _said(self, vocabulary: str, code: object, usual: str) -> Term:
        """The entry that was chosen; the usual one where the list no longer has it."""
        terms = self.vocabularies[vocabulary]
        return terms.get(str(code)) or terms[usual]

    def coded(self, vocabulary: str, code: str) -> record.Thing | None:
        """What a code of a list stands for; None where the list has no such code."""
        if code not in self.vocabularies.get(vocabulary, {}):
            return None
        if vocabulary == "country":
            return self.location(code)
        return self.licence(code) if vocabulary == "licence" else self.concept(vocabulary, code)

    def entry(self, vocabulary: str, iri: str) -> record.Thing | None:
        """What stands in a shipped list at that address; None where nothing does."""
        if vocabulary not in self._by_address:
            terms = self.vocabularies.get(vocabulary, {}).values()
            made = partial(self.coded, vocabulary)
            self._by_address[vocabulary] = {term.uri: made(term.code) for term in terms}
        return self._by_address[vocabulary].get(iri)

    @cached_property
    def known(self) -> Callable[[bool, Callable[[str], bool]], mqa.Known]:
        """What indicators of quality are checked against, but for ``complies`` and ``answers``."""
        lists = {
            "machine_readable": self._addresses("file-type", "machine_readable"),
            "open_formats": self._addresses("file-type", "open"),
            "formats": self._addresses("file-type"),
            "media_types": self._addresses("media-type"),
            "licences": self._addresses("licence"),
            "access_rights": self._addresses("access-right"),
        }
        return lambda complies, answers: mqa.Known(complies=complies, answers=answers, **lists)

    def _addresses(self, vocabulary: str, column: str = "") -> frozenset[str]:
        """The addresses of a list's entries, or of those with ``yes`` in a column of its own."""
        entries = self.vocabularies[vocabulary].values()
        return frozenset(e.uri for e in entries if not column or e.extra[column] == "yes")

    @cached_property
    def shared(self) -> Shared:
        """What records have in common: entries of lists, publishers, licences, standards."""
        return Shared()

    @cached_property
    def _iris(self) -> Callable[[str], URIRef]:
        """The IRIs made lately: a record names itself, its publisher and its file again and again.

        To make one costs as much as three lines of a record.
        """
        made: Callable[[str], URIRef] = lambda path: URIRef(f"{self.base_url}/{path}")  # noqa: E731
        return lru_cache(KNOWN_IRIS)(made)

    @cached_property
    def _by_address(self) -> dict[str, Mapping[str, record.Thing | None]]:
        return {}

    @cached_property
    def _schemes(self) -> Mapping[str, record.ConceptScheme]:
        return {
            term.code: self.shared.keep(record.ConceptScheme(iri=term.uri, title=term.label))
            for term in self.vocabularies["schemes"].values()
        }

    @cached_property
    def _by_iso(self) -> Mapping[str, str]:
        return {term.extra["iso"]: term.code for term in self.vocabularies["language"].values()}


def catalog_record(frame: Frame, *, modified_at: datetime) -> record.Catalog:
    """The catalogue itself, without the links to its datasets."""
    site = frame.site
    return record.Catalog(
        iri=frame.iri("catalog"),
        title=site.title,
        description=site.description,
        publisher=agent(frame, site.publishers[site.publisher]),
        rights=_rights(frame),
        homepage=frame.iri(""),
        language=frame.languages(LANGUAGES),
        licence=frame.licence(site.licence),
        spatial=(frame.location(site.country),),
        themes=(frame.scheme("data-theme"),),
        modified=instant(modified_at),
    )


def dataset_record(frame: Frame, dataset: Dataset) -> record.Dataset:
    """One dataset, its publisher and its file; what its steward says comes before our defaults."""
    made, said = _made(frame, dataset), _said(frame, dataset)
    series = tuple(each.iri for each in said.series)
    identifiers = {*made.identifier, *said.fields.get("identifier", ())}
    given = {**said.fields, "identifier": tuple(sorted(identifiers)), "in_series": series}
    given["keyword"] = keywords_of(given.get("keyword", made.keyword))
    if said.licence:
        file = replace(made.distribution[0], licence=said.licence)
        given["distribution"] = (file,)
    return replace(made, **given)


def _said(frame: Frame, dataset: Dataset) -> Described:
    me = frame.iri(f"datasets/{dataset.slug}")
    return described(dataset.described, me, base_url=frame.base_url, coded=frame.coded)


def _made(frame: Frame, dataset: Dataset) -> record.Dataset:
    """What we know ourselves of a dataset."""
    me, family = frame.iri(f"datasets/{dataset.slug}"), frame.families[dataset.family]
    publisher = frame.site.publishers[dataset.publisher]
    return record.Dataset(
        iri=me,
        identifier=(str(me),),
        title=dataset.title,
        description=dataset.description,
        keyword={language: tuple(words) for language, words in dataset.keywords.items()},
        publisher=agent(frame, publisher),
        contact_point=(contact(frame, publisher),),
        theme=tuple(frame.concept("data-theme", theme) for theme in family.themes),
        frequency=frame.concept("frequency", family.frequency),
        access_rights=frame.concept("access-right", "PUBLIC"),
        spatial=(frame.location(frame.site.country),),
        language=frame.languages(family.languages),
        issued=instant(dataset.issued_at),
        modified=instant(dataset.modified_at),
        version=str(dataset.version),
        landing_page=(frame.iri(f"fr/datasets/{dataset.slug}"),),
        distribution=(_distribution(frame, dataset, family),),
    )


def entry_record(frame: Frame, dataset: Dataset) -> record.CatalogRecord:
    """What the catalogue says about its description of a dataset."""
    me = frame.iri(f"datasets/{dataset.slug}")
    profile = frame.shared.keep(record.Standard(iri=PROFILE_IRI, title={"en": "DCAT-AP 3.0.1"}))
    return record.CatalogRecord(
        iri=f"{me}#record",
        primary_topic=me,
        conforms_to=(profile,),
        language=frame.languages(LANGUAGES),
        issued=instant(dataset.issued_at),
        modified=instant(dataset.modified_at),
    )


def agent(frame: Frame, publisher: Authority) -> record.Agent:
    """A public body: name, kind, homepage, territory."""
    agent = record.Agent(
        iri=frame.iri(f"publishers/{publisher.id}"),
        name=publisher.name,
        type=frame.concept("publisher-type", publisher.type),
        homepage=publisher.homepage or None,
        spatial=frame.territory(publisher),
    )
    return frame.shared.keep(agent)


def contact(frame: Frame, publisher: Authority) -> record.Contact:
    """Whom to ask in a public body."""
    contact = record.Contact(
        iri=frame.iri(f"publishers/{publisher.id}#contact"),
        name=publisher.name,
        email=(f"mailto:{publisher.email}",) if publisher.email else (),
    )
    return frame.shared.keep(contact)


def _distribution(frame: Frame, dataset: Dataset, family: Family) -> record.Distribution:
    """The file. The licence stands here: DCAT-AP 3.0.1 has none on a dataset."""
    file, parent = dataset.distribution, frame.iri(f"datasets/{dataset.slug}")
    me, address = f"{parent}#distribution-1", f"{parent}/files/{file.file_name}"
    is_table = family.holds is Holds.TABLE
    schema = record.Standard(
        iri=frame.iri(f"families/{family.name}/schema.json"), title=family.title
    )
    return record.Distribution(
        iri=me,
        title=dataset.title,
        description=dataset.description,
        access_url=(address,),
        download_url=(address,),
        access_service=(f"{parent}#rows",) if is_table else (),
        licence=frame.licence(frame.usual_licence(family)),
        rights=_rights(frame),
        availability=frame.concept("planned-availability", "AVAILABLE"),
        format=frame.concept("file-type", file.format),
        media_type=f"{IANA}{file.media_type}",
        byte_size=file.size_bytes,
        checksum=record.Checksum(
            iri=f"{me}-checksum",
            algorithm=str(SPDX.checksumAlgorithm_sha256),
            value=file.sha256,
        ),
        conforms_to=(frame.shared.keep(schema),) if is_table else (),
        language=frame.languages(family.languages),
        issued=instant(file.issued_at),
        modified=instant(dataset.modified_at),
    )


def rows_service(frame: Frame, dataset: Dataset) -> record.DataService:
    """The service that answers questions about the rows (``docs/rows.md``)."""
    parent = frame.iri(f"datasets/{dataset.slug}")
    openapi = record.Standard(iri=OPENAPI, title={"en": "OpenAPI Specification"})
    return record.DataService(
        iri=f"{parent}#rows",
        title=dataset.title,
        endpoint_url=(frame.iri(f"api/v1/datasets/{dataset.slug}/rows"),),
        endpoint_description=(frame.iri("api/openapi.json"),),
        serves_dataset=(parent,),
        conforms_to=(frame.shared.keep(openapi),),
        licence=frame.licence(frame.licence_of(dataset).code),
        access_rights=frame.concept("access-right", "PUBLIC"),
    )


def _rights(frame: Frame) -> tuple[record.RightsStatement, ...]:
    if not frame.site.rights:
        return ()
    rights = record.RightsStatement(iri=frame.iri("catalog#rights"), label=frame.site.rights)
    return (frame.shared.keep(rights),)


def catalog_triples(frame: Frame, *, modified_at: datetime) -> Iterator[Triple]:
    """Describe the catalogue itself, without the links to its datasets."""
    return triples(catalog_record(frame, modified_at=modified_at))


def dataset_addresses(frame: Frame, places: Iterable[tuple[str, str]]) -> list[str]:
    """The IRIs of datasets, by slug and address elsewhere, if it is there."""
    return [iri or f"{frame.base_url}/datasets/{slug}" for slug, iri in places]


def dataset_triples(frame: Frame, dataset: Dataset) -> Iterator[Triple]:
    """Describe one dataset, its publisher and its file, its series, its entry, its quality."""
    yield from profile_triples(frame, dataset)
    yield from quality_triples(frame, dataset)


def quality_triples(frame: Frame, dataset: Dataset) -> Iterator[Triple]:
    """How good the description is, as its score.

    The indicators that it comes from were half of a record; they are told at the dataset's own
    address alone.
    """
    yield from mqa.score_measured(frame.iri(f"datasets/{dataset.slug}"), mqa.Quality(dataset.met))
    yield from mqa.score_metric()


def indicator_triples(frame: Frame, dataset: Dataset) -> Iterator[Triple]:
    """Which indicators the description meets."""
    quality = mqa.Quality(dataset.met)
    return mqa.indicators_measured(frame.iri(f"datasets/{dataset.slug}"), quality)


def profile_triples(frame: Frame, dataset: Dataset) -> Iterator[Triple]:
    """The same without its quality, which is measured on this."""
    return flat(profile_blocks(frame, dataset, dataset_record(frame, dataset)))


def profile_blocks(frame: Frame, dataset: Dataset, described: record.Dataset) -> tuple[Block, ...]:
    """The same in blocks; ``described`` is the record that was made of the dataset."""
    series, entry = _said(frame, dataset).series, entry_record(frame, dataset)
    link = (frame.iri("catalog"), term("dcat:record"), URIRef(entry.iri))
    is_table = frame.families[dataset.family].holds is Holds.TABLE
    rows = (rows_service(frame, dataset),) if is_table else ()
    things = (described, *rows, *series, entry)
    return (Block((link,)), *blocks(things, frame.shared))


def publisher_triples(frame: Frame, publisher: Authority) -> Iterator[Triple]:
    """Describe a public body: name, kind, homepage, territory."""
    return triples(agent(frame, publisher))
