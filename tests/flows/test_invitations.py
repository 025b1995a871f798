"""What an invitation gives: once, while its writer may, and not after it was taken away."""

import pytest

import build
from opendata_hub import cli_people
from opendata_hub.domain.errors import Invalid, LinkOver, NoAccount
from opendata_hub.domain.journal import Kind
from opendata_hub.domain.people.provider import Identity
from opendata_hub.domain.people.roles import OPERATOR, Grant, Role, Visitor
from opendata_hub.domain.people.rule import EVERYWHERE
from opendata_hub.domain.secret import link_digest
from opendata_hub.flows.people import manage, use_link
from opendata_hub.flows.people.recognise import recognise
from opendata_hub.flows.people.send_link import invite
from opendata_hub.store import journal
from opendata_hub.store.journal import Asked
from opendata_hub.store.people import accounts, links

ADDRESS = "agent@commune.example"
OFFICER = Grant(Role.OFFICER, "commune-exemple")


def invited(hub, by=OPERATOR):
    with hub.writing() as session:
        return invite(
            session, ADDRESS, [OFFICER], by=by, name="Agent Fictif", language="fr",
            hub_key=hub.key, now=build.NOW,
        )  # fmt: skip


def used(hub, key):
    with hub.writing() as session:
        link = links.get(session, link_digest(key), build.NOW)
        return use_link.use(session, link, name="Agent Fictif", kept="hash", now=build.NOW)


def told(hub):
    with hub.reading() as session:
        found = journal.latest(session, Asked(), EVERYWHERE, before=None, most=50)
    return [each.kind for each in reversed(found)]


def test_a_role_that_was_taken_is_not_regained_by_a_second_invitation(hub):
    first, second = invited(hub), invited(hub)
    person = used(hub, first)
    with hub.writing() as session:
        account = accounts.get(session, person)
        manage.take(session, account, OFFICER, by=OPERATOR, now=build.NOW)
    with pytest.raises(LinkOver):
        used(hub, second)
    assert told(hub) == [Kind.ACCOUNT_MADE, Kind.ROLE_GIVEN, Kind.ROLE_TAKEN]


def vouched():
    return Identity("https://provider.example", "subject-1", ADDRESS, "Agent Fictif")


def test_who_comes_by_a_provider_takes_up_what_still_holds(hub):
    head = build.person(hub, "head@commune.example", grants=(Grant(Role.HEAD, "commune-exemple"),))
    invited(hub, Visitor(head, frozenset({Grant(Role.HEAD, "commune-exemple")})))
    with hub.writing() as session:
        accounts.take(session, head, Grant(Role.HEAD, "commune-exemple"))
    with hub.writing() as session, pytest.raises(NoAccount):
        recognise(session, vouched(), build.NOW)
    invited(hub)
    with hub.writing() as session:
        account = recognise(session, vouched(), build.NOW)
    assert account.grants == {OFFICER}
    assert told(hub) == [Kind.ACCOUNT_MADE, Kind.ROLE_GIVEN]


def test_a_unit_that_an_authority_has_not_is_refused(hub):
    build.with_authorities(hub, build.authority("nord", units=(build.unit("urbanisme"),)))
    now = hub.current()
    assert cli_people.grants_from(now, ["officer@nord/urbanisme"])
    with pytest.raises(Invalid):
        cli_people.grants_from(now, ["officer@nord/none"])
