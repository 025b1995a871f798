"""``catalog/site.yaml`` to Site."""

from opendata_hub.domain.catalog.ocds.codes import UNREGISTERED_PREFIX
from opendata_hub.domain.catalog.site import Publisher, Site
from opendata_hub.domain.catalog.vocabulary import Vocabularies
from opendata_hub.packs.folders import Folders
from opendata_hub.packs.sheet import Sheet, read_sheet


def load_site(folders: Folders, vocabularies: Vocabularies) -> Site:
    """Whose hub this is; raises PackBroken where a code or a publisher is unknown."""
    sheet = read_sheet(folders.file("site.yaml"))
    sheet.only(
        "title", "description", "publisher", "licence", "country", "law",
        "reference_prefix", "publishers", "rights", "ocds_prefix",
    )  # fmt: skip
    publishers = {
        publisher.id: publisher
        for publisher in (_publisher(each, vocabularies) for each in sheet.sheets("publishers"))
    }
    site = Site(
        title=sheet.texts("title"),
        description=sheet.texts("description"),
        publisher=sheet.text("publisher"),
        licence=coded(sheet, "licence", "licence", vocabularies),
        country=coded(sheet, "country", "country", vocabularies),
        law=sheet.text("law"),
        reference_prefix=sheet.matching("reference_prefix", r"[A-Z0-9]{1,10}"),
        publishers=publishers,
        rights=sheet.texts("rights") if sheet.has("rights") else {},
        ocds_prefix=(
            sheet.matching("ocds_prefix", r"ocds-[a-z0-9]{6}")
            if sheet.has("ocds_prefix")
            else UNREGISTERED_PREFIX
        ),
    )
    if site.publisher not in publishers:
        sheet.refuse(f"publisher {site.publisher!r} is not among the publishers")
    return site


def coded(sheet: Sheet, key: str, vocabulary: str, vocabularies: Vocabularies) -> str:
    """A code of a closed list; refuses the pack when the list doesn't know it."""
    code = sheet.text(key)
    if code not in vocabularies.get(vocabulary, {}):
        sheet.refuse(f"{key}: {code!r} is not in catalog/vocabularies/{vocabulary}.csv")
    return code


def _publisher(sheet: Sheet, vocabularies: Vocabularies) -> Publisher:
    sheet.only("id", "name", "type", "homepage", "email")
    return Publisher(
        id=sheet.matching("id", r"[a-z0-9]+(-[a-z0-9]+)*"),
        name=sheet.texts("name"),
        type=coded(sheet, "type", "publisher-type", vocabularies),
        homepage=sheet.matching("homepage", r"https?://[^\s<>\"{}|\\^`]+"),
        email=sheet.matching("email", r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9.\-]+"),
    )
