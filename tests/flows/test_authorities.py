"""A region and its communes live in one hub, each with what is its own."""

from dataclasses import replace
from datetime import date

import pytest

import build
from opendata_hub.bootstrap import open_hub
from opendata_hub.domain.catalog.search.query import Facet, Query
from opendata_hub.domain.errors import (
    AuthorityClosed,
    AuthorityTaken,
    FamilyNotPublished,
    Forbidden,
    Invalid,
    PackBroken,
    Refused,
    UnknownLaw,
    UnknownPublisher,
)
from opendata_hub.domain.people.roles import OPERATOR, Grant, Role, Visitor
from opendata_hub.domain.people.rule import EVERYWHERE
from opendata_hub.domain.requests.calendar import Announcement, HolidayStatus
from opendata_hub.domain.requests.info_request import Question, Requester
from opendata_hub.flows.authorities.create import create
from opendata_hub.flows.authorities.edit import edit
from opendata_hub.flows.authorities.listed import Defaults, authorities_from
from opendata_hub.flows.catalog.publish import refresh_fragments
from opendata_hub.flows.requests.announce import announce, current
from opendata_hub.flows.requests.file import file
from opendata_hub.store import calendars, datasets
from opendata_hub.store.people import authorities

TODAY = date(2026, 11, 22)
PERSON = Requester("Personne Fictive", "", "1, rue de l’Exemple", "XX000000")
REGION = build.authority("region-fictive", type="RegionalAuthority", territory="hcp:04")
NORTH, SOUTH, EAST = (
    build.authority(f"commune-{name}", parent="region-fictive") for name in ("nord", "sud", "est")
)

NORTH_ALONE = build.authority("commune-nord")


@pytest.fixture
def region(hub):
    return build.with_authorities(hub, REGION, NORTH, SOUTH, EAST)


def added(hub, *wanted, by=OPERATOR):
    with hub.writing() as session:
        return create(session, hub.frame, hub.request_laws, wanted, by=by, now=build.NOW)


def changed(hub, name, /, **changes):
    with hub.writing() as session:
        _, rewritten = edit(
            session, hub.frame, hub.request_laws, name, changes, by=OPERATOR, now=build.NOW
        )
    return rewritten


def filed(hub, authority, *, unit="", received_on=date(2026, 11, 20)):
    asked = hub.authority(authority)
    with hub.writing() as session:
        return file(
            session,
            Question("Budget", "Les annexes", "fr", False),
            PERSON,
            authority=asked,
            law=hub.law_named(asked.law),
            calendar=current(session, hub.calendars["ma"], authority=asked.id),
            received_on=received_on,
            today=TODAY,
            now=build.NOW,
            unit=unit,
        )


def closed(hub, day, *, authority="", instead_of=None, status=HolidayStatus.OFFICIAL):
    with hub.writing() as session:
        return announce(
            session,
            Announcement(build.holiday(day, status), instead_of),
            calendar=hub.calendars["ma"],
            laws=hub.laws_of("ma"),
            today=TODAY,
            by=None,
            now=build.NOW,
            authority=authority,
        )


def dues(hub):
    with hub.reading() as session:
        return {
            each.authority: each.due_on
            for batch in calendars.open_requests(session, ["ma/31-13"], EVERYWHERE)
            for each in batch
        }


def test_all_of_a_region_are_added_or_none(hub):
    broken = replace(SOUTH, homepage="javascript:alert(1)")
    (fault,) = added(hub, REGION, NORTH, broken)
    assert (fault.number, fault.id) == (3, "commune-sud")
    assert "homepage" in str(fault.problem)
    assert set(hub.current().frame.site.publishers) == {"commune-exemple"}
    assert added(hub, NORTH, REGION) == [], "a commune may stand before its region"


@pytest.mark.parametrize(
    ("wrong", "kind", "reason"),
    [
        (build.authority("commune-exemple"), AuthorityTaken, "already an authority"),
        (build.authority("Nord"), Invalid, "id"),
        (build.authority("n" * 61), Invalid, "id"),
        (build.authority(name={"fr": "Nord"}), Invalid, "name: give it in ar, fr, en"),
        (build.authority(name=build.texts("a\u0000b")), Invalid, "readable"),
        (build.authority(type="Kingdom"), Invalid, "type"),
        (build.authority(email="nobody"), Invalid, "email"),
        (build.authority(territory="hcp:99"), Invalid, "territory"),
        (build.authority(territory="04"), Invalid, "LIST:CODE"),
        (build.authority(parent="nowhere"), Invalid, "parent"),
        (build.authority(parent="commune-nord"), Invalid, "belong to itself"),
        (build.authority(families=frozenset({"none"})), Invalid, "families"),
        (build.authority(law="ma/none"), UnknownLaw, "known: "),
        (build.authority(reference_prefix="AI"), Invalid, "that of commune-exemple"),
        (build.authority(reference_prefix="a-b"), Invalid, "prefix"),
        (build.authority(units=(build.unit("a"), build.unit("a"))), Invalid, "same id"),
        (build.authority(units=(build.unit("A B"),)), Invalid, "units"),
    ],
)
def test_what_could_not_stand_in_the_hub_is_refused(hub, wrong, kind, reason):
    (fault,) = added(hub, wrong)
    assert isinstance(fault.problem, kind)
    assert reason in str(fault.problem)


