"""A feast is announced: due days move, the old ones are kept with the reason, people are told."""

from datetime import date, timedelta

import pytest

import build
from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.people.rule import EVERYWHERE
from opendata_hub.domain.requests.calendar import Announcement, Holiday, HolidayStatus
from opendata_hub.domain.requests.info_request import Question, Requester
from opendata_hub.flows.requests.announce import announce, current, recount, warn_of_end
from opendata_hub.flows.requests.file import file
from opendata_hub.store import calendars

PERSON = Requester("Personne Fictive", "", "1, rue de l’Exemple", "XX000000")
TODAY = date(2026, 11, 22)
LAW = "ma/31-13"


def filed(hub, received_on):
    with hub.writing() as session:
        return file(
            session,
            Question("Budget", "Les annexes", "fr", False),
            PERSON,
            authority=hub.authority(),
            law=hub.laws[LAW],
            calendar=current(session, hub.calendars["ma"]),
            received_on=received_on,
            today=TODAY,
            now=build.NOW,
        )


def announced(hub, day, *, status=HolidayStatus.OFFICIAL, instead_of=None):
    holiday = Holiday(day, build.texts("Feast"), status, "Ministry", TODAY)
    with hub.writing() as session:
        return announce(
            session,
            Announcement(holiday, instead_of),
            calendar=hub.calendars["ma"],
            laws=hub.laws_of("ma"),
            by=None,
            today=TODAY,
            now=build.NOW,
        )


def dues(hub):
    with hub.reading() as session:
        return {
            r.reference: r.due_on
            for b in calendars.open_requests(session, [LAW], EVERYWHERE)
            for r in b
        }


def test_an_announced_day_moves_the_requests_that_cross_it_and_no_others(hub):
    first = filed(hub, date(2026, 11, 2)).request.reference
    second = filed(hub, date(2026, 11, 20)).request.reference
    assert dues(hub) == {first: date(2026, 12, 2), second: date(2026, 12, 18)}
    assert announced(hub, date(2026, 12, 10), status=HolidayStatus.EXCEPTIONAL) == 1
    assert dues(hub) == {first: date(2026, 12, 2), second: date(2026, 12, 21)}


def test_the_old_day_is_kept_with_the_reason_and_a_notice_waits(hub):
    reference = filed(hub, date(2026, 11, 20)).request.reference
    announced(hub, date(2026, 12, 10))
    with hub.reading() as session:
        (kept,) = calendars.due_changes(session, 1)
        assert kept == (date(2026, 12, 18), date(2026, 12, 21), "2026-12-10: Feast fr (Ministry)")
        assert calendars.unsent(session, "due-changed") == [reference]


def test_a_feast_that_moves_takes_its_old_day_with_it(hub):

    with hub.reading() as session:
        listed = current(session, hub.calendars["ma"]).holidays
    feasts = sorted(d for d in listed if d.year == 2027 and d.month == 3)
    assert feasts, "the expected feast of March 2027 is listed"
    moved_to = feasts[-1] + timedelta(days=1)
    announced(hub, moved_to, instead_of=feasts[0])
    with hub.reading() as session:
        days = current(session, hub.calendars["ma"]).holidays
    assert moved_to in days
    assert feasts[0] not in days


def test_counting_again_without_news_changes_nothing(hub):
    filed(hub, date(2026, 11, 20))
    with hub.writing() as session:
        calendar = current(session, hub.calendars["ma"])
        moved = recount(
            session, calendar, laws=hub.laws_of("ma"), reason="x", today=TODAY, now=build.NOW
        )
    assert moved == 0


def test_new_requests_count_with_what_was_announced(hub):
    announced(hub, date(2026, 12, 10))
    term = filed(hub, date(2026, 11, 20)).deadline
    assert term.due == date(2026, 12, 21)
    assert date(2026, 12, 10) in {off.day for off in term.skipped}
    assert term.calendar_version.endswith("+1")


@pytest.mark.parametrize(
    ("day", "instead_of", "reason"),
    [
        (date(2099, 1, 1), None, "no list of holidays for that year"),
        (date(2027, 3, 12), date(2027, 3, 3), "not listed as a holiday"),
    ],
)
def test_an_announcement_that_makes_no_sense_is_refused_whole(hub, day, instead_of, reason):
    with pytest.raises(Invalid, match=reason):
        announced(hub, day, instead_of=instead_of)
    with hub.reading() as session:
        assert calendars.announced(session, "ma") == []


def test_a_warning_goes_out_once_ninety_days_before_the_lists_run_out(hub):
    calendar = hub.calendars["ma"]
    end = calendar.last_known_day()

    def warn(days_before):
        with hub.writing() as session:
            today = end - timedelta(days=days_before)
            return warn_of_end(session, calendar, today=today, now=build.NOW)

    assert (warn(91), warn(90), warn(89)) == (False, True, True)
    with hub.reading() as session:
        assert calendars.unsent(session, "calendar-runs-out") == [f"ma {end.year}"]
