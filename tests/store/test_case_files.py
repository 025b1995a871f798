"""Files and assignments of cases in both databases, the public ones of many requests at once."""

from dataclasses import replace
from datetime import date

import pytest

import build
from opendata_hub.domain.answers.case_file import Origin, Pass, Release
from opendata_hub.domain.catalog.document import NOT_SEARCHABLE
from opendata_hub.domain.catalog.report import Clearance, Finding, Level
from opendata_hub.domain.errors import UnknownFile, UnknownRequest
from opendata_hub.domain.people.rule import EVERYWHERE, NOWHERE
from opendata_hub.domain.requests.acts import Act
from opendata_hub.domain.requests.assignment import Assignment
from opendata_hub.store.answers import files
from opendata_hub.store.engine import reading, writing
from opendata_hub.store.requests import assignments, cases

ONE, TWO = "AI-2026-000001", "AI-2026-000002"
TODAY = date(2026, 11, 22)
FOUND = (
    Finding("personal-phone", "…", 2, "objet"),
    Finding(NOT_SEARCHABLE, "…", level=Level.INFORMATION),
)


@pytest.fixture
def filed(engine):
    with writing(engine) as session:
        for number in (1, 2):
            build.kept_request(session, number, authority="a", received_on="2026-11-02")


def add(session, reference, origin=Origin.AUTHORITY, **changes):
    given = {
        "name": "plan.pdf", "media_type": "application/pdf", "sha256": "0" * 64,
        "size_bytes": 5_000_000_000, "findings": FOUND, "person": None, "now": build.NOW,
    }  # fmt: skip
    return files.add(session, reference, origin=origin, **{**given, **changes})


def grant(session, reference):
    case = cases.get(session, reference, EVERYWHERE, to_change=True)
    events = (*case.request.events, build.event(Act.GRANT, "2026-11-20"))
    cases.append(session, replace(case, request=replace(case.request, events=events)), by=None)


@pytest.mark.usefixtures("filed")
def test_a_file_is_read_back_as_it_was_kept(engine):
    with writing(engine) as session:
        kept = add(session, ONE)
        changed = replace(
            kept, release=Release.PUBLIC, public_from=TODAY, dataset="plan",
            cleared=(Pass(Clearance("personal-phone", "objet", "office line"), Release.PUBLIC),),
            released_at=build.NOW,
        )  # fmt: skip
        files.set_release(session, changed)
    with reading(engine) as session:
        assert files.get(session, ONE, kept.id) == changed
        assert files.of_request(session, ONE) == [changed]
        with pytest.raises(UnknownFile):
            files.get(session, TWO, kept.id)
    with writing(engine) as session:
        assert files.get(session, ONE, kept.id, to_change=True) == changed
        with pytest.raises(UnknownRequest):
            add(session, "AI-2026-000009")


@pytest.mark.usefixtures("filed")
def test_public_is_what_is_released_and_answered_and_has_come(engine):
    with writing(engine) as session:
        shown = {}
        for name, reference, day in (
            ("now", ONE, TODAY), ("later", ONE, date(2026, 12, 1)), ("unanswered", TWO, TODAY),
        ):  # fmt: skip
            kept = add(session, reference, name=name)
            shown[name] = replace(
                kept, release=Release.PUBLIC, public_from=day, released_at=build.NOW
            )
            files.set_release(session, shown[name])
        grant(session, ONE)
    with reading(engine) as session:
        assert files.public(session, [ONE, TWO], TODAY) == [shown["now"]]
        assert files.public(session, [TWO], TODAY) == []
        assert len(files.public(session, [ONE], date(2026, 12, 1))) == 2


@pytest.mark.usefixtures("filed")
def test_a_request_in_reach_is_given_and_what_is_not_stops_all(engine):
    wanted = Assignment("voirie", None, date(2026, 11, 25))
    with writing(engine) as session:
        found = assignments.locked(session, [TWO, ONE], EVERYWHERE)
        assert [each.reference for each in found] == [TWO, ONE]
        assignments.add(session, found, wanted, by=None, now=build.NOW)
        with pytest.raises(UnknownRequest):
            assignments.locked(session, [ONE], NOWHERE)
    with reading(engine) as session:
        assert assignments.of(session, ONE).now == wanted
        assert [each.assignment for each in assignments.history(session, TWO)] == [wanted]
        with pytest.raises(UnknownRequest):
            assignments.of(session, "AI-2026-000009")
