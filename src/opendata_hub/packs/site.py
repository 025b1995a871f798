"""``catalog/site.yaml`` to Site."""

from opendata_hub.domain import authority as rules
from opendata_hub.domain.authority import Authority, Unit, prefix_of
from opendata_hub.domain.catalog.ocds.codes import UNREGISTERED_PREFIX
from opendata_hub.domain.catalog.site import REMINDERS, Site
from opendata_hub.domain.catalog.vocabulary import Vocabularies
from opendata_hub.domain.errors import Invalid
from opendata_hub.packs.folders import Folders
from opendata_hub.packs.sheet import Sheet, read_sheet


def load_site(folders: Folders, vocabularies: Vocabularies) -> Site:
    """Whose hub this is; raises PackBroken where a code or a publisher is unknown."""
    sheet = read_sheet(folders.file("site.yaml"))
    sheet.only(
        "title", "description", "publisher", "licence", "country", "law",
        "reference_prefix", "publishers", "rights", "ocds_prefix", "reminders",
    )  # fmt: skip
    publishers = _publishers(sheet, vocabularies)
    site = Site(
        title=sheet.texts("title"),
        description=sheet.texts("description"),
        publisher=sheet.text("publisher"),
        licence=coded(sheet, "licence", "licence", vocabularies),
        country=coded(sheet, "country", "country", vocabularies),
        law=sheet.text("law"),
        reference_prefix=sheet.matching("reference_prefix", rules.PREFIX),
        publishers=publishers,
        rights=sheet.texts("rights") if sheet.has("rights") else {},
        ocds_prefix=(
            sheet.matching("ocds_prefix", r"ocds-[a-z0-9]{6}")
            if sheet.has("ocds_prefix")
            else UNREGISTERED_PREFIX
        ),
        reminders=sheet.whole_numbers("reminders") if sheet.has("reminders") else REMINDERS,
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


def _publishers(sheet: Sheet, vocabularies: Vocabularies) -> dict[str, Authority]:
    """Every declared authority by id; refuses two of one id, or of one prefix."""
    found: dict[str, Authority] = {}
    for each in sheet.sheets("publishers"):
        made = _publisher(each, sheet, vocabularies)
        if made.id in found:
            each.refuse(f"the id {made.id!r} stands twice")
        found[made.id] = made
    try:
        rules.require_apart(found.values())
        for made in found.values():
            rules.require_no_circle(made, found)
    except Invalid as problem:
        sheet.refuse(str(problem))
    return found


def _publisher(sheet: Sheet, site: Sheet, vocabularies: Vocabularies) -> Authority:
    sheet.only(
        "id", "name", "type", "homepage", "email", "law", "reference_prefix", "territory",
        "parent", "families", "units",
    )  # fmt: skip
    name = sheet.matching("id", rules.ID)
    is_own = name == site.text("publisher")
    return Authority(
        id=name,
        name=sheet.texts("name"),
        type=coded(sheet, "type", "publisher-type", vocabularies),
        homepage=sheet.matching("homepage", rules.HOMEPAGE),
        email=sheet.matching("email", rules.EMAIL),
        law=sheet.text("law") if sheet.has("law") else site.text("law"),
        reference_prefix=_prefix(sheet, name, site.text("reference_prefix") if is_own else ""),
        territory=sheet.text("territory") if sheet.has("territory") else "",
        parent=sheet.text("parent") if sheet.has("parent") else "",
        families=frozenset(sheet.words("families") if sheet.has("families") else ()),
        units=tuple(map(_unit, sheet.sheets("units") if sheet.has("units") else ())),
        is_declared=True,
    )


def _prefix(sheet: Sheet, name: str, of_hub: str) -> str:
    if sheet.has("reference_prefix"):
        return sheet.matching("reference_prefix", rules.PREFIX)
    return of_hub or prefix_of(name)


def _unit(sheet: Sheet) -> Unit:
    sheet.only("id", "name", "email")
    email = sheet.matching("email", rules.EMAIL) if sheet.has("email") else ""
    return Unit(sheet.matching("id", rules.ID), sheet.texts("name"), email)
