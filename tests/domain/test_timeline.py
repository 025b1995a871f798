"""What may happen to a request, act by act and state by state, and which clocks run."""

from datetime import date

import pytest

import build
from opendata_hub.domain.confidence import Confidence
from opendata_hub.domain.errors import ExtensionVoid, NotInLaw, Refused, WrongMoment
from opendata_hub.domain.requests.acts import DECISIONS, TRANSITIONS, Act, State, state_after
from opendata_hub.domain.requests.law import (
    Actor,
    Effect,
    Expiry,
    Ground,
    Start,
    Suspension,
    Variant,
)
from opendata_hub.domain.requests.term import AfterStop, DayZero, Span, StopDays, Unit
from opendata_hub.domain.requests.timeline import add, clocks, state_of

# Written by hand beside the table in the code: the two must agree, word by word.
EXPECTED = {
    State.NEW: "receive>received",
    State.RECEIVED: (
        "acknowledge>received extend>received ask_clarification>waiting_for_clarification "
        "ask_fee>waiting_for_fee ask_identity>waiting_for_identity "
        "consult_third_party>with_a_third_party transfer>transferred withdraw>withdrawn "
        "grant>answered "
        "grant_in_part>answered refuse>answered not_held>answered already_published>answered "
        "complain_to_head>with_the_head complain_to_commission>with_the_commission sue>in_court"
    ),
    State.WAITING_FOR_CLARIFICATION: (
        "clarify>received refuse>answered withdraw>withdrawn close>closed"
    ),
    State.WAITING_FOR_FEE: "pay>received withdraw>withdrawn close>closed",
    State.WAITING_FOR_IDENTITY: (
        "show_identity>received refuse>answered withdraw>withdrawn close>closed"
    ),
    State.WITH_A_THIRD_PARTY: (
        "third_party_replies>received extend>with_a_third_party withdraw>withdrawn "
        "grant>answered grant_in_part>answered refuse>answered not_held>answered "
        "already_published>answered complain_to_head>with_the_head "
        "complain_to_commission>with_the_commission sue>in_court"
    ),
    State.ANSWERED: (
        "complain_to_head>with_the_head complain_to_commission>with_the_commission sue>in_court "
        "close>closed reopen>received"
    ),
    State.TRANSFERRED: "close>closed reopen>received",
    State.WITHDRAWN: "reopen>received",
    State.WITH_THE_HEAD: (
        "head_decides>decided_by_the_head complain_to_commission>with_the_commission "
        "sue>in_court withdraw>withdrawn grant>with_the_head grant_in_part>with_the_head "
        "refuse>with_the_head not_held>with_the_head already_published>with_the_head"
    ),
    State.DECIDED_BY_THE_HEAD: (
        "complain_to_commission>with_the_commission sue>in_court close>closed"
    ),
    State.WITH_THE_COMMISSION: (
        "commission_decides>decided_by_the_commission sue>in_court withdraw>withdrawn "
        "grant>with_the_commission grant_in_part>with_the_commission refuse>with_the_commission "
        "not_held>with_the_commission already_published>with_the_commission"
    ),
    State.DECIDED_BY_THE_COMMISSION: "sue>in_court close>closed",
    State.IN_COURT: (
        "withdraw>withdrawn close>closed grant>in_court grant_in_part>in_court refuse>in_court "
        "not_held>in_court already_published>in_court"
    ),
    State.CLOSED: "reopen>received",
}


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("act", list(Act))
def test_every_act_in_every_state_moves_or_is_refused(state, act):
    possible = dict(move.split(">") for move in EXPECTED[state].split())
    if act in possible:
        assert state_after(state, act) == possible[act]
    else:
        with pytest.raises(WrongMoment, match="possible: "):
            state_after(state, act)


def test_every_state_can_be_reached_and_left():
    reached = {to for moves in TRANSITIONS.values() for to in moves.values()}
    assert reached == set(State) - {State.NEW}
    assert all(TRANSITIONS[state] for state in State)


FEES = Suspension("fees", AfterStop.REMAINING, StopDays.BOTH, None, "10(2)", Confidence.VERIFIED)
ONCE = Suspension(
    "clarification", AfterStop.RESTART, StopDays.AFTER_STOP, 1, "1(3)", Confidence.VERIFIED
)
REPLY = build.step(20, suspensions=(FEES, ONCE), expiry=Expiry(Effect.OPENS_REMEDY, ("complaint",)))
EXTENSION = build.step(
    10, name="extension", extends="reply", grounds=(Ground("volume", build.texts("volume")),)
)
URGENT = build.step(3, Unit.CALENDAR_DAYS, name="urgent-reply", variant=Variant(urgent=True))
COMPLAINT = build.step(
    30, Unit.CALENDAR_DAYS, name="complaint", actor=Actor.REQUESTER,
    starts=(Start("expiry", "reply"), Start("answer", "reply")),
    kept_by=frozenset({Act.COMPLAIN_TO_HEAD}),
)  # fmt: skip
DECISION = build.step(
    15, Unit.CALENDAR_DAYS, name="decision", actor=Actor.HEAD,
    starts=(Start("filing", "complaint"),), kept_by=frozenset({Act.HEAD_DECIDES}),
)  # fmt: skip
COURT = build.step(
    2, Unit.MONTHS, name="court", actor=Actor.REQUESTER, kept_by=frozenset({Act.SUE}),
    starts=(Start("expiry", "decision"), Start("answer", "decision")),
)  # fmt: skip
LAW = build.law(REPLY, EXTENSION, URGENT, COMPLAINT, DECISION, COURT)
CALENDAR = build.calendar()
RECEIVED = (build.event(Act.RECEIVE, "2026-03-02"),)
REASONS = {"ground": "volume", "reasons": "many files"}


