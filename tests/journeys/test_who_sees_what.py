"""Every way in is walked as everybody: nobody finds a field, a file, a count or a hit above them.

Ways are taken from the application: one that is added tomorrow is walked tomorrow. What nobody of
lower standing may find are words that were planted in a request, its files and its answer, and in
a table that was refused.
"""

import gzip
import io
import json
import re
import shutil
import zipfile
from collections import deque
from collections.abc import Iterator
from itertools import product

import pytest
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

import build
import documents
from opendata_hub.bootstrap import open_hub
from opendata_hub.domain.people.roles import Grant, Role
from opendata_hub.settings import Settings
from opendata_hub.web.app import create_app
from opendata_hub.web.doors import Door

BODY, UNIT = "commune-nord", "urbanisme"
IDENTITY = {
    "name": "Zahra Qoreldjinn", "email": "zahra.qoreldjinn@requester.example",
    "address": "12, impasse Vadrouilleuse", "id_number": "QZ987654", "phone": "0699887766",
    "document": "national-card",
}  # fmt: skip
SAID = ("Qoreldjinn", "qoreldjinn", "Vadrouilleuse", "QZ987654", "0699887766")
CASE = ("Mirlitonesque", "Farfadesque", "Turlupinade", "Brimborion")
"""In the text of the request, its urgency, the name of its file, and an internal table."""
DECOY = "Pralinesque"
"""A word that is written nowhere: what is asked for a secret one is answered as for this one."""
LINKS = 250
"""So many links are followed beyond the ways themselves: pages of results have no end."""
OPEN = {"rate_limits": ", ".join(
    f"{each}=off" for each in ("sign-in", "sign-up", "reset", "file", "follow", "write", "read")
)}  # fmt: skip

LOWER: dict[str, tuple[Grant, ...] | None] = {
    "anonymous": None,
    "another requester": (),
    "officer of another unit": (Grant(Role.OFFICER, BODY, "culture"),),
    "officer of another body": (Grant(Role.OFFICER, "commune-exemple"),),
    "steward": (Grant(Role.STEWARD, BODY),),
    "administrator": (Grant(Role.ADMINISTRATOR),),
}
ALWAYS = {
    "language": ["fr"], "jurisdiction": ["ma"], "name": ["petitions", "urbanisme", "refusal"],
    "ending": ["ttl"], "slug": ["demo-petitions"], "number": ["1", "2"], "row": ["2"],
    "token": ["guessed"], "key": ["guessed"], "publisher_id": [BODY], "authority": [BODY],
    "file_name": ["demo-petitions.csv"], "syntax": ["ttl"], "file_id": ["1", "2"],
}  # fmt: skip


pytestmark = pytest.mark.slow  # hundreds of ways, as each of six


@pytest.fixture(scope="module")
def hub(samples, tmp_path_factory):
    """A hub with published samples, a body of two units, and one request in one of them."""
    home = tmp_path_factory.mktemp("crawl") / "var"
    shutil.copytree(samples, home)
    opened = open_hub(Settings(home=home, base_url=build.BASE_URL, **OPEN))
    units = (build.unit(UNIT), build.unit("culture"))
    yield build.with_authorities(opened, build.authority(BODY, units=units))
    opened.engine.dispose()


@pytest.fixture(scope="module")
def client(hub):
    return TestClient(create_app(hub), base_url=build.BASE_URL, follow_redirects=False)


@pytest.fixture(scope="module")
def receipt(hub, client):
    """A request with a file, on which an officer has acted; and a table that was refused."""
    body = build.filing(
        authority=BODY, unit=UNIT, requester=IDENTITY, subject="Un budget",
        text=f"Les annexes {CASE[0]} du budget", urgent=True, urgency=f"Une digue {CASE[1]}",
    )  # fmt: skip
    pdf = (f"{CASE[2]}.pdf", documents.pdf(), "application/pdf")
    made = client.post(
        "/api/v1/requests/with-files", data={"request": json.dumps(body)}, files=[("files", pdf)]
    ).json()
    officer = build.token(hub, "officer of the unit", grants=(Grant(Role.OFFICER, BODY, UNIT),))
    day = client.get(f"/api/v1/desk/requests/{made['reference']}", headers=officer).json()
    act = {"act": "acknowledge", "happened_on": day["events"][0]["happened_on"], "after": 1}
    done = client.post(
        f"/api/v1/desk/requests/{made['reference']}/events", json=act, headers=officer
    )
    assert done.status_code == 201
    steward = build.token(
        hub, "steward elsewhere", grants=(Grant(Role.STEWARD, "commune-exemple"),)
    )
    client.post(
        "/api/v1/submissions", headers=steward,
        data={"family": "petitions", "publisher": "commune-exemple"},
        files={"file": (f"{CASE[3]}.csv", f"a;b\n{CASE[3]};1\n".encode())},
    )  # fmt: skip
    return {**made, "officer": officer}


@pytest.fixture(scope="module")
def keys(hub):
    """What each of lower standing shows."""
    return {
        name: {} if grants is None else build.token(hub, name, grants=grants)
        for name, grants in LOWER.items()
    }


def routes(client, method) -> list[Door]:
    return [
        context
        for context in iter_route_contexts(client.app.routes)
        if isinstance(context.original_route, Door) and method in context.methods
    ]


