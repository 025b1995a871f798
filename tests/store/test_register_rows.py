"""The figures of the register count the rows that it lists."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta

import pytest

import build
from opendata_hub.domain.errors import UnknownRequest
from opendata_hub.domain.people.rule import EVERYWHERE
from opendata_hub.domain.register.figure import FIGURES, Measure, together
from opendata_hub.domain.register.standing import Outcome
from opendata_hub.domain.requests.acts import Act, State
from opendata_hub.domain.requests.info_request import Channel, InfoRequest, Question, Requester
from opendata_hub.store import info_requests
from opendata_hub.store.engine import reading, writing
from opendata_hub.store.register import entries, rows
from opendata_hub.store.register.rows import By, Chosen
from opendata_hub.store.requests import cases

PERSON = Requester("Personne Fictive", "", "1, rue de l’Exemple", "XX000000")
HISTORIES = (
    ("commune-nord", "web", "receive 2025-12-01"),
    ("commune-nord", "web", "receive 2026-01-05,grant 2026-01-20"),
    ("commune-nord", "email", "receive 2026-01-06,extend 2026-01-20:many-items,grant 2026-03-20"),
    ("commune-nord", "paper", ("receive 2026-02-02,refuse 2026-02-10:exception,"
     "complain_to_head 2026-02-12,head_decides 2026-02-20,complain_to_commission 2026-03-01,"
     "commission_decides 2026-03-20:recommendation,sue 2026-04-01")),
    ("commune-sud", "web", ("receive 2026-02-03,complain_to_head 2026-03-20,"
     "grant_in_part 2026-03-25:exception")),
    ("commune-sud", "web", "receive 2026-02-04,withdraw 2026-02-10"),
    ("commune-sud", "api", "receive 2026-02-05,transfer 2026-02-06"),
    ("commune-sud", "web", "receive 2026-03-01,not_held 2026-03-05"),
    ("commune-sud", "web", "receive 2026-03-02,already_published 2026-03-03"),
    ("commune-sud", "web", "receive 2026-05-01,ask_clarification 2026-05-04,close 2026-06-15"),
    ("commune-sud", "import", "receive 2026-01-10,grant 2026-01-12"),
)  # fmt: skip
UNTIL = date(2026, 4, 10)


def told(history):
    for said in history.split(","):
        act, _, rest = said.partition(" ")
        day, _, ground = rest.partition(":")
        yield build.event(Act(act), day, ground=ground)


@pytest.fixture
def register(engine):
    with writing(engine) as session:
        for number, (authority, channel, history) in enumerate(HISTORIES, 1):
            events = tuple(told(history))
            info_requests.add(
                session,
                InfoRequest(
                    reference=f"AI-2026-{number:06d}",
                    authority=authority,
                    law="ma/31-13",
                    question=Question(f"Budget 100 % n° {number}", "x", "fr", False),
                    events=events,
                    channel=Channel(channel),
                ),
                PERSON,
                owner=None,
                by=None,
                tracking_sha256=str(number),
                due_on=events[0].happened_on + timedelta(28),
                safe_on=events[0].happened_on + timedelta(27),
            )
    return engine


def counted(engine, chosen, by=None):
    with reading(engine) as session:
        return {(each.key, each.is_imported): each for each in rows.groups(session, chosen, by)}


def listed(engine, chosen, **page):
    with reading(engine) as session:
        return [int(each.reference[-2:]) for each in rows.page(session, chosen, most=99, **page)]


def test_every_figure_is_counted_by_hand_alike(register):
    group = counted(register, Chosen(UNTIL))["", False]
    assert {name.value: number for name, number in group.counts.items()} == {
        "received": 9, "answered": 6, "in-time": 4, "late": 2, "owed": 7, "pending": 1,
        "pending-late": 1, "extended": 1, "reopened": 0, "granted": 2, "granted-in-part": 1,
        "refused": 1, "not-held": 1, "already-published": 1, "refused-at-all": 2, "transferred": 1,
        "withdrawn": 1, "closed": 0, "complained": 2, "head-decided": 1,
        "answered-after-complaint": 1, "to-commission": 1, "commission-decided": 1, "to-court": 1,
    }  # fmt: skip
    assert dict(group.grounds) == {"exception": 2}
    assert (group.days_within(50), group.days_within(90)) == (8, 73)


@pytest.mark.parametrize("until", [date(2026, 1, 15), date(2026, 3, 22), UNTIL, date(2026, 12, 31)])
@pytest.mark.parametrize("is_imported", [False, True])
def test_every_count_leads_to_as_many_rows(register, until, is_imported):
    chosen = Chosen(until, is_imported=is_imported)
    for group in counted(register, chosen).values():
        for measure, number in group.counts.items():
            there = replace(chosen, measure=measure)
            assert len(listed(register, there)) == number, measure
            with reading(register) as session:
                assert rows.count(session, there) == number
        for ground, number in group.grounds.items():
            assert len(listed(register, replace(chosen, ground=ground))) == number
        assert sum(group.days.values()) == group.counts[Measure.ANSWERED]
        assert all(group.counts[f.measure] <= group.counts[f.of] for f in FIGURES)


def test_what_happened_after_the_cut_off_day_is_not_known_yet(register):
    group = counted(register, Chosen(date(2026, 3, 20)))["", False]
    assert (group.counts[Measure.LATE], group.counts[Measure.PENDING]) == (1, 2)
    assert counted(register, Chosen(date(2020, 1, 1))) == {}


@pytest.mark.parametrize(
    ("by", "keys"),
    [
        (By.AUTHORITY, [("commune-nord", False), ("commune-sud", False), ("commune-sud", True)]),
        (By.YEAR, [("2025", False), ("2026", False), ("2026", True)]),
        (By.MONTH, [("2025-12", False), ("2026-01", False), ("2026-01", True),
                    ("2026-02", False), ("2026-03", False)]),
        (By.CHANNEL, [("api", False), ("email", False), ("import", True), ("paper", False),
                      ("web", False)]),
    ],
)  # fmt: skip
def test_groups_are_told_apart_and_add_up(register, by, keys):
    found = counted(register, Chosen(UNTIL), by)
    assert sorted(found) == keys
    assert sum(each.counts[Measure.RECEIVED] for each in found.values()) == 10
    assert sum(sum(each.days.values()) for each in found.values()) == 7
    assert together(list(found.values())) == list(counted(register, Chosen(UNTIL)).values())


def in_all(register, chosen):
    return list(rows.every(lambda: reading(register), chosen))


def test_no_session_waits_for_somebody_who_reads_slowly(register, monkeypatch):
    monkeypatch.setattr(rows, "BATCH", 3)
    now, opened = Chosen(date(2026, 12, 31)), []

    @contextmanager
    def counted():
        with reading(register) as session:
            opened.append(session)
            yield session
            opened.remove(session)

    seen = [(int(each.reference[-2:]), len(opened)) for each in rows.every(counted, now)]
    assert seen == [(number, 0) for number in (10, 9, 8, 7, 6, 5, 4, 11, 3, 2, 1)]


def test_rows_are_chosen_by_what_is_public_of_them(register):
    now = Chosen(date(2026, 12, 31))
    assert listed(register, now) == [10, 9, 8, 7, 6, 5, 4, 11, 3, 2, 1]
    assert listed(register, now, after=(date(2026, 2, 4), "AI-2026-000006"))[0] == 5
    assert listed(register, replace(now, authority="commune-nord", year=2026)) == [4, 3, 2]
    assert listed(register, replace(now, month=1, channel=Channel.EMAIL)) == [3]
    assert listed(register, replace(now, outcome=Outcome.GRANTED)) == [11, 3, 2]
    assert listed(register, replace(now, state=State.IN_COURT)) == [4]
    assert listed(register, replace(now, is_imported=True)) == [11]
    with reading(register) as session:
        assert rows.years(session) == [2026, 2025]
        listed_once = [each.reference for each in rows.page(session, now, most=99)]
        assert [each.reference for each in in_all(register, now)] == listed_once
        assert rows.entry(session, "AI-2026-000004")[1] == "ma/31-13"
        with pytest.raises(UnknownRequest):
            rows.entry(session, "AI-2026-000099")


def test_words_are_looked_for_in_subjects_that_are_shown_only(register):
    now = Chosen(date(2026, 12, 31))
    assert listed(register, replace(now, words="BUDGET n° 2")) == [2]
    assert listed(register, replace(now, words="100 %"))
    assert listed(register, replace(now, words="_udget")) == []
    assert 1 not in listed(register, replace(now, words="budget"))
    with writing(register) as session:
        entries.say_subject(session, "AI-2026-000002", wording="", is_withheld=True)
    assert 2 not in listed(register, replace(now, words="budget"))


def test_who_is_late_is_a_question_of_the_day(register):
    all_of_them = in_all(register, Chosen(UNTIL))
    late = [int(each.reference[-2:]) for each in all_of_them if each.is_late(UNTIL)]
    assert late == [5, 3, 1]


def test_who_was_late_is_not_made_punctual_by_a_reopening(register):
    reference, day = "AI-2026-000001", date(2026, 3, 1)
    with writing(register) as session:
        for act, due in ((Act.GRANT, None), (Act.REOPEN, day + timedelta(28)), (Act.GRANT, None)):
            case = cases.get(session, reference, EVERYWHERE, to_change=True)
            events = (*case.request.events, build.event(act, day.isoformat()))
            changed = replace(case, request=replace(case.request, events=events))
            term = due or case.answer_due_on
            cases.append(session, replace(changed, due_on=term, answer_due_on=term), by=None)
    with reading(register) as session:
        entry, _ = rows.entry(session, reference)
    assert (entry.answered_on, entry.net_days, entry.reopened_on) == (day, 90, day)
    assert (entry.due_on, entry.first_due_on) == (date(2026, 3, 29), date(2025, 12, 29))
    assert entry.is_late(day)
    late = listed(register, Chosen(UNTIL, measure=Measure.LATE))
    assert (1 in late, listed(register, Chosen(UNTIL, measure=Measure.REOPENED))) == (True, [1])
    assert 1 not in listed(register, Chosen(UNTIL, measure=Measure.IN_TIME))
    with writing(register) as session:
        assert list(entries.rebuild(session)) == []