def test_two_of_a_table_can_t_share_an_id_or_a_prefix(hub):
    same_id, same_prefix = NORTH, replace(SOUTH, reference_prefix=NORTH.reference_prefix)
    faults = added(hub, REGION, NORTH, same_id, same_prefix)
    assert [(each.number, each.problem.code) for each in faults] == [
        (3, "authority-taken"), (4, "invalid-input"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "role", [Grant(Role.HEAD, "commune-exemple"), Grant(Role.ADMINISTRATOR, "commune-exemple")]
)
def test_only_an_administrator_of_the_whole_hub_adds_authorities(hub, role):
    with pytest.raises(Forbidden):
        added(hub, NORTH, by=Visitor(1, frozenset({role})))


def test_another_process_sees_what_was_added(hub):
    beside = open_hub(hub.settings)
    assert hub.current() is hub
    build.with_authorities(beside, REGION, NORTH)
    assert hub.current().authority("commune-nord").parent == "region-fictive"
    with pytest.raises(UnknownPublisher, match="such as: commune-exemple"):
        hub.current().authority("commune-exempel")
    beside.engine.dispose()


def test_search_knows_what_another_process_has_published_for_a_new_authority(hub):
    beside = build.with_authorities(open_hub(hub.settings), NORTH_ALONE)
    build.publish_sample(beside, "petitions", publisher="commune-nord")
    hub.index_changes()
    found = hub.search.search(Query(facets=(Facet.PUBLISHER,)))
    assert found.total == 1
    beside.engine.dispose()


def test_a_hub_opens_with_what_is_kept_and_refuses_one_id_in_both_places(region, tmp_path):
    again = open_hub(region.settings)
    assert again.authority("commune-nord") == NORTH
    again.engine.dispose()
    own = tmp_path / "catalog"
    own.mkdir()
    declared = (build.catalog_folders(region.settings).file("site.yaml")).read_text("utf-8")
    (own / "site.yaml").write_text(declared.replace("commune-exemple", "commune-nord"), "utf-8")
    with pytest.raises(PackBroken, match="'commune-nord' is already kept in the database"):
        open_hub(region.settings.model_copy(update={"catalog_dir": own}))


def test_each_numbers_its_own_requests(region):
    north = filed(region, "commune-nord").request.reference
    south = filed(region, "commune-sud").request.reference
    assert (north, south) == ("COMMUNENORD-2026-000001", "COMMUNESUD-2026-000001")
    assert filed(region, "commune-nord").request.reference == "COMMUNENORD-2026-000002"
    assert filed(region, "").request.reference == "AI-2026-000001"


def test_a_closure_moves_the_requests_of_its_authority_and_no_others(region):
    for name in ("commune-nord", "commune-sud", ""):
        filed(region, name)
    assert closed(region, date(2026, 12, 10), authority="commune-nord") == 1
    assert dues(region) == {
        "commune-nord": date(2026, 12, 21),
        "commune-sud": date(2026, 12, 18),
        "commune-exemple": date(2026, 12, 18),
    }
    assert filed(region, "commune-nord").deadline.due == date(2026, 12, 21)
    assert filed(region, "commune-sud").deadline.due == date(2026, 12, 18)


def test_a_day_off_for_all_counts_with_the_closures_of_each(region):
    for name in ("commune-nord", "commune-sud"):
        filed(region, name)
    closed(region, date(2026, 12, 10), authority="commune-nord")
    assert closed(region, date(2026, 12, 11)) == 2
    assert dues(region) == {
        "commune-nord": date(2026, 12, 22),
        "commune-sud": date(2026, 12, 21),
    }


def test_an_authority_neither_opens_nor_doubts_a_day_that_is_off_for_all(region):
    with pytest.raises(Invalid, match="a working day"):
        closed(region, date(2026, 12, 10), authority="commune-nord", instead_of=date(2026, 11, 18))
    with pytest.raises(Invalid, match="off for all already"):
        closed(region, date(2026, 11, 18), authority="commune-nord")
    closed(region, date(2026, 12, 10), authority="commune-nord", status=HolidayStatus.EXCEPTIONAL)
    closed(region, date(2026, 12, 10))
    with region.reading() as session:
        days = current(session, region.calendars["ma"], authority="commune-nord").holidays
    assert days[date(2026, 12, 10)].status is HolidayStatus.OFFICIAL


def test_a_request_goes_to_a_unit_that_is_there(region):
    changed(region, "commune-nord", units=(build.unit("urbanisme"),))
    hub = region.current()
    assert filed(hub, "commune-nord", unit="urbanisme").request.unit == "urbanisme"
    with pytest.raises(Invalid, match="known: urbanisme"):
        filed(hub, "commune-nord", unit="etat-civil")


def test_an_authority_publishes_its_own_families_only(region):
    changed(region, "commune-nord", families=frozenset({"petitions"}))
    hub = region.current()
    submission = build.submitted(hub, build.sample(hub, "budget-lines"), family="budget-lines")
    with pytest.raises(FamilyNotPublished, match="it publishes: petitions"):
        build.publish_submission(hub, submission, publisher="commune-nord")


def test_a_closed_authority_takes_nothing_and_keeps_what_it_has(region):
    dataset = build.publish_sample(region, "petitions", publisher="commune-nord")
    changed(region, "commune-nord", is_active=False)
    hub = region.current()
    with pytest.raises(AuthorityClosed):
        filed(hub, "commune-nord")
    with pytest.raises(AuthorityClosed):
        build.publish_sample(hub, "petitions", publisher="commune-nord", replaces=True)
    with hub.reading() as session:
        assert datasets.get(session, dataset.slug).version == dataset.version


def test_another_name_rewrites_the_records_of_its_authority_and_no_others(region):
    build.publish_sample(region, "petitions", publisher="commune-nord", slug="petitions-nord")
    build.publish_sample(region, "petitions", publisher="commune-sud", slug="petitions-sud")
    build.publish_sample(region, "petitions")
    assert changed(region, "commune-nord", units=(build.unit("urbanisme"),)) == 0
    assert changed(region, "commune-nord", name=build.texts("Nouvelle commune")) == 1
    hub = region.current()
    with hub.reading() as session:
        record = "".join(datasets.fragments(session, "ttl", slug="petitions-nord"))
        assert datasets.last_change(session)[0] == 4
    assert "Nouvelle commune" in record
    build.with_authorities(hub, build.authority("commune-ouest"))
    hub = hub.current()
    with hub.writing() as session:
        assert refresh_fragments(session, hub.frame, now=build.NOW) == 0


def test_a_record_stands_without_website_and_mailbox_and_says_where_the_body_is(hub):
    hub = build.with_authorities(hub, build.authority(homepage="", email="", territory="hcp:04"))
    build.publish_sample(hub, "petitions", publisher="commune-nord")
    with hub.reading() as session:
        record = "".join(datasets.fragments(session, "ttl", slug="demo-petitions"))
    assert "publishers/commune-nord#territory" in record
    assert "Rabat-Salé-Kénitra" in record
    assert "mailto:" not in record.partition("publishers/commune-nord#contact")[2][:300]


def test_what_is_declared_is_changed_where_it_is_declared(region):
    with pytest.raises(Refused, match=r"site\.yaml"):
        changed(region, "commune-exemple", email="autre@commune.example")


def test_a_region_can_t_belong_to_its_own_commune(region):
    with pytest.raises(Invalid, match="belong to itself"):
        changed(region, "region-fictive", parent="commune-nord")
    with region.reading() as session:
        assert authorities.everyone(session)["region-fictive"] == REGION


def test_a_table_says_what_it_must_and_leaves_the_rest_to_defaults():
    content = (
        "\ufeffid,name_fr,name_ar,families,prefix\n"
        "commune-a,Commune A,جماعة أ,petitions budget-lines,\n"
        'commune-b,"Commune B",جماعة ب,,CB\n'
    ).encode()
    defaults = Defaults("LocalAuthority", "ma/31-13", parent="region-fictive")
    first, second = authorities_from(content, defaults)
    assert first == build.authority(
        "commune-a", name={"fr": "Commune A", "ar": "جماعة أ", "en": "Commune A"},
        homepage="", email="", parent="region-fictive",
        families=frozenset({"petitions", "budget-lines"}),
    )  # fmt: skip
    assert (second.reference_prefix, second.families) == ("CB", frozenset())


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "column 'id'"),
        (b"id,name_fr,name_ar\n", "between 1 and"),
        (b"id,name_fr,nom_ar\nx,X,Y\n", "column 'nom_ar'"),
        (b"id,name_fr,name_ar\n\xe9,X,Y\n", "UTF-8"),
        (b'id,name_fr,name_ar\n"x,X,Y\n', "CSV"),
    ],
)
def test_a_table_that_is_none_is_refused(content, reason):
    with pytest.raises(Invalid, match=reason):
        authorities_from(content, Defaults("LocalAuthority", "ma/31-13"))