def follow(*acts, law=LAW, is_urgent=False, events=RECEIVED):
    for act, day, *why in acts:
        event = build.event(act, day, **(why[0] if why else {}))
        events = add(events, event, law, CALENDAR, is_urgent=is_urgent)
    return events


def running(events, today, *, is_urgent=False):
    started = clocks(events, LAW, CALENDAR, is_urgent=is_urgent, today=date.fromisoformat(today))
    return {name: clock.deadline.due.isoformat() for name, clock in started.items()}


def test_only_the_reply_runs_until_it_expires():
    assert running(RECEIVED, "2026-03-30") == {"reply": "2026-03-30"}
    assert running(RECEIVED, "2026-03-31") == {"reply": "2026-03-30", "complaint": "2026-04-29"}


def test_an_urgent_request_has_its_own_reply_and_the_same_remedies():
    assert running(RECEIVED, "2026-03-05", is_urgent=True) == {"urgent-reply": "2026-03-05"}
    assert running(RECEIVED, "2026-03-06", is_urgent=True)["complaint"] == "2026-04-04"


def test_an_early_answer_moves_the_next_start():
    events = follow((Act.REFUSE, "2026-03-10"))
    assert running(events, "2026-03-11") == {"reply": "2026-03-30", "complaint": "2026-04-09"}


def test_a_late_answer_opens_a_new_window_and_the_earlier_one_stays_the_safe_one():
    events = follow((Act.REFUSE, "2026-04-10"))
    started = clocks(events, LAW, CALENDAR, is_urgent=False, today=date(2026, 4, 11))
    complaint = started["complaint"].deadline
    assert (complaint.due, complaint.safe) == (date(2026, 5, 10), date(2026, 4, 29))
    assert started["reply"].has_expired(date(2026, 4, 11))


def test_the_whole_way_to_court_in_silence():
    events = follow((Act.COMPLAIN_TO_HEAD, "2026-04-15"))
    assert running(events, "2026-04-30") == {
        "reply": "2026-03-30",
        "complaint": "2026-04-29",
        "decision": "2026-04-30",
    }
    assert running(events, "2026-05-01")["court"] == "2026-06-30"
    decided = follow((Act.HEAD_DECIDES, "2026-04-20"), events=events)
    assert running(decided, "2026-04-21")["court"] == "2026-06-20"
    assert state_of(decided) is State.DECIDED_BY_THE_HEAD


def test_an_extension_prolongs_the_reply():
    events = follow((Act.EXTEND, "2026-03-30", REASONS))
    assert running(events, "2026-04-01") == {"reply": "2026-04-13"}


@pytest.mark.parametrize(
    ("acts", "reason"),
    [
        ([(Act.EXTEND, "2026-03-31", REASONS)], "must be notified before"),
        ([(Act.EXTEND, "2026-03-05", {"ground": "volume"})], "reasons"),
        ([(Act.EXTEND, "2026-03-05", {"ground": "mood", "reasons": "x"})], "ground"),
        ([(Act.EXTEND, "2026-03-05", REASONS), (Act.EXTEND, "2026-03-06", REASONS)], "were used"),
    ],
)
def test_a_void_extension_is_refused(acts, reason):
    with pytest.raises(ExtensionVoid, match=reason):
        follow(*acts)


def test_a_fee_notice_stops_the_clock_both_days_included():
    events = follow((Act.ASK_FEE, "2026-03-09"))
    started = clocks(events, LAW, CALENDAR, is_urgent=False, today=date(2026, 6, 1))
    assert started["reply"].is_standing
    assert not started["reply"].has_expired(date(2026, 6, 1))
    assert running(follow((Act.PAY, "2026-03-11"), events=events), "2026-03-12") == {
        "reply": "2026-04-02"
    }


def test_a_clarification_starts_the_clock_anew_and_is_asked_once():
    events = follow((Act.ASK_CLARIFICATION, "2026-03-09"), (Act.CLARIFY, "2026-03-16"))
    assert running(events, "2026-03-17") == {"reply": "2026-04-13"}
    with pytest.raises(Refused, match="allows it 1 time"):
        follow((Act.ASK_CLARIFICATION, "2026-03-17"), events=events)


