"""Who may have a file of a case, and what must be known of it first."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

import build
from opendata_hub.domain.answers.case_file import (
    NAME_LENGTH,
    CaseFile,
    Origin,
    Pass,
    Release,
    checked_clearances,
    require_day,
    require_own,
    safe_name,
)
from opendata_hub.domain.catalog.document import NOT_SEARCHABLE
from opendata_hub.domain.catalog.report import Clearance, Finding, Level
from opendata_hub.domain.errors import Invalid, WrongMoment
from opendata_hub.domain.requests.acts import Act

TODAY = date(2026, 11, 23)
PHONE = Finding("personal-phone", "…", 2, "objet")
SILENT = Finding(NOT_SEARCHABLE, "…", level=Level.INFORMATION)
BROKEN = Finding("broken-workbook", "…")


def recorded(act, day):
    """An event that was written down on the morning of its day."""
    at = datetime.combine(date.fromisoformat(day), time(8, 0), UTC)
    return replace(build.event(act, day), recorded_at=at)


ASKED = (recorded(Act.RECEIVE, "2026-11-02"),)
ANSWERED = (*ASKED, recorded(Act.GRANT, "2026-11-20"))


def file(origin=Origin.AUTHORITY, **changes):
    given = {
        "id": 1, "reference": "AI-2026-000001", "origin": origin, "name": "plan.pdf",
        "media_type": "application/pdf", "sha256": "0" * 64, "size_bytes": 9,
        "added_at": datetime(2026, 11, 20, 9, 0, tzinfo=UTC), "person": None,
    }  # fmt: skip
    return CaseFile(**{**given, **changes})


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("plan.pdf", "plan.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\plan.pdf", "plan.pdf"),
        ("rue\u202efdp.exe", "ruefdp.exe"),
        ("\u2066مخطط\u2069.pdf", "مخطط.pdf"),
        ('a<b>"c".pdf', "abc.pdf"),
        ("line\nbreak\x00.csv", "linebreak.csv"),
        ("", "file"),
        (" . ", "file"),
        ("...", "file"),
    ],
)
def test_a_name_keeps_its_words_and_loses_its_tricks(sent, kept):
    assert safe_name(sent) == kept


def test_a_long_name_keeps_its_ending():
    name = safe_name("a" * 500 + ".pdf")
    assert len(name) == NAME_LENGTH
    assert name.endswith(".pdf")


EARLY, LATE = (datetime(2026, 11, day, 9, 0, tzinfo=UTC) for day in (5, 21))


def test_what_is_released_reaches_the_requester_with_the_answer_not_before():
    released = file(release=Release.REQUESTER, released_at=EARLY)
    assert not released.is_for_requester(ASKED)
    assert released.is_for_requester(ANSWERED)
    assert not file().is_for_requester(ANSWERED)
    assert file(Origin.REQUESTER).is_for_requester(ASKED)


def test_a_file_is_public_from_its_day_on_and_after_an_answer():
    later = file(release=Release.PUBLIC, public_from=date(2026, 12, 1), released_at=EARLY)
    assert not later.is_for_everybody(ANSWERED, TODAY)
    assert later.is_for_everybody(ANSWERED, date(2026, 12, 1))
    assert not later.is_for_everybody(ASKED, date(2026, 12, 1))
    theirs = file(release=Release.REQUESTER, released_at=EARLY)
    assert not theirs.is_for_everybody(ANSWERED, TODAY)


def test_what_is_prepared_for_the_head_is_not_there_before_the_head_decides():
    complained = (*ANSWERED, recorded(Act.COMPLAIN_TO_HEAD, "2026-11-20"))
    decided = (*complained, recorded(Act.HEAD_DECIDES, "2026-11-23"))
    first = file(release=Release.REQUESTER, released_at=EARLY)
    prepared = file(release=Release.REQUESTER, released_at=LATE)
    assert first.is_for_requester(complained)
    assert not prepared.is_for_requester(complained)
    assert prepared.is_for_requester(decided)
    assert file(release=Release.REQUESTER, released_at=LATE).is_for_requester(ANSWERED)


def test_what_is_let_pass_for_the_requester_is_not_for_everybody():
    said = Clearance("personal-phone", "objet", "their own number")
    found = file(findings=(PHONE,), cleared=(Pass(said, Release.REQUESTER),))
    assert found.blocking(to=Release.REQUESTER) == ()
    assert found.blocking() == (PHONE,)
    assert file(findings=(PHONE,), cleared=(Pass(said, Release.PUBLIC),)).blocking() == ()


def test_an_error_and_a_page_that_no_program_read_stand_in_the_way():
    found = file(findings=(PHONE, SILENT, Finding("x", "…", level=Level.WARNING)))
    assert found.blocking() == (PHONE, SILENT)
    said = Clearance("personal-phone", "objet", "the desk's line")
    assert found.blocking([said]) == (SILENT,)


def test_a_clearance_names_what_was_found_and_says_why():
    found = file(findings=(PHONE, BROKEN))
    assert checked_clearances(found, [Clearance("personal-phone", "objet", "office line")])
    for wrong in (
        Clearance("personal-phone", "elsewhere", "office line"),
        Clearance("personal-phone", "objet", " "),
        Clearance("broken-workbook", None, "never mind"),
    ):
        with pytest.raises(Invalid):
            checked_clearances(found, [wrong])


def test_a_public_day_is_today_or_later_and_of_public_files_only():
    assert require_day(Release.PUBLIC, None, today=TODAY) == TODAY
    assert require_day(Release.REQUESTER, None, today=TODAY) is None
    with pytest.raises(Invalid, match="is over"):
        require_day(Release.PUBLIC, date(2026, 11, 22), today=TODAY)
    with pytest.raises(Invalid):
        require_day(Release.PRIVATE, TODAY, today=TODAY)


def test_what_the_requester_brought_is_never_handed_on():
    with pytest.raises(WrongMoment):
        require_own(file(Origin.REQUESTER))
