"""The licences that every CKAN knows, and which of the EU's list each of them is.

Source: CKAN's default ``licenses.json`` (the group opendefinition.org); the EU authority table
``licence``. A version is named by neither CKAN nor its clients: ``cc-by`` is read as 4.0.
"""

from collections.abc import Mapping
from dataclasses import dataclass

EU = "http://publications.europa.eu/resource/authority/licence/"


@dataclass(frozen=True, slots=True)
class Licence:
    """An entry of CKAN's list. iri: what it is in the EU's; empty where that has no such licence.

    is_open: whether CKAN calls a dataset under it open.
    """

    id: str
    title: str
    url: str = ""
    iri: str = ""
    is_open: bool = True
    is_generic: bool = False


_DEFINED = "http://www.opendefinition.org/licenses/"
LICENCES: tuple[Licence, ...] = (
    Licence("notspecified", "License not specified", is_open=False, is_generic=True),
    Licence(
        "odc-pddl", "Open Data Commons Public Domain Dedication and License (PDDL)",
        f"{_DEFINED}odc-pddl", f"{EU}ODC_PDDL",
    ),
    Licence(
        "odc-odbl", "Open Data Commons Open Database License (ODbL)",
        f"{_DEFINED}odc-odbl", f"{EU}ODC_BL",
    ),
    Licence(
        "odc-by", "Open Data Commons Attribution License", f"{_DEFINED}odc-by", f"{EU}ODC_BY"
    ),
    Licence("cc-zero", "Creative Commons CCZero", f"{_DEFINED}cc-zero", f"{EU}CC0"),
    Licence("cc-by", "Creative Commons Attribution", f"{_DEFINED}cc-by", f"{EU}CC_BY_4_0"),
    Licence(
        "cc-by-sa", "Creative Commons Attribution Share-Alike",
        f"{_DEFINED}cc-by-sa", f"{EU}CC_BYSA_4_0",
    ),
    Licence("gfdl", "GNU Free Documentation License", f"{_DEFINED}gfdl"),
    Licence("other-open", "Other (Open)", is_generic=True),
    Licence("other-pd", "Other (Public Domain)", "", f"{EU}CC_PDM_1_0", is_generic=True),
    Licence("other-at", "Other (Attribution)", is_generic=True),
    Licence(
        "uk-ogl", "UK Open Government Licence (OGL)",
        "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
        f"{EU}OGL_3_0",
    ),
    Licence(
        "cc-nc", "Creative Commons Non-Commercial (Any)",
        "http://creativecommons.org/licenses/by-nc/2.0/", is_open=False,
    ),
    Licence("other-nc", "Other (Non-Commercial)", is_open=False, is_generic=True),
    Licence("other-closed", "Other (Not Open)", is_open=False, is_generic=True),
)  # fmt: skip

_BY_ID: Mapping[str, Licence] = {each.id: each for each in LICENCES}
_BY_IRI: Mapping[str, Licence] = {
    **{each.iri: each for each in LICENCES if each.iri},
    f"{EU}ETALAB_2_0": _BY_ID["other-at"],
    f"{EU}COM_REUSE": _BY_ID["other-at"],
}
_SPELLED: Mapping[str, str] = {
    "cc0": "cc-zero", "cc-0": "cc-zero", "cc-by-4.0": "cc-by", "cc-by-sa-4.0": "cc-by-sa",
    "odbl": "odc-odbl", "odbl-1.0": "odc-odbl", "pddl": "odc-pddl", "cc0-1.0": "cc-zero",
    "cc-by 4.0": "cc-by", "odc-by-1.0": "odc-by", "ogl-uk-3.0": "uk-ogl",
}  # fmt: skip
"""As other portals write what CKAN has another id for."""


def licence_of(iri: str) -> Licence | None:
    """CKAN's licence for an entry of the EU's list; None where it has none."""
    return _BY_IRI.get(iri)


def licence_named(written: str) -> Licence | None:
    """The licence with that id, however it is spelled; None where CKAN has none.

    >>> licence_named("CC-BY-4.0").id
    'cc-by'
    """
    folded = written.strip().lower()
    return _BY_ID.get(_SPELLED.get(folded, folded))
