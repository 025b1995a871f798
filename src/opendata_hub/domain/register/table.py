"""An entry of the register as a row of the family ``request-register`` (law 31-13)."""

import re
from collections.abc import Mapping
from datetime import date

from opendata_hub.domain.register.entry import Entry
from opendata_hub.domain.register.news import WITHHELD
from opendata_hub.domain.register.standing import ANSWERS, Outcome
from opendata_hub.domain.requests.info_request import Channel

FAMILY, LAW = "request-register", "ma/31-13"
"""The family of the dataset, and the law whose words its columns are made of."""

CHANNELS: Mapping[str, str] = {
    Channel.WEB: "portail",
    Channel.API: "portail",
    Channel.EMAIL: "courriel",
    Channel.PAPER: "papier",
    Channel.IMPORT: "non_precise",
}
EXTENSIONS: Mapping[str, str] = {
    "cannot-answer-in-time": "partie_indisponible",
    "many-items": "volume",
    "cannot-supply-in-time": "delai_collecte",
    "third-party": "consultation_tiers",
}
STATUSES: Mapping[Outcome, str] = {
    Outcome.GRANTED: "satisfaite",
    Outcome.GRANTED_IN_PART: "partielle",
    Outcome.REFUSED: "refusee",
    Outcome.NOT_HELD: "refusee",
    Outcome.ALREADY_PUBLISHED: "refusee",
    Outcome.TRANSFERRED: "orientee",
    Outcome.WITHDRAWN: "retiree",
    Outcome.CLOSED: "sans_reponse",
}
REFUSALS: Mapping[str, str] = {
    "not-available": "non_disponible",
    "exception": "exception_art7",
    "already-published": "deja_publiee",
    "repeated-request": "demande_repetee",
    "unclear-request": "demande_imprecise",
    "in-preparation": "en_preparation",
    "national-archives": "archives_du_maroc",
}
COMMISSION = frozenset({"irrecevable", "recommandation", "sans_suite", "reglement"})
_EXCEPTION = re.compile(r"7\.[1-3]-[0-9a-e]")

COLUMNS = (
    "collectivite_code", "numero", "date_reception", "canal", "categorie_demandeur",
    "objet_resume", "domaine", "urgente", "prolongation", "date_avis_prolongation",
    "motif_prolongation", "echeance", "date_reponse", "statut", "motif_refus", "exception",
    "reference_publication", "plainte_date", "plainte_reponse", "cdai_date", "cdai_issue",
    "document_url",
)  # fmt: skip


def row(entry: Entry, *, territory: str, today: date, answer: str = "") -> list[str]:
    """The cells of an entry, in the order of COLUMNS.

    territory: the code of the body's territory. today: whether silence has a name depends on it.
    answer: where it can be read by everybody; empty where it can't.
    The category of the requester is not told: the hub does not know it. Where a request was
    reopened and answered again, day and last day are those of its first answer.
    """
    refusal, exception = _refusal(entry)
    is_published = refusal == "deja_publiee"
    answered = entry.answered_on if entry.outcome in ANSWERS.values() else None
    extended = entry.extended_on
    if answered and extended and extended > answered:  # it was reopened, and then extended
        extended = None
    return [
        territory,
        entry.reference,
        _day(entry.received_on),
        CHANNELS[entry.channel],
        "",
        entry.subject or WITHHELD["fr"],
        "",
        _yes(entry.is_urgent),
        _yes(extended is not None),
        _day(extended),
        EXTENSIONS.get(entry.extension_ground, "") if extended else "",
        _day((answered and entry.first_due_on) or entry.due_on),
        _day(answered),
        _status(entry, today),
        refusal,
        exception,
        f"Voir la réponse à la demande {entry.reference}" if is_published else "",
        _day(entry.complained_on),
        _day(entry.head_decided_on),
        _day(entry.commission_on),
        _issue(entry),
        answer,
    ]


def _status(entry: Entry, today: date) -> str:
    if entry.outcome is Outcome.PENDING:
        return "sans_reponse" if today > entry.due_on else "en_cours"
    return STATUSES[entry.outcome]


def _refusal(entry: Entry) -> tuple[str, str]:
    """The ground of article 18, and the exception of article 7 where one is named."""
    if entry.outcome is Outcome.NOT_HELD:
        return "non_disponible", ""
    if entry.outcome is Outcome.ALREADY_PUBLISHED:
        return "deja_publiee", ""
    if entry.outcome not in {Outcome.REFUSED, Outcome.GRANTED_IN_PART}:
        return "", ""
    if _EXCEPTION.fullmatch(entry.ground):
        return "exception_art7", entry.ground
    return REFUSALS.get(entry.ground, ""), ""


def _issue(entry: Entry) -> str:
    if entry.commission_on is None:
        return ""
    if entry.commission_decided_on is None:
        return "en_cours"
    return entry.commission_ground if entry.commission_ground in COMMISSION else ""


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _yes(is_so: bool) -> str:
    return "Oui" if is_so else "Non"
