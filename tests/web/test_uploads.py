"""A large file comes in pieces, and goes on where it stopped; then it is a file like any other."""

import base64
import hashlib
import re
from datetime import timedelta

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

import build
from opendata_hub import clock, jobs
from opendata_hub.bootstrap import open_hub
from opendata_hub.domain.errors import UnknownUpload
from opendata_hub.domain.people.roles import Grant, Role
from opendata_hub.settings import Settings
from opendata_hub.store.publishing import uploads
from opendata_hub.store.tables import UploadPieceRow
from opendata_hub.web.app import create_app

OWN, FAMILY = "commune-exemple", "association-subsidies"
PLACE = "/api/v1/uploads"


def steward_of(hub, email="steward@hub.example"):
    return build.signed_in(hub, build.person(hub, email, grants=(Grant(Role.STEWARD, OWN),)))


class Sender:
    """A script of our pages, in the browser of a steward."""

    def __init__(self, client, cookie):
        self.client, self.cookie = client, cookie
        page = client.get("/fr/my-data", headers=cookie).text
        self.token = re.search(r'name="form_token" value="([^"]+)"', page)[1]

    def call(self, method, path=PLACE, content=None, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        given = {**self.cookie, "Tus-Resumable": "1.0.0", "X-Form-Token": self.token, **named}
        given = {name: value for name, value in given.items() if value is not None}
        return self.client.request(method, path, content=content, headers=given)

    def begin(self, size, name="aides.csv"):
        told = "filename " + base64.b64encode(name.encode()).decode()
        return self.call("POST", Upload_Length=str(size), Upload_Metadata=told)

    def place(self, size, name="aides.csv"):
        answer = self.begin(size, name)
        assert answer.status_code == 201, answer.text
        return answer.headers["location"].removeprefix(build.BASE_URL)

    def send(self, place, first, piece, **headers):
        given = {
            "Upload_Offset": str(first), "Content_Type": "application/offset+octet-stream",
            **headers,
        }  # fmt: skip
        return self.call("PATCH", place, piece, **given)

    def finish(self, place, path="/fr/my-data", **more):
        key = place.rpartition("/")[2]
        data = {"form_token": self.token, "upload": key, "family": FAMILY, **more}
        return self.client.post(path, data=data, headers=self.cookie)

    def whole(self, content, name="aides.csv"):
        place = self.place(len(content), name)
        for first in range(0, len(content), 1000):
            assert self.send(place, first, content[first : first + 1000]).status_code == 204
        return place


@pytest.fixture
def sender(hub, client):
    return Sender(client, steward_of(hub))


@pytest.fixture
def table(hub):
    return build.sample(hub, FAMILY)


def code(answer):
    return answer.status_code, answer.json()["code"]


def test_it_goes_on_where_the_line_was_lost_and_is_checked_like_any_other(hub, sender, table):
    place = sender.place(len(table), "الإعانات.csv")
    sent = sender.send(place, 0, table[:1000])
    assert (sent.status_code, sent.headers["upload-offset"]) == (204, "1000")
    told = sender.call("HEAD", place)
    assert (told.headers["upload-offset"], told.headers["upload-length"]) == (
        "1000", str(len(table)),
    )  # fmt: skip
    assert told.headers["upload-expires"].endswith("GMT")
    assert told.headers["cache-control"] == "no-store"
    assert "upload-unfinished" in sender.finish(place).text
    assert sender.send(place, 1000, table[1000:]).status_code == 204
    answer = sender.finish(place)
    assert answer.status_code == 303
    page = sender.client.get(answer.headers["location"], headers=sender.cookie).text
    assert "الإعانات.csv" in page
    assert hub.files.path(hashlib.sha256(table).hexdigest()).read_bytes() == table


def test_finished_twice_it_is_one_draft(sender, table):
    place = sender.whole(table)
    first, second = sender.finish(place), sender.finish(place)
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"]
    other = sender.finish(sender.whole(table), first.headers["location"] + "/file")
    assert other.status_code == 409, "the form did not say which file it saw"


def test_it_takes_the_place_of_a_draft_s_file_once(sender, table):
    place = sender.finish(sender.whole(table)).headers["location"]
    seen = re.search(r'name="instead_of" value="(\d+)"', sender.client.get(
        place, headers=sender.cookie).text)[1]  # fmt: skip
    upload = sender.whole(table + b"\n", "corrected.csv")
    answers = [sender.finish(upload, f"{place}/file", instead_of=seen) for _ in range(2)]
    assert [each.status_code for each in answers] == [303, 303]
    assert "corrected.csv" in sender.client.get(place, headers=sender.cookie).text


def seen_in(sender, place, name):
    page = sender.client.get(place, headers=sender.cookie).text
    return re.search(rf'name="{name}" value="([^"]+)"', page)[1]


def test_after_its_draft_was_thrown_away_it_is_unknown_and_leads_to_nobody_s(hub, sender, table):
    place = sender.whole(table)
    draft = sender.finish(place).headers["location"]
    sender.client.post(
        f"{draft}/discard", headers=sender.cookie,
        data={"form_token": sender.token, "seen": seen_in(sender, draft, "seen")},
    )  # fmt: skip
    colleague = Sender(sender.client, steward_of(hub, "colleague@hub.example"))
    theirs = colleague.finish(colleague.whole(table, "colleague.csv")).headers["location"]
    assert theirs == draft, "SQLite gives the number again"
    answer = sender.finish(place)
    assert (answer.status_code, "unknown-upload" in answer.text) == (422, True)
    assert sender.call("HEAD", place).status_code == 404


def test_when_the_draft_has_another_file_the_first_is_not_said_to_be_taken(sender, table):
    first, second = sender.whole(table, "a.csv"), sender.whole(table + b"\n", "b.csv")
    draft = sender.finish(first).headers["location"]
    seen = seen_in(sender, draft, "instead_of")
    assert sender.finish(second, f"{draft}/file", instead_of=seen).status_code == 303
    for path in ("/fr/my-data", f"{draft}/file"):
        answer = sender.finish(first, path, instead_of=seen_in(sender, draft, "instead_of"))
        assert (answer.status_code, "unknown-upload" in answer.text) == (422, True)


def test_what_was_taken_for_one_draft_is_not_dropped_silently_for_another(sender, table):
    first, second = sender.whole(table), sender.whole(table + b"\n")
    sender.finish(first)
    draft = sender.finish(second).headers["location"]
    seen = seen_in(sender, draft, "instead_of")
    answer = sender.finish(first, f"{draft}/file", instead_of=seen)
    assert (answer.status_code, "unknown-upload" in answer.text) == (422, True)


@pytest.mark.parametrize(("first", "size"), [(999, 1), (1001, 1), (0, 1000)])
def test_a_piece_that_does_not_follow_the_last_is_refused(sender, first, size):
    place = sender.place(5000)
    sender.send(place, 0, b"a" * 1000)
    assert code(sender.send(place, first, b"b" * size)) == (409, "wrong-offset")
    assert sender.call("HEAD", place).headers["upload-offset"] == "1000"


def test_more_than_was_announced_is_refused(sender):
    place = sender.place(10)
    assert code(sender.send(place, 0, b"a" * 11)) == (413, "too-large")
    assert code(sender.send(place, 0, b"a" * 2_000_000)) == (413, "too-large")
    assert sender.call("HEAD", place).headers["upload-offset"] == "0"


def test_a_file_over_the_limit_is_refused_before_it_is_sent(hub, sender):
    assert code(sender.begin(hub.settings.upload_limit_bytes + 1)) == (413, "too-large")


def test_what_is_stopped_is_unknown(sender):
    place = sender.place(2)
    assert sender.send(place, 0, b"a").status_code == 204
    assert sender.call("DELETE", place).status_code == 204
    assert sender.call("HEAD", place).status_code == 404
    assert sender.call("DELETE", place).status_code == 404


def test_nobody_else_goes_on_with_it_or_uses_it(hub, client, sender, table):
    place = sender.whole(table)
    colleague = Sender(client, steward_of(hub, "colleague@hub.example"))
    assert colleague.call("HEAD", place).status_code == 404
    assert code(colleague.send(place, 0, b"a")) == (404, "unknown-upload")
    assert code(colleague.call("DELETE", place)) == (404, "unknown-upload")
    answer = colleague.finish(place)
    assert (answer.status_code, "unknown-upload" in answer.text) == (422, True)


def test_a_program_with_its_key_needs_no_token_of_a_form(hub, client):
    headers = {**build.token(hub), "Tus-Resumable": "1.0.0", "Upload-Length": "1"}
    begun = client.post(PLACE, headers={**headers, "Upload-Metadata": "filename YQ=="})
    assert begun.status_code == 201
    assert client.head(begun.headers["location"], headers=headers).headers["upload-offset"] == "0"


class Program:
    """A program with a key: it sends pieces, and then the key of the file."""

    def __init__(self, hub, client, name="script"):
        self.client, self.headers = client, build.token(hub, name=name)

    def whole(self, content, *, but=0):
        tus = {**self.headers, "Tus-Resumable": "1.0.0"}
        told = {"Upload-Length": str(len(content)), "Upload-Metadata": "filename YS5jc3Y="}
        place = self.client.post(PLACE, headers={**tus, **told}).headers["location"]
        kind = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
        sent = content[: len(content) - but]
        assert self.client.patch(place, content=sent, headers={**tus, **kind}).status_code == 204
        return place.rpartition("/")[2]

    def submit(self, key, **more):
        data = {"upload": key, "family": FAMILY, "publisher": OWN, **more}
        return self.client.post("/api/v1/submissions", data=data, headers=self.headers)

    def publish(self, key, **more):
        data = {"upload": key, "family": FAMILY, "publisher": OWN, "title": "fr=Aides", **more}
        return self.client.post("/api/v1/datasets", data=data, headers=self.headers)


def test_a_program_publishes_a_file_by_the_key_of_its_pieces(hub, client, table):
    program = Program(hub, client)
    key = program.whole(table)
    reports = [program.submit(key).json() for _ in range(2)]
    assert reports[0]["submission"] == reports[1]["submission"]
    assert (reports[0]["file_name"], reports[0]["sha256"]) == (
        "a.csv", hashlib.sha256(table).hexdigest(),
    )  # fmt: skip
    assert code(program.publish(key, title="xx=Aides"))[0] == 422
    answer = program.publish(key)
    assert (answer.status_code, answer.json()["slug"]) == (201, "aides")
    assert answer.json()["sha256"] == reports[0]["sha256"]
    with hub.reading() as session:
        assert session.exec(select(UploadPieceRow)).all() == []


def test_a_key_stands_for_a_whole_file_of_one_family_and_of_who_has_sent_it(hub, client, table):
    program = Program(hub, client)
    unfinished, key = program.whole(table, but=1), program.whole(table)
    assert code(program.submit(unfinished)) == (409, "upload-unfinished")
    assert code(program.submit("made-up")) == (422, "unknown-upload")
    assert program.submit(key).status_code == 201
    assert code(program.submit(key, family="petitions")) == (422, "unknown-upload")
    other = Program(hub, client, "other")
    assert code(other.submit(key)) == (422, "unknown-upload")


@pytest.mark.parametrize("has_both", [False, True])
def test_a_file_or_a_key_is_needed_and_not_both(hub, client, table, has_both):
    program = Program(hub, client)
    key = program.whole(table) if has_both else ""
    files = {"file": ("a.csv", table)} if has_both else None
    for path in ("submissions", "datasets"):
        answer = client.post(
            f"/api/v1/{path}", files=files, headers=program.headers,
            data={"upload": key, "family": FAMILY, "publisher": OWN, "title": "fr=Aides"},
        )  # fmt: skip
        assert code(answer) == (422, "invalid-input")


@pytest.mark.parametrize("token", [None, "", "guessed"])
def test_a_browser_shows_the_token_of_our_forms(sender, token):
    place = sender.place(1)
    for answer in (
        sender.call("POST", X_Form_Token=token, Upload_Length="1"),
        sender.send(place, 0, b"a", X_Form_Token=token),
        sender.call("DELETE", place, X_Form_Token=token),
    ):
        assert code(answer) == (403, "form-expired")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Tus_Resumable": "0.2.2"}, 422), ({"Tus_Resumable": None}, 422),
        ({"Upload_Length": "-1"}, 422), ({"Upload_Length": "many"}, 422),
        ({"Upload_Length": "9" * 30}, 422), ({"Upload_Metadata": "filename %%"}, 422),
        ({"Upload_Metadata": "name YQ=="}, 422), ({"Upload_Metadata": "filename /w=="}, 422),
    ],
)  # fmt: skip
def test_what_is_no_announcement_is_refused(sender, headers, status):
    given = {"Upload_Length": "1", "Upload_Metadata": "filename YQ==", **headers}
    assert sender.call("POST", **given).status_code == status