def test_asking_without_a_right_to_stop_lets_the_clock_go_on():
    law = build.law(build.step(20))
    events = follow((Act.ASK_CLARIFICATION, "2026-03-09"), law=law)
    started = clocks(events, law, CALENDAR, is_urgent=False, today=date(2026, 3, 10))
    assert (started["reply"].deadline.due, started["reply"].is_standing) == (
        date(2026, 3, 30),
        False,
    )


def test_a_third_party_stops_the_clock_only_where_the_law_lets_it():
    consulted = Suspension(
        "third-party", AfterStop.REMAINING, StopDays.AFTER_STOP, None, "19", Confidence.SECONDARY
    )
    acts = ((Act.CONSULT_THIRD_PARTY, "2026-03-09"), (Act.THIRD_PARTY_REPLIES, "2026-03-16"))
    for suspensions, due in (((consulted,), "2026-04-06"), ((), "2026-03-30")):
        law = build.law(build.step(20, suspensions=suspensions))
        events = follow(*acts, law=law)
        started = clocks(events, law, CALENDAR, is_urgent=False, today=date(2026, 3, 17))
        assert started["reply"].deadline.due == date.fromisoformat(due)


def test_a_request_that_is_reopened_has_its_own_extension_and_the_old_one_does_not_count():
    granted = follow(
        (Act.EXTEND, "2026-03-09", {"ground": "volume", "reasons": "r"}), (Act.GRANT, "2026-03-11")
    )
    anew = follow((Act.REOPEN, "2026-03-12"), events=granted)
    plain = follow((Act.REOPEN, "2026-03-12"), events=follow((Act.GRANT, "2026-03-11")))
    assert running(anew, "2026-03-13")["reply"] == running(plain, "2026-03-13")["reply"]
    again = follow((Act.EXTEND, "2026-03-13", {"ground": "volume", "reasons": "r"}), events=anew)
    assert running(again, "2026-03-14")["reply"] > running(anew, "2026-03-14")["reply"]


def test_who_shows_who_they_are_is_answered_from_then_on():
    events = follow((Act.ASK_IDENTITY, "2026-03-09"))
    assert state_of(events) is State.WAITING_FOR_IDENTITY
    with pytest.raises(WrongMoment):
        follow((Act.GRANT, "2026-03-10"), events=events)
    shown = follow((Act.SHOW_IDENTITY, "2026-03-10"), (Act.GRANT, "2026-03-11"), events=events)
    assert state_of(shown) is State.ANSWERED


def test_a_law_refuses_what_it_does_not_know():
    law = build.law(REPLY, acts=frozenset({Act.RECEIVE, *DECISIONS}))
    with pytest.raises(NotInLaw, match="does not know transfer"):
        follow((Act.TRANSFER, "2026-03-03"), law=law)


def test_nothing_happens_before_what_happened_last():
    with pytest.raises(WrongMoment, match="would come before"):
        follow((Act.GRANT, "2026-03-01"))


def test_nothing_follows_an_answer_but_remedies():
    events = follow((Act.GRANT, "2026-03-03"))
    with pytest.raises(WrongMoment):
        follow((Act.EXTEND, "2026-03-04", REASONS), events=events)


def test_the_safe_count_of_an_extended_reply_is_never_later():
    careful = build.reading(DayZero.INCLUDED)
    law = build.law(build.step(20, safe=careful), build.step(10, name="extension", extends="reply"))
    events = follow((Act.EXTEND, "2026-03-10", {"reasons": "x"}), law=law)
    term = clocks(events, law, CALENDAR, is_urgent=False, today=date(2026, 3, 11))["reply"].deadline
    assert (term.due, term.safe) == (date(2026, 4, 13), date(2026, 4, 10))
    assert term.step.term == Span(20, Unit.WORKING_DAYS)


def test_several_clocks_run_at_once():
    acknowledge = build.step(5, name="acknowledge", kept_by=frozenset({Act.ACKNOWLEDGE}))
    transfer = build.step(8, name="transfer", kept_by=frozenset({Act.TRANSFER}))
    law = build.law(REPLY, acknowledge, transfer)
    events = follow((Act.ACKNOWLEDGE, "2026-03-04"), law=law)
    started = clocks(events, law, CALENDAR, is_urgent=False, today=date(2026, 3, 5))
    assert {name: clock.deadline.due.isoformat() for name, clock in started.items()} == {
        "reply": "2026-03-30",
        "acknowledge": "2026-03-09",
        "transfer": "2026-03-12",
    }
    assert started["acknowledge"].kept_on == date(2026, 3, 4)
    assert started["transfer"].kept_on is None


def test_a_reopened_request_is_counted_from_its_reopening():
    events = follow((Act.GRANT, "2026-03-10"), (Act.REOPEN, "2026-04-01"))
    started = clocks(events, LAW, CALENDAR, is_urgent=False, today=date(2026, 4, 2))
    assert started["reply"].deadline.due == date(2026, 4, 29)
    assert started["reply"].kept_on is None