def filled(path: str, receipt) -> Iterator[str]:
    """The address with everything plausible in its places; a place we don't know gets it all."""
    values = {**ALWAYS, "reference": [receipt["reference"]], "rest": [receipt["reference"]]}
    everything = sorted({each for some in values.values() for each in some})
    places = re.findall(r"{(\w+)(?::\w+)?}", path)
    for chosen in product(*(values.get(place, everything) for place in places)):
        address = re.sub(r"{(\w+):\w+}", r"{\1}", path)
        yield address.format(**dict(zip(places, chosen, strict=True)))


def words_of(answer) -> str:
    """All that is in an answer, unpacked."""
    content = answer.content
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    if content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = b"".join(archive.read(name) for name in archive.namelist())
    return content.decode("utf-8", "replace") + str(answer.headers)


def iter_deque(waiting: deque[str], *, most: int) -> Iterator[str]:
    """One after another, while more are put behind; no more than so many."""
    for _ in range(most):
        if not waiting:
            return
        yield waiting.popleft()


def secrets_in(text: str) -> set[str]:
    return {word for word in (*SAID, *CASE) if word in text}


@pytest.mark.parametrize("name", LOWER)
def test_nothing_above_them_is_read_anywhere(client, receipt, keys, name):
    """Neither in what is asked for by its address, nor behind any link that is shown."""
    waiting = deque(
        dict.fromkeys(
            address for route in routes(client, "GET") for address in filled(route.path, receipt)
        )
    )
    ways, seen, found = len(waiting), set(waiting), {}
    for address in iter_deque(waiting, most=ways + LINKS):
        answer = client.get(address, headers=keys[name])
        text = words_of(answer)
        if secret := secrets_in(text):
            found[address] = secret
        is_theirs = re.match(r"/(api/v1|\w\w)/desk|.*\.ics$|.*/journal$", address)
        if is_theirs and answer.status_code == 200 and receipt["reference"] in text:
            found[address] = {"the reference, which is counted"}
        if "text/html" in answer.headers.get("content-type", ""):
            links = re.findall(r'(?:href|src)="(/[^"#]*)', answer.text)
            more = dict.fromkeys(link.replace("&amp;", "&") for link in links)
            waiting.extend(link for link in more if link not in seen)
            seen.update(more)
    assert found == {}
    assert ways > 100


@pytest.mark.parametrize("name", LOWER)
def test_nothing_above_them_is_told_by_what_they_send(client, receipt, keys, name):
    """Whatever is sent for a request of others tells nothing of it, and changes nothing."""
    before = client.get(
        f"/api/v1/desk/requests/{receipt['reference']}", headers=receipt["officer"]
    ).json()
    found = {}
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        for route in routes(client, method):
            if "{reference}" not in route.path:
                continue
            for address in filled(route.path, receipt):
                for sent in ({"data": {"tracking_code": "A"}}, {"json": {}}):
                    answer = client.request(method, address, headers=keys[name], **sent)
                    if secret := secrets_in(words_of(answer)):
                        found[method, address] = secret
    assert found == {}
    after = client.get(
        f"/api/v1/desk/requests/{receipt['reference']}", headers=receipt["officer"]
    ).json()
    assert after == before


@pytest.mark.parametrize("name", LOWER)
def test_a_search_for_a_secret_word_is_answered_as_one_for_a_word_nobody_wrote(
    client, receipt, keys, name
):
    """Whatever can be asked for by words: neither hits nor counts differ."""
    differing, compared = [], 0
    for route in routes(client, "GET"):
        asked = words_that_can_be_asked(route.original_route)
        compared += len(asked)
        for address in filled(route.path, receipt) if asked else ():
            for parameter, word in product(asked, (SAID[0], CASE[0], CASE[3])):
                told = [
                    client.get(address, params={parameter: each}, headers=keys[name])
                    for each in (word, DECOY)
                ]
                plain = [
                    re.sub(f"(?i){word}|{DECOY}", "", each.text).replace("\n", "") for each in told
                ]
                moment = r'name="opened" value="[^"]*"|DTSTAMP:\w+|"?20\d\d-[\d-]+T[\d:.]+Z?"?'
                if re.sub(moment, "", plain[0]) != re.sub(moment, "", plain[1]):
                    differing.append((address, parameter, word))
    assert differing == []
    assert compared > 3


def words_that_can_be_asked(route) -> list[str]:
    """The parameters of a way that take any text."""
    described = route.dependant.query_params
    names = [each.alias for each in described]
    for each in described:
        fields = getattr(each.field_info.annotation, "model_fields", {})
        names += list(fields)
    return [name for name in names if name in WORDY]


WORDY = {"q", "text", "subject", "words", "reference", "q_title", "search", "query"}


def test_the_walk_would_find_it(client, receipt):
    """Whoever may read it finds it on the same walk: it is not blind."""
    found = set()
    for route in routes(client, "GET"):
        for address in filled(route.path, receipt):
            found |= secrets_in(words_of(client.get(address, headers=receipt["officer"])))
    assert {SAID[0], CASE[0], CASE[1]} <= found


def test_who_holds_the_code_reads_their_own_and_nobody_elses(client, receipt):
    mine = client.post("/api/v1/requests", json=build.filing(authority=BODY)).json()
    headers = {"X-Tracking-Code": mine["tracking_code"]}
    found = {}
    for route in routes(client, "GET"):
        for address in filled(route.path, receipt):
            if secret := secrets_in(words_of(client.get(address, headers=headers))):
                found[address] = secret
    assert found == {}
    assert client.get(f"/api/v1/requests/{mine['reference']}", headers=headers).status_code == 200
