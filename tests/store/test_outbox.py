"""The outbox: nothing lost, nothing sent twice, on both databases."""

from datetime import timedelta

import pytest

import build
from opendata_hub.domain.correspondence.mail import CLAIMED_FOR, RETRIES, MailState, due_again
from opendata_hub.domain.errors import UnknownMail, WrongMoment
from opendata_hub.store.correspondence import outbox
from opendata_hub.store.engine import writing

LATER = build.NOW + CLAIMED_FOR


def written(session):
    return outbox.add(
        session, "reset", email="x@hub.example", language="fr", reference="AI-2026-000001",
        said={"act": "extend"}, now=build.NOW,
    )  # fmt: skip


def handed_over(session):
    number = written(session)
    assert outbox.begin_handing_over(session, outbox.claim(session, build.NOW), build.NOW)
    return number


def state(session, number, now=LATER):
    return outbox.get(session, number).stamps.state(now)


def test_what_was_being_handed_over_is_never_claimed_again(engine):
    with writing(engine) as session:
        number = handed_over(session)
        assert outbox.claim(session, LATER + timedelta(days=30)) is None
        assert state(session, number, build.NOW) is MailState.HANDING_OVER
        assert outbox.to_settle(session, build.NOW, most=9) == []
        assert state(session, number) is MailState.IN_DOUBT
        assert [each.id for each in outbox.to_settle(session, LATER, most=9)] == [number]


def test_a_mail_whose_lease_ran_out_is_handed_over_by_one_process_only(engine):
    with writing(engine) as session:
        written(session)
        slow = outbox.claim(session, build.NOW)
        quick = outbox.claim(session, LATER)
        assert outbox.begin_handing_over(session, quick, LATER)
        assert not outbox.begin_handing_over(session, slow, LATER)


def test_a_mail_in_doubt_is_settled_by_somebody(engine):
    with writing(engine) as session:
        number = handed_over(session)
        outbox.mark_doubtful(session, number, "no reply")
        with pytest.raises(WrongMoment):
            outbox.send_again(session, number, build.NOW)
        assert outbox.settle_as_sent(session, number, LATER).stamps.sent_at == build.NOW
        assert state(session, number) is MailState.SENT
        with pytest.raises(WrongMoment):
            outbox.send_again(session, number, LATER)
        again = handed_over(session)
        first = outbox.claim(session, LATER)
        assert first is None
        outbox.send_again(session, again, LATER)
        assert state(session, again) is MailState.WAITING
        claimed = outbox.claim(session, LATER)
        assert (claimed.id, claimed.attempts, claimed.said) == (again, 0, {"act": "extend"})


def test_what_failed_or_bounced_can_be_sent_again_but_not_called_sent(engine):
    with writing(engine) as session:
        number = written(session)
        claimed = outbox.claim(session, build.NOW)
        outbox.mark_failed(session, claimed, "refused: [550]", due_at=None, now=build.NOW)
        assert state(session, number) is MailState.FAILED
        with pytest.raises(WrongMoment):
            outbox.settle_as_sent(session, number, LATER)
        outbox.send_again(session, number, LATER)
        outbox.mark_sent(session, outbox.claim(session, LATER).id, LATER)
        assert outbox.mark_bounced(session, claimed.token, "5.1.1", LATER).id == number
        assert outbox.mark_bounced(session, claimed.token, "5.1.1", LATER) is None
        assert outbox.mark_bounced(session, "somebody else's", "5.1.1", LATER) is None
        assert state(session, number) is MailState.BOUNCED
        assert [each.id for each in outbox.of_request(session, "AI-2026-000001")] == [number]
        with pytest.raises(UnknownMail):
            outbox.get(session, 999)


def test_while_the_server_is_away_nothing_fails_for_good():
    waits = [due_again(each, build.NOW, is_server_away=True) for each in range(1, 99)]
    assert max(waits) == build.NOW + timedelta(hours=1)
    assert due_again(len(RETRIES) + 1, build.NOW) is None
