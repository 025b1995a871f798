"""What tests of letters share: the office of the shipped hub, and requests with a history."""

from collections.abc import Mapping
from datetime import date
from functools import cache

import build
from opendata_hub.adapters.typeset.days import LongDays
from opendata_hub.bootstrap import request_folders
from opendata_hub.domain.requests.acts import Act
from opendata_hub.domain.requests.info_request import InfoRequest, Question
from opendata_hub.domain.requests.letter import Letter, Particulars, Sender, compose
from opendata_hub.flows.requests.sample_letter import sample_letter
from opendata_hub.flows.requests.write_letter import Office
from opendata_hub.packs.laws import load_calendar, load_law
from opendata_hub.packs.letters import load_letters
from opendata_hub.settings import Settings

AUTHORITY = {"fr": "Commune d’exemple", "ar": "جماعة المثال", "en": "Example commune"}
MONDAY = date(2026, 11, 23)


@cache
def office(officer: str = "Agent Imaginaire") -> Office:
    """The office of a commune in Morocco, with the shipped letters."""
    folders = request_folders(Settings())
    law = load_law(folders, "ma/31-13")
    return Office(
        letters=load_letters(folders, law),
        law=law,
        calendar=load_calendar(folders, "ma"),
        sender=Sender(AUTHORITY, officer, ("donnees@commune.example",)),
        follow_at=f"{build.BASE_URL}/{{language}}/requests",
    )


def sample(name: str, language: str, ground: str = "") -> Letter:
    return sample_letter(
        office(), name, language=language, ground=ground, today=MONDAY, now=build.NOW
    )


def asked(*later: tuple[Act, str], subject: str = "Budget 2026", **words: str) -> InfoRequest:
    """A request that was received on 2 November 2026, and what happened later."""
    return InfoRequest(
        reference="AI-2026-000001",
        authority="commune-exemple",
        law="ma/31-13",
        question=Question(subject, "Les annexes du budget.", "fr", is_urgent=False),
        events=(
            build.event(Act.RECEIVE, "2026-11-02"),
            *(build.event(act, day, **words) for act, day in later),
        ),
    )


def letter(
    name: str,
    request: InfoRequest,
    said: Particulars | None = None,
    *,
    language: str = "fr",
    today: date = MONDAY,
    **case: object,
) -> Letter:
    about = office().case(request, language, today=today, **case)
    return compose(
        office().letters, name, about, said or Particulars(), language=language, days=LongDays()
    )


def spoken(letter: Letter) -> str:
    """All that it says, with plain spaces."""
    return " ".join(letter.text.replace("\u00a0", " ").split())


REFUSED: Mapping[str, Particulars] = {
    "refusal": Particulars(
        ground="exception", exceptions=("7.1-c",), reasons="Des comptes bancaires."
    ),
    "partial": Particulars(
        exceptions=("7.1-c",), reasons="Des comptes bancaires.", enclosed="La liste."
    ),
    "transfer": Particulars(reasons="Autre compétence.", body="Conseil provincial d’exemple"),
}
