"""Mail from the command line."""

import sys

import pytest

import build
from opendata_hub import cli
from opendata_hub.bootstrap import open_hub
from opendata_hub.domain.correspondence.mail import CLAIMED_FOR
from opendata_hub.domain.journal import Kind
from opendata_hub.domain.people.rule import EVERYWHERE
from opendata_hub.settings import Settings
from opendata_hub.store import journal
from opendata_hub.store.correspondence import outbox


@pytest.fixture
def run(monkeypatch, capsys):
    def run(*words):
        monkeypatch.setattr(sys, "argv", ["opendata-hub", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return run


@pytest.fixture
def in_doubt():
    """The number of a mail that nobody knows of."""
    hub, earlier = open_hub(Settings()), build.NOW - 2 * CLAIMED_FOR
    with hub.writing() as session:
        number = outbox.add(session, "reset", email="x@hub.example", language="fr", now=earlier)
        outbox.begin_handing_over(session, outbox.claim(session, earlier), earlier)
    return number


def test_a_mail_in_doubt_is_listed_and_sent_again_by_somebody_who_is_told_of(run, in_doubt):
    code, said, _ = run("mail", "list")
    assert (code, said.split("\t")[:3]) == (0, [str(in_doubt), "in-doubt", "reset"])
    assert "x@hub.example" not in said
    assert run("mail", "settle", in_doubt)[0] == 2
    assert run("mail", "settle", in_doubt, "--again", "--sent")[0] == 2
    assert run("mail", "settle", 999, "--again")[2].startswith("error: unknown-mail")
    assert "\twaiting\t" in run("mail", "settle", in_doubt, "--again")[1]
    assert run("mail", "send")[1] == "1 sent\n"
    assert run("mail", "list")[1] == ""
    assert run("mail", "settle", in_doubt, "--sent")[2].startswith("error: wrong-moment")
    with open_hub(Settings()).reading() as session:
        asked = journal.Asked(kind=Kind.MAIL_SETTLED)
        (entry,) = journal.latest(session, asked, EVERYWHERE, before=None, most=9)
    assert entry.said == {"mail": str(in_doubt), "kind": "reset", "as": "again"}


def test_a_mail_in_doubt_that_arrived_is_called_sent(run, in_doubt):
    assert "\tsent\t" in run("mail", "settle", in_doubt, "--sent")[1]
    assert run("mail", "send")[1] == "0 sent\n"
