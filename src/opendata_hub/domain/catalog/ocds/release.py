"""Rows of notices, results, completion reports and purchase orders as OCDS 1.1 releases.

A release tells one event of one contracting process. What the tables do not say is left out: an
empty value means nothing in OCDS. The amount that was finally paid has no place in the standard's
core, and forecast programmes name no process: neither is told.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from typing import Any

from opendata_hub.domain.catalog.ocds.codes import Codes

Row = Mapping[str, Any]
"""Values by column: text, whole numbers, Decimal, booleans; days and moments as ISO 8601."""
Json = dict[str, Any]

NOTICES, RESULTS = "procurement-notices", "procurement-results"
REPORTS, ORDERS = "completion-reports", "purchase-orders"
FAMILIES = (NOTICES, RESULTS, REPORTS, ORDERS)
"""The families whose rows are told."""
CURRENCY = "MAD"


@dataclass(frozen=True, slots=True)
class Teller:
    """What releases are told with.

    prefix: before every ocid. timezone: of the days and moments in the tables.
    """

    prefix: str
    codes: Codes
    timezone: tzinfo


@dataclass(frozen=True, slots=True)
class Told:
    """A row and the name of the body that published it."""

    row: Row
    publisher: str


@dataclass(slots=True)
class _Process:
    """One contracting process: the rows that speak of it."""

    ocid: str
    notices: list[Told] = field(default_factory=list)
    results: list[Told] = field(default_factory=list)
    reports: list[Told] = field(default_factory=list)


def releases(rows: Mapping[str, Iterable[Told]], teller: Teller) -> Iterator[Json]:
    """The releases of all processes; those of one process follow each other in time.

    rows: by family. Notices, results and reports of one reference have one ocid; a report whose
    contract no result names is passed over, since OCDS tells contracts by their awards.
    """
    for process in _processes(rows, teller).values():
        for told in process.notices:
            yield _released(process.ocid, _notice(told, teller), told, teller)
        if process.results:
            yield _released(process.ocid, _award(process, teller), process.results[0], teller)
        for told in process.reports:
            award = next(
                r for r in process.results
                if r.row["reference_marche"] == told.row["reference_marche"]
            )  # fmt: skip
            said = _implementation(process.ocid, told.row, award.row, teller)
            yield _released(process.ocid, said, told, teller)
    for told in rows.get(ORDERS, ()):
        row = told.row
        name = f"{row['collectivite_code']}-{row['exercice']}-{row['numero_bc']}"
        ocid = f"{teller.prefix}-{name}"
        yield _released(ocid, _order(ocid, row, teller), told, teller)


def _processes(rows: Mapping[str, Iterable[Told]], teller: Teller) -> dict[str, _Process]:
    """By town and reference: the rows of each process, whose ocid a result may have declared."""
    found: dict[str, _Process] = {}
    of_contract: dict[tuple[str, str], _Process] = {}

    def process(row: Row, reference: str) -> _Process:
        name = f"{row['collectivite_code']}-{reference}"
        return found.setdefault(name, _Process(f"{teller.prefix}-{name}"))

    for told in rows.get(NOTICES, ()):
        process(told.row, told.row["reference"]).notices.append(told)
    for told in rows.get(RESULTS, ()):
        ours = process(told.row, told.row["reference_consultation"])
        ours.results.append(told)
        ours.ocid = told.row["ocid"] or ours.ocid
        if contract := told.row["reference_marche"]:
            of_contract[told.row["collectivite_code"], contract] = ours
    for told in rows.get(REPORTS, ()):
        key = told.row["collectivite_code"], told.row["reference_marche"]
        if ours_too := of_contract.get(key):
            ours_too.reports.append(told)
    return found


@dataclass(frozen=True, slots=True)
class _Said:
    """What a release tells beside its head. on: the day or moment of the event, if it is known."""

    tag: tuple[str, ...]
    on: str | None
    body: Json
    suppliers: Sequence[Json] = ()


def _released(ocid: str, said: _Said, told: Told, teller: Teller) -> Json:
    """A release. Its id changes with what it says: a release that was given never changes."""
    row = told.row
    buyer = {
        "id": f"MA-HCP-{row['collectivite_code']}",
        "name": row.get("acheteur") or told.publisher,
    }
    body = said.body
    if tender := body.get("tender"):
        body = {**body, "tender": {**tender, "procuringEntity": buyer}}
    told_body = _full(
        {
            "ocid": ocid,
            "date": _moment(said.on or _latest(row), teller),
            "tag": list(said.tag),
            "initiationType": "tender",
            "language": "fr" if row.get("objet_fr") else "ar" if row.get("objet_ar") else None,
            "parties": [_buyer(buyer, row["collectivite_code"]), *_distinct(said.suppliers)],
            "buyer": buyer,
            **body,
        }
    )
    digest = hashlib.sha256(json.dumps(told_body, sort_keys=True).encode()).hexdigest()
    return {"ocid": ocid, "id": f"{ocid}-{said.tag[0]}-{digest[:10]}", **told_body}


def _buyer(buyer: Json, code: str) -> Json:
    identifier = {"scheme": "MA-HCP", "id": code, "legalName": buyer["name"]}
    return {**buyer, "identifier": identifier, "roles": ["buyer", "procuringEntity"]}


def _notice(told: Told, teller: Teller) -> _Said:
    row, codes = told.row, teller.codes
    tender = {
        "id": row["reference"],
        "title": _title(row),
        "status": codes.tender_status[row["statut"]],
        "value": _value(row["estimation_dh_ttc"]),
        **_method(row, codes),
        "tenderPeriod": {
            "startDate": _moment(row["date_publication"], teller),
            "endDate": _moment(row["date_limite"], teller),
        },
        "submissionMethod": (
            ["electronicSubmission"]
            if row["reponse_electronique"] in {"obligatoire", "facultative"}
            else None
        ),
        "documents": _document("tenderNotice", "notice", row["url"]),
    }
    is_over = row["statut"] == "annulee"
    tag = "tenderCancellation" if is_over else "tender"
    return _Said((tag,), row["date_publication"], {"tender": tender})


def _award(process: _Process, teller: Teller) -> _Said:
    """All the lots of one consultation: an award for each, and its contract."""
    rows = [told.row for told in process.results]
    lots: dict[int, list[Row]] = {}
    for row in sorted(rows, key=lambda r: (r["numero_lot"], r["titulaire_rang"])):
        lots.setdefault(row["numero_lot"], []).append(row)
    awards, contracts, parties = [], [], []
    for lot, holders in lots.items():
        suppliers = [
            _supplier(process.ocid, f"{lot}-{row['titulaire_rang']}", row)
            for row in holders
            if row["titulaire_nom"] or row["titulaire_ice"]
        ]
        parties += suppliers
        awards.append(_award_of(process.ocid, lot, holders[0], suppliers, teller))
        contracts += _contract(process.ocid, holders[0], teller)
    first = rows[0]
    tender = {
        "id": first["reference_consultation"],
        "title": _title(first) if len(lots) == 1 else None,
        **_method(first, teller.codes),
        "numberOfTenderers": first["nb_offres_recues"] if len(lots) == 1 else None,
    }
    tag = ("award", "contract") if contracts else ("award",)
    days = [day for row in rows if (day := _latest(row))]
    body = {"tender": tender, "awards": awards, "contracts": contracts}
    return _Said(tag, max(days, default=None), body, parties)


def _award_of(ocid: str, lot: int, row: Row, suppliers: Sequence[Json], teller: Teller) -> Json:
    return {
        "id": _award_id(ocid, lot),
        "title": _title(row),
        "description": row["motif"],
        "status": teller.codes.award_status[row["statut"]],
        "date": _moment(row["date_publication_pv"] or row["date_fin_commission"], teller),
        "value": _value(row["montant_ttc_dh"]),
        "suppliers": [{"id": each["id"], "name": each["name"]} for each in suppliers],
    }


def _contract(ocid: str, row: Row, teller: Teller) -> list[Json]:
    """The contract of an award, once it has a number."""
    if not row["reference_marche"] or row["statut"] not in {"attribue", "resilie"}:
        return []
    status = "active" if row["date_notification"] else "pending"
    return [
        {
            "id": row["reference_marche"],
            "awardID": _award_id(ocid, row["numero_lot"]),
            "title": _title(row),
            "status": "terminated" if row["statut"] == "resilie" else status,
            "value": _value(row["montant_ttc_dh"]),
            "dateSigned": _moment(row["date_approbation"], teller),
            # Months have no number of days.
            "period": (
                {"durationInDays": row["delai_execution"]}
                if row["delai_unite"] == "jours"
                else None
            ),
        }
    ]


def _implementation(ocid: str, row: Row, award: Row, teller: Teller) -> _Said:
    initial, added = row["montant_initial_ttc_dh"], row["montant_avenants_dh"] or 0
    ended = row["date_reception_provisoire"]
    contract = {
        "id": row["reference_marche"],
        "awardID": _award_id(ocid, award["numero_lot"]),
        "status": "terminated" if ended else "active",
        "value": _value(initial + added),
        "period": {
            "startDate": _moment(row["date_ordre_service"], teller),
            "endDate": _moment(ended, teller),
            "durationInDays": row["delai_reel_jours"],
        },
        "amendments": (
            [
                {
                    "id": "1",
                    "description": f"{added} {CURRENCY}",
                    "rationale": row["ecart_explication"],
                }
            ]
            if added
            else None
        ),
        "implementation": {
            "documents": _document("completionCertificate", "report", row["url_rapport"])
        },
    }
    tag = ("implementation",)
    return _Said(tag, row["date_publication"] or _latest(row), {"contracts": [contract]})


def _order(ocid: str, row: Row, teller: Teller) -> _Said:
    """A purchase order: its notice, if there was one, and its award."""
    codes = teller.codes
    kind = "without_competition" if row["sans_concurrence"] else "with_notice"
    suppliers = [_supplier(ocid, "1", row)] if row["titulaire_nom"] or row["titulaire_ice"] else []
    period = {
        "startDate": _moment(row["date_avis"], teller),
        "endDate": _moment(row["date_limite"], teller),
    }
    tender = {
        "id": row["numero_bc"],
        "title": _title(row),
        "status": "complete" if suppliers else "active",
        "procurementMethod": codes.purchase_order_method[kind],
        "procurementMethodDetails": "bon de commande",
        "procurementMethodRationale": row["justification"],
        "mainProcurementCategory": codes.category[row["categorie"]],
        "tenderPeriod": period,
        "numberOfTenderers": row["nb_devis"],
    }
    award = {
        "id": _award_id(ocid, 0),
        "title": _title(row),
        "status": "active",
        "date": _moment(row["date_resultat"], teller),
        "value": _value(row["montant_ttc_dh"]),
        "suppliers": [{"id": each["id"], "name": each["name"]} for each in suppliers],
    }
    body = {"tender": tender, "awards": [award] if suppliers else None}
    tag = ("tender", "award") if suppliers else ("tender",)
    return _Said(tag, row["date_resultat"] or row["date_avis"], body, suppliers)


def _method(row: Row, codes: Codes) -> Json:
    return {
        "procurementMethod": codes.procurement_method[row["mode_passation"]],
        "procurementMethodDetails": row["mode_passation"].replace("_", " "),
        "mainProcurementCategory": codes.category[row["categorie"]],
    }


def _supplier(ocid: str, place: str, row: Row) -> Json:
    """A holder; a natural person has a name and no number (law 09-08)."""
    ice = row["titulaire_ice"]
    name = row["titulaire_nom"] or f"ICE {ice}"
    identifier = {"scheme": "MA-ICE", "id": ice, "legalName": name} if ice else None
    me = f"MA-ICE-{ice}" if ice else f"{ocid}-supplier-{place}"
    return {"id": me, "name": name, "identifier": identifier, "roles": ["supplier"]}


def _award_id(ocid: str, lot: int) -> str:
    return f"{ocid}-award-{lot}"


def _title(row: Row) -> str | None:
    title: str | None = row["objet_fr"] or row["objet_ar"]
    return title


def _value(amount: Decimal | int | None) -> Json | None:
    return None if amount is None else {"amount": _number(amount), "currency": CURRENCY}


def _number(amount: Decimal | int) -> int | float:
    """As JSON writes it: 15 digits are exact either way, and amounts have no more."""
    return int(amount) if amount == int(amount) else float(amount)


def _document(kind: str, name: str, url: str | None) -> list[Json] | None:
    is_address = url is not None and url.startswith(("http://", "https://"))
    return [{"id": name, "documentType": kind, "url": url}] if is_address else None


def _latest(row: Row) -> str | None:
    """The last of the days and moments that a row tells."""
    told = [
        value for name, value in row.items() if name.startswith("date_") and isinstance(value, str)
    ]
    return max(told, default=None)


def _moment(told: str | None, teller: Teller) -> str | None:
    """A day or a moment of a table as OCDS writes it, with the offset of the authority's zone."""
    if told is None:
        return None
    if "T" in told:
        moment = datetime.fromisoformat(told)
    else:
        moment = datetime.combine(date.fromisoformat(told), time())
    return moment.replace(tzinfo=teller.timezone).isoformat()


def _distinct(parties: Iterable[Json]) -> list[Json]:
    return list({party["id"]: party for party in parties}.values())


def _full(value: Any) -> Any:
    """The same without what is empty: OCDS wants no nulls, no empty texts, lists or objects."""
    if isinstance(value, dict):
        kept = {key: _full(each) for key, each in value.items()}
        return {key: each for key, each in kept.items() if each not in (None, "", [], {})}
    if isinstance(value, list):
        return [_full(each) for each in value]
    return value
