"""What a request must say before anybody starts a clock for it."""

from datetime import date

import pytest

import build
from opendata_hub.domain.errors import FutureReceipt, Invalid
from opendata_hub.domain.requests.info_request import (
    Question,
    Requester,
    checked_question,
    checked_requester,
    require_not_future,
)
from opendata_hub.domain.secret import new_tracking_code, tracking_code_digest

LAW = build.law()
PERSON = Requester("Personne Fictive", "", "1, rue de l’Exemple", "XX000000")


def test_a_question_is_trimmed_and_keeps_its_words():
    asked = checked_question(Question("  Budget ", " Les annexes\n2026 ", "fr", False))
    assert (asked.subject, asked.text) == ("Budget", "Les annexes\n2026")


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        (Question("", "text", "fr", False), "subject: must not be empty"),
        (Question("subject", " \n", "fr", False), "text: must not be empty"),
        (Question("s" * 301, "text", "fr", False), "at most 300"),
        (Question("subject", "t" * 20_001, "fr", False), "at most 20000"),
        (Question("subject", "a\x00b", "fr", False), "control character"),
        (Question("subject", "a\ud800b", "fr", False), "control character"),
        (Question("subject", "text", "xx", False), "language"),
    ],
)
def test_a_question_nobody_could_work_with_is_refused(question, reason):
    with pytest.raises(Invalid, match=reason):
        checked_question(question)


def test_the_law_says_who_must_be_named():
    assert checked_requester(PERSON, LAW) == PERSON
    with pytest.raises(Invalid, match="address: must not be empty"):
        checked_requester(Requester("Personne Fictive", "", " ", "XX000000"), LAW)


def test_an_address_that_is_no_email_is_refused_without_repeating_it():
    with pytest.raises(Invalid) as refusal:
        checked_requester(Requester("Personne Fictive", "me at home", "1, rue", "XX0"), LAW)
    assert "me at home" not in str(refusal.value)


def test_nothing_is_received_tomorrow():
    require_not_future(date(2026, 11, 22), today=date(2026, 11, 22))
    with pytest.raises(FutureReceipt):
        require_not_future(date(2026, 11, 23), today=date(2026, 11, 22))


def test_a_tracking_code_is_read_as_people_write_it():
    code = new_tracking_code()
    assert len(code.replace("-", "")) == 20
    assert tracking_code_digest(code) == tracking_code_digest(code.lower().replace("-", " "))
    assert tracking_code_digest(code) != tracking_code_digest(new_tracking_code())