def test_a_piece_that_was_damaged_on_its_way_is_refused(sender):
    place = sender.place(3)
    digest = base64.b64encode(hashlib.sha256(b"abc").digest()).decode()
    damaged = sender.send(place, 0, b"abd", Upload_Checksum=f"sha256 {digest}")
    assert code(damaged) == (422, "piece-damaged")
    assert code(sender.send(place, 0, b"abc", Upload_Checksum="md5 x")) == (422, "invalid-input")
    assert code(sender.send(place, 0, b"abc", Content_Type="text/csv")) == (422, "invalid-input")
    taken = sender.send(place, 0, b"abc", Upload_Checksum=f"sha256 {digest}")
    assert taken.headers["upload-offset"] == "3"


def test_what_was_not_ended_is_forgotten_after_a_day_with_its_pieces(hub, sender, monkeypatch):
    place = sender.place(5000)
    sender.send(place, 0, b"a" * 1000)
    piece = hub.files.path(hashlib.sha256(b"a" * 1000).hexdigest())
    assert jobs.sweep_files(hub) == 0
    later = clock.now() + timedelta(days=1, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    with hub.reading() as session, pytest.raises(UnknownUpload):
        uploads.get(session, place.rpartition("/")[2], 1, clock.now())
    assert jobs.sweep_files(hub) == 1
    assert not piece.is_file()


def test_two_processes_take_the_pieces_of_one_file_and_a_third_ends_it(tmp_path):
    settings = Settings(home=tmp_path / "home", base_url=build.BASE_URL)
    hubs = [open_hub(settings) for _ in range(3)]
    clients = [
        TestClient(create_app(hub), base_url=build.BASE_URL, follow_redirects=False)
        for hub in hubs
    ]  # fmt: skip
    cookie = steward_of(hubs[0])
    senders = [Sender(client, cookie) for client in clients]
    content = build.sample(hubs[0], FAMILY)
    place = senders[0].place(len(content))
    for first in range(0, len(content), 700):
        piece = content[first : first + 700]
        turn = senders[first // 700 % 2]
        assert turn.send(place, first, piece).status_code == 204
        assert code(senders[0].send(place, first, piece))[0] in {409, 413}
    assert senders[2].finish(place).status_code == 303
    assert hubs[1].files.path(hashlib.sha256(content).hexdigest()).read_bytes() == content
    for hub in hubs:
        hub.engine.dispose()


def test_an_empty_file_is_told_as_in_the_form(sender):
    answer = sender.finish(sender.place(0))
    assert answer.status_code == 303
    page = sender.client.get(answer.headers["location"], headers=sender.cookie)
    assert (page.status_code, 'class="problem"' in page.text) == (200, True)
