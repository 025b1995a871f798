"""How good a description is: the 405 points of data.europa.eu's metadata quality assessment.

Source: the methodology of data.europa.eu (five dimensions, 23 indicators), as its vocabulary
https://piveau.eu/ns/voc# names and weighs them. Where a dataset has several distributions, the
one with most points counts. An address that nobody has tried yet earns nothing: what it would
gain is told.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from rdflib.namespace import XSD
from rdflib.term import Literal, URIRef

from opendata_hub.domain.catalog.record.classes import Dataset, Distribution
from opendata_hub.domain.catalog.record.triples import TYPE, Triple, term
from opendata_hub.domain.texts import Texts


class Dimension(StrEnum):
    """What is looked at."""

    FINDABILITY = "findability"
    ACCESSIBILITY = "accessibility"
    INTEROPERABILITY = "interoperability"
    REUSABILITY = "reusability"
    CONTEXTUALITY = "contextuality"


DIMENSION_LABELS: Mapping[Dimension, Texts] = {
    Dimension.FINDABILITY: {"fr": "Facile à trouver", "ar": "سهولة العثور", "en": "Findability"},
    Dimension.ACCESSIBILITY: {"fr": "Accessible", "ar": "سهولة الولوج", "en": "Accessibility"},
    Dimension.INTEROPERABILITY: {
        "fr": "Interopérable", "ar": "قابلية التشغيل البيني", "en": "Interoperability",
    },
    Dimension.REUSABILITY: {
        "fr": "Réutilisable", "ar": "قابلية إعادة الاستعمال", "en": "Reusability",
    },
    Dimension.CONTEXTUALITY: {"fr": "Contexte", "ar": "السياق", "en": "Contextuality"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """What indicators are checked against.

    machine_readable, open_formats, formats, media_types, licences, access_rights: addresses.
    answers:  whether an address answered when it was last tried.
    complies: whether the record keeps the profile's shapes.
    """

    machine_readable: frozenset[str]
    open_formats: frozenset[str]
    formats: frozenset[str]
    media_types: frozenset[str]
    licences: frozenset[str]
    access_rights: frozenset[str]
    answers: Callable[[str], bool]
    complies: bool


Check = Callable[[Dataset, Distribution, Known], bool]


@dataclass(frozen=True, slots=True)
class Indicator:
    """One question: its name in the vocabulary, its points, what to do when the answer is no."""

    name: str
    dimension: Dimension
    points: int
    fix: Texts
    is_met: Check


def _all_answer(addresses: Iterable[str], known: Known) -> bool:
    given = tuple(addresses)
    return bool(given) and all(known.answers(each) for each in given)


def _indicator(
    name: str, dimension: Dimension, points: int, check: Check, fr: str, ar: str, en: str
) -> Indicator:
    return Indicator(name, dimension, points, {"fr": fr, "ar": ar, "en": en}, check)


_F, _A, _I, _R, _C = Dimension
INDICATORS: tuple[Indicator, ...] = (
    _indicator(
        "keywordAvailability", _F, 30, lambda d, _f, _k: bool(d.keyword),
        "Donner des mots-clés.", "إضافة كلمات مفتاحية.", "Give keywords.",
    ),
    _indicator(
        "categoryAvailability", _F, 30, lambda d, _f, _k: bool(d.theme),
        "Choisir un thème.", "اختيار موضوع.", "Choose a theme.",
    ),
    _indicator(
        "spatialAvailability", _F, 20, lambda d, _f, _k: bool(d.spatial),
        "Dire quel territoire est couvert.", "تحديد المجال الترابي المشمول.",
        "Say which territory is covered.",
    ),
    _indicator(
        "temporalAvailability", _F, 20, lambda d, _f, _k: bool(d.temporal),
        "Dire quelle période est couverte.", "تحديد الفترة الزمنية المشمولة.",
        "Say which period is covered.",
    ),
    _indicator(
        "accessUrlStatusCode", _A, 50, lambda _d, f, k: _all_answer(f.access_url, k),
        "Donner une adresse d’accès qui répond.", "إعطاء عنوان ولوج يستجيب.",
        "Give an access address that answers.",
    ),
    _indicator(
        "downloadUrlAvailability", _A, 20, lambda _d, f, _k: bool(f.download_url),
        "Donner une adresse de téléchargement.", "إعطاء عنوان للتحميل.",
        "Give a download address.",
    ),
    _indicator(
        "downloadUrlStatusCode", _A, 30, lambda _d, f, k: _all_answer(f.download_url, k),
        "Donner une adresse de téléchargement qui répond.", "إعطاء عنوان تحميل يستجيب.",
        "Give a download address that answers.",
    ),
    _indicator(
        "formatAvailability", _I, 20, lambda _d, f, _k: f.format is not None,
        "Dire le format du fichier.", "تحديد صيغة الملف.", "Say the format of the file.",
    ),
    _indicator(
        "mediaTypeAvailability", _I, 10, lambda _d, f, _k: f.media_type is not None,
        "Dire le type de média.", "تحديد نوع الوسائط.", "Say the media type.",
    ),
    _indicator(
        "formatMediaTypeVocabularyAlignment", _I, 10,
        lambda _d, f, k: (
            f.format is not None and f.format.iri in k.formats and f.media_type in k.media_types
        ),
        "Prendre format et type de média dans les listes publiques.",
        "أخذ الصيغة ونوع الوسائط من اللوائح العمومية.",
        "Take format and media type from the public lists.",
    ),
    _indicator(
        "formatMediaTypeNonProprietary", _I, 20,
        lambda _d, f, k: f.format is not None and f.format.iri in k.open_formats,
        "Publier dans un format ouvert, CSV par exemple.", "النشر بصيغة مفتوحة، مثل CSV.",
        "Publish in an open format, such as CSV.",
    ),
    _indicator(
        "formatMediaTypeMachineInterpretable", _I, 20,
        lambda _d, f, k: f.format is not None and f.format.iri in k.machine_readable,
        "Publier dans un format que les programmes lisent.", "النشر بصيغة تقرؤها البرامج.",
        "Publish in a format that programs read.",
    ),
    _indicator(
        "dcatApCompliance", _I, 30, lambda _d, _f, k: k.complies,
        "Corriger ce que le profil DCAT-AP refuse.", "تصحيح ما يرفضه معيار DCAT-AP.",
        "Mend what the DCAT-AP profile refuses.",
    ),
    _indicator(
        "licenceAvailability", _R, 20, lambda _d, f, _k: f.licence is not None,
        "Donner une licence.", "تحديد رخصة.", "Give a licence.",
    ),
    _indicator(
        "knownLicence", _R, 10,
        lambda _d, f, k: f.licence is not None and f.licence.iri in k.licences,
        "Prendre la licence dans la liste publique.", "أخذ الرخصة من اللائحة العمومية.",
        "Take the licence from the public list.",
    ),
    _indicator(
        "accessRightsAvailability", _R, 10, lambda d, _f, _k: d.access_rights is not None,
        "Dire les droits d’accès.", "تحديد حقوق الولوج.", "Say the access rights.",
    ),
    _indicator(
        "accessRightsVocabularyAlignment", _R, 5,
        lambda d, _f, k: d.access_rights is not None and d.access_rights.iri in k.access_rights,
        "Prendre les droits d’accès dans la liste publique.",
        "أخذ حقوق الولوج من اللائحة العمومية.", "Take the access rights from the public list.",
    ),
    _indicator(
        "contactPointAvailability", _R, 20, lambda d, _f, _k: bool(d.contact_point),
        "Donner un contact.", "إعطاء جهة اتصال.", "Give a contact.",
    ),
    _indicator(
        "publisherAvailability", _R, 10, lambda d, _f, _k: d.publisher is not None,
        "Nommer l’éditeur.", "ذكر الجهة الناشرة.", "Name the publisher.",
    ),
    _indicator(
        "rightsAvailability", _C, 5, lambda _d, f, _k: bool(f.rights),
        "Dire les conditions de réutilisation.", "تحديد شروط إعادة الاستعمال.",
        "Say the conditions of reuse.",
    ),
    _indicator(
        "byteSizeAvailability", _C, 5, lambda _d, f, _k: f.byte_size is not None,
        "Dire la taille du fichier.", "تحديد حجم الملف.", "Say the size of the file.",
    ),
    _indicator(
        "dateIssuedAvailability", _C, 5, lambda d, f, _k: bool(d.issued or f.issued),
        "Donner la date de publication.", "تحديد تاريخ النشر.", "Give the date of publication.",
    ),
    _indicator(
        "dateModifiedAvailability", _C, 5, lambda d, f, _k: bool(d.modified or f.modified),
        "Donner la date de modification.", "تحديد تاريخ آخر تعديل.", "Give the date of change.",
    ),
)  # fmt: skip
"""The 23 indicators; their points add up to 405."""

MOST, SCORE = 405, "score"


@dataclass(frozen=True, slots=True)
class Quality:
    """Which indicators a record meets, by their names."""

    met: frozenset[str]

    @property
    def score(self) -> int:
        """Points of 405."""
        return sum(each.points for each in INDICATORS if each.name in self.met)

    @property
    def dimensions(self) -> tuple[tuple[Texts, int, int], ...]:
        """Label, points and most points of each dimension."""
        return tuple(
            (
                DIMENSION_LABELS[each],
                sum(i.points for i in INDICATORS if i.dimension is each and i.name in self.met),
                sum(i.points for i in INDICATORS if i.dimension is each),
            )
            for each in Dimension
        )

    @property
    def fixes(self) -> tuple[Indicator, ...]:
        """What would gain points, most first."""
        missed = (each for each in INDICATORS if each.name not in self.met)
        return tuple(sorted(missed, key=lambda each: -each.points))


def assess(dataset: Dataset, known: Known) -> Quality:
    """How good the description is, by the distribution that is described best."""
    files = dataset.distribution or (Distribution(),)
    if len(files) == 1:
        return _of_one(dataset, files[0], known)
    return max((_of_one(dataset, f, known) for f in files), key=lambda quality: quality.score)


def _of_one(dataset: Dataset, file: Distribution, known: Known) -> Quality:
    return Quality(frozenset(i.name for i in INDICATORS if i.is_met(dataset, file, known)))


def score_measured(dataset: URIRef, quality: Quality) -> Iterator[Triple]:
    """The score in the Data Quality Vocabulary, without its metric."""
    return _measured(dataset, SCORE, Literal(str(quality.score), datatype=XSD.integer))


def score_metric() -> Iterator[Triple]:
    """What a score measures: the same for every dataset."""
    return _metric(SCORE)


def indicators_measured(dataset: URIRef, quality: Quality) -> Iterator[Triple]:
    """Each indicator in the Data Quality Vocabulary, with its metric."""
    for each in INDICATORS:
        yield from _measured(dataset, each.name, Literal(each.name in quality.met))
        yield from _metric(each.name)


def _metric(name: str) -> Iterator[Triple]:
    yield term(f"pv:{name}"), TYPE, term("dqv:Metric")


def _measured(dataset: URIRef, name: str, value: Literal) -> Iterator[Triple]:
    me = URIRef(f"{dataset}#mqa-{name}")
    yield dataset, term("dqv:hasQualityMeasurement"), me
    yield me, TYPE, term("dqv:QualityMeasurement")
    yield me, term("dqv:isMeasurementOf"), term(f"pv:{name}")
    yield me, term("dqv:value"), value
