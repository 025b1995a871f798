"""What is true of a public body, wherever it is kept."""

from dataclasses import replace
from datetime import date

import pytest

import build
from opendata_hub.domain.authority import prefix_of
from opendata_hub.domain.errors import AuthorityClosed, FamilyNotPublished
from opendata_hub.domain.requests.calendar import HolidayStatus

NORTH = build.authority()


@pytest.mark.parametrize(
    "changes",
    [
        {"law": "tn/22-2016"},
        {"reference_prefix": "CN"},
        {"parent": "region-fictive"},
        {"families": frozenset({"petitions"})},
        {"units": (build.unit("urbanisme"),)},
        {"is_active": False},
    ],
)
def test_what_no_record_says_changes_no_record(changes):
    assert replace(NORTH, **changes).digest == NORTH.digest


@pytest.mark.parametrize(
    "changes",
    [
        {"name": build.texts("Autre")},
        {"type": "RegionalAuthority"},
        {"homepage": ""},
        {"email": "autre@nord.example"},
        {"territory": "hcp:04"},
    ],
)
def test_what_records_say_changes_them(changes):
    assert replace(NORTH, **changes).digest != NORTH.digest


def test_the_order_of_languages_changes_nothing():
    backwards = dict(reversed(NORTH.name.items()))
    assert replace(NORTH, name=backwards).digest == NORTH.digest


def test_without_a_list_all_families_are_its_own_until_it_is_closed():
    NORTH.require_publishes("petitions")
    with pytest.raises(FamilyNotPublished, match="it publishes: budget-lines"):
        replace(NORTH, families=frozenset({"budget-lines"})).require_publishes("petitions")
    with pytest.raises(AuthorityClosed):
        replace(NORTH, is_active=False).require_publishes("petitions")


def test_a_made_prefix_fits_before_a_number():
    assert prefix_of("c" * 60) == "C" * 20


def test_a_closure_is_added_and_never_weakens_a_day_that_is_off_for_all():
    feast, moussem = date(2027, 1, 11), date(2027, 3, 2)
    known = build.calendar(build.holiday(feast))
    own = known.with_closures(
        [build.holiday(day, HolidayStatus.EXCEPTIONAL) for day in (feast, moussem)]
    )
    assert own.holidays[feast].is_certain
    assert own.day_off(moussem)
    assert own.day_off(moussem, uncertain_off=False) is None
    assert known.day_off(moussem) is None
    assert own.version != known.version
    assert known.with_closures([]) is known
