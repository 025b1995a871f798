"""axe-core finds nothing on any page, in any language, in light or dark.

Pages are taken from the application: one that is added tomorrow is looked at tomorrow, and one
with something of its own in its address needs an example here.
"""

import pytest

from opendata_hub.domain.alerts.alert import Link
from opendata_hub.domain.correspondence.tags import stop_key
from opendata_hub.domain.people.deeds import OPEN
from opendata_hub.domain.people.roles import Role
from opendata_hub.domain.people.rule import ROLES
from opendata_hub.web.app import ROUTERS
from opendata_hub.web.portal.about import About
from surfing import BODY, faults_in_both_lights, window

LANGUAGES = ("ar", "fr", "en")
NO_PAGES = {
    "/{language}/datasets.atom",
    "/{language}/datasets/{slug}/feed.atom",
    "/{language}/entities/{kind}/{scheme}/{value}/feed.atom",
    "/{language}/register.atom",
    "/{language}/families/{name}/template.{ending}",
    "/{language}/statistics/report.{ending}",
    "/{language}/desk/{reference}/files/{file_id}",
    "/{language}/desk/{reference}/files/{file_id}/pages/{page_number}.png",
    "/{language}/desk/{reference}/letter-files/{letter}",
    "/{language}/sign-in/provider",
}
"""Files, feeds, and what leads elsewhere."""
ASKED = {
    "/{language}/datasets": "?q=subventions",
    "/{language}/deadlines": "?law=ma/31-13&step=reply&from=2026-11-02",
    "/{language}/desk": "?show=closed",
    "/{language}/alerts": "?kind=search&about=q%3Dbudget",
}
"""Pages that show more when they are asked something."""


def pages():
    """Every page by its address with places in it, and who may read it; None is everybody."""
    found: dict[str, Role | None] = {}
    for router in ROUTERS:
        for route in router.routes:
            path = route.path.replace(":path}", "}")
            is_page = path.startswith("/{language}")
            if is_page and "GET" in route.methods and path not in NO_PAGES:
                found[path] = None if route.deed in OPEN else _first(ROLES[route.deed])
    return found


def _first(roles):
    order = (Role.HEAD, Role.AUDITOR, Role.ADMINISTRATOR, Role.CITIZEN, Role.STEWARD)
    return next(role for role in order if role in roles)


@pytest.fixture(scope="module")
def examples(house):
    """What stands in the places of each address that has any but those of ``ALWAYS``."""
    stop = stop_key(house.reference, house.hub.key)
    house.exchanges()
    draft, minutes = house.draft(), house.minutes()
    letters = ("acknowledgement", "refusal")
    return {
        "/{language}/desk/{reference}/letters/{name}": [{"name": each} for each in letters],
        "/{language}/notices/{reference}/{key}": [{"key": stop}],
        "/{language}/alerts/{salt}/confirm/{key}": house.alert_links(Link.CONFIRM),
        "/{language}/alerts/{salt}/stop/{key}": house.alert_links(Link.STOP),
        "/{language}/alerts/{salt}/refuse/{key}": house.alert_links(Link.REFUSE),
        "/{language}/mail/{number}": [{"number": house.mail_that_waits()}],
        "/{language}/account/links/{token}": [{"token": house.invitation()}, {"token": "over"}],
        "/{language}/sources/{source}": [{"source": "ville"}],
        "/{language}/targets/{target}": [{"target": "national"}],
        "/{language}/my-data/{number}": [{"number": draft}],
        "/{language}/my-data/{number}/words": [{"number": draft}],
        "/{language}/my-data/{number}/publish": [{"number": draft}],
        "/{language}/desk/{reference}/files/{file_id}/black-out": [{"file_id": minutes}],
        "/{language}/people/{number}": [{"number": house.person(Role.OFFICER)}],
        "/{language}/account/requests/{reference}": [{"reference": house.own_request()}],
        "/{language}/datasets/{slug}/rows/{number}": [{"number": 2}],
        "/{language}/entities/{kind}/{scheme}/{value}": [
            {"kind": "supplier", "scheme": "ice", "value": "000000000001164"}
        ],
        "/{language}/about/{what}": [{"what": each} for each in About],
        "/{language}/receipts/{token}": [{"token": house.receipt()}, {"token": "over"}],
        "/{language}/requests/suggested/{kind}/{name}": [
            {"kind": "dataset", "name": "demo-petitions"}
        ],
    }


ROLES_IN_TURN = (None, Role.HEAD, Role.AUDITOR, Role.ADMINISTRATOR, Role.CITIZEN)


def addresses(house, examples, language, role):
    """Every page that this reader looks at."""
    always = {
        "language": language, "reference": house.reference, "authority": BODY,
        "publisher_id": BODY, "slug": "demo-association-subsidies",
    }  # fmt: skip
    for path, reader in pages().items():
        if reader is role:
            for more in examples.get(path, [{}]):
                yield path.format(**{**always, **more})
            if path in ASKED:
                yield path.format(**always) + ASKED[path]


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_on_any_page(house, chromium, examples, language):
    found, seen = {}, 0
    for role in ROLES_IN_TURN:
        with window(chromium, house, role=role, may_complain=is_missing) as page:
            for address in addresses(house, examples, language, role):
                answer = page.goto(address)
                assert answer.status in {200, 404}, address
                seen += 1
                if faults := faults_in_both_lights(page):
                    found[address] = faults
    assert found == {}
    assert seen > 40


def is_missing(told: str) -> bool:
    """Whether the console says only that an address is over, as it should be."""
    return "404" in told
