"""Where a request stands in a register follows from its events alone."""

from datetime import date

import pytest

import build
from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.register.standing import Outcome, standing
from opendata_hub.domain.register.subject import checked_wording, shown_subject
from opendata_hub.domain.requests.acts import Act, State


def stood(*told):
    return standing(tuple(build.event(Act(act), day, ground=ground) for act, day, ground in told))


def test_a_request_that_waits_has_no_day_of_answer():
    found = stood(("receive", "2026-11-02", ""), ("acknowledge", "2026-11-03", ""))
    assert (found.outcome, found.state, found.received_on) == (
        Outcome.PENDING,
        State.RECEIVED,
        date(2026, 11, 2),
    )
    assert (found.answered_on, found.settled_on, found.net_days) == (None, None, None)


def test_days_on_which_the_requester_was_awaited_are_not_the_authoritys():
    found = stood(
        ("receive", "2026-11-02", ""),
        ("ask_clarification", "2026-11-04", ""),
        ("clarify", "2026-11-14", ""),
        ("grant", "2026-11-20", ""),
    )
    assert (found.net_days, found.answered_on) == (8, date(2026, 11, 20))


def test_an_answer_to_who_never_clarified_ends_the_waiting():
    found = stood(
        ("receive", "2026-11-02", ""),
        ("ask_clarification", "2026-11-04", ""),
        ("refuse", "2026-11-20", "unclear"),
    )
    assert (found.net_days, found.outcome, found.ground) == (2, Outcome.REFUSED, "unclear")


def test_a_complaint_may_change_the_outcome_and_not_the_day_of_the_first_answer():
    found = stood(
        ("receive", "2026-11-02", ""),
        ("extend", "2026-11-10", "many-items"),
        ("refuse", "2026-11-20", "exception"),
        ("complain_to_head", "2026-11-25", ""),
        ("grant_in_part", "2026-12-01", "7.1-c"),
        ("head_decides", "2026-12-02", ""),
        ("complain_to_commission", "2026-12-03", ""),
        ("commission_decides", "2026-12-20", "recommendation"),
        ("sue", "2026-12-22", ""),
    )
    assert (found.outcome, found.ground) == (Outcome.GRANTED_IN_PART, "7.1-c")
    assert (found.answered_on, found.settled_on) == (date(2026, 11, 20), date(2026, 11, 20))
    assert (found.extended_on, found.extension_ground) == (date(2026, 11, 10), "many-items")
    assert (found.complained_on, found.head_decided_on) == (date(2026, 11, 25), date(2026, 12, 2))
    assert (found.commission_on, found.commission_decided_on, found.commission_ground) == (
        date(2026, 12, 3),
        date(2026, 12, 20),
        "recommendation",
    )
    assert (found.sued_on, found.state) == (date(2026, 12, 22), State.IN_COURT)


@pytest.mark.parametrize(
    ("act", "outcome"), [("transfer", Outcome.TRANSFERRED), ("withdraw", Outcome.WITHDRAWN)]
)
def test_what_ends_without_an_answer_is_settled_and_not_answered(act, outcome):
    found = stood(("receive", "2026-11-02", ""), (act, "2026-11-04", ""))
    assert (found.outcome, found.settled_on, found.answered_on) == (
        outcome,
        date(2026, 11, 4),
        None,
    )


def test_a_request_that_was_reopened_waits_anew_and_counts_by_its_first_day():
    told = [("receive", "2026-11-02", ""), ("refuse", "2026-11-10", "unclear")]
    reopened = [*told, ("reopen", "2026-11-20", "")]
    assert stood(*reopened).outcome is Outcome.PENDING
    found = stood(*reopened, ("grant", "2026-11-25", ""))
    assert (found.outcome, found.received_on) == (Outcome.GRANTED, date(2026, 11, 2))
    assert (found.answered_on, found.net_days) == (date(2026, 11, 10), 8)
    assert (found.settled_on, found.reopened_on) == (date(2026, 11, 25), date(2026, 11, 20))


def test_what_was_first_answered_after_a_reopening_is_counted_from_there():
    found = stood(
        ("receive", "2026-11-02", ""),
        ("withdraw", "2026-11-10", ""),
        ("reopen", "2026-11-20", ""),
        ("grant", "2026-11-25", ""),
    )
    assert (found.answered_on, found.net_days) == (date(2026, 11, 25), 5)


def test_words_that_are_no_code_are_not_taken_for_a_ground():
    for act, ground in (("grant", "exception"), ("refuse", "Personne Fictive"), ("refuse", "X")):
        assert stood(("receive", "2026-11-02", ""), (act, "2026-11-03", ground)).ground == ""


def test_what_was_never_received_stands_nowhere():
    with pytest.raises(Invalid):
        standing(())


READ = {"wording": "", "is_withheld": False, "has_been_read": True}


@pytest.mark.parametrize(
    "subject",
    [
        "Dossier de Mme Fictive",
        "Mon permis de construire",
        "Appeler le 06 12 34 56 78",
        "CIN AB123456",
        "Plainte de fictive@gmail.com",
        "ملف السيد خيالي",
        "رخصتي",
    ],
)
def test_words_that_speak_of_a_person_are_withheld(subject):
    assert shown_subject(subject, **READ) == ""


@pytest.mark.parametrize(
    "subject",
    ["Budget 2026 et ses annexes", "Marchés de voirie", "ميزانية 2026", "Mesures de la qualité"],
)
def test_words_about_public_business_are_shown_once_an_officer_has_read_them(subject):
    assert shown_subject(subject, **READ) == subject
    assert shown_subject(subject, **{**READ, "has_been_read": False}) == ""


def test_an_officers_wording_is_shown_and_what_is_withheld_is_not():
    worded = {**READ, "wording": "Un permis de construire", "has_been_read": False}
    assert shown_subject("Mon permis", **worded) == "Un permis de construire"
    assert shown_subject("Budget", **{**worded, "is_withheld": True}) == ""


@pytest.mark.parametrize("wording", ["", " ", "x" * 301, "a\u202eb", "06 12 34 56 78"])
def test_a_wording_that_must_not_be_shown_is_refused(wording):
    with pytest.raises(Invalid):
        checked_wording(wording)


def test_a_wording_is_kept_on_one_line():
    assert checked_wording(" Le  budget\n2026 ") == "Le budget 2026"
