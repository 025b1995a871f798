"""What one person sends in pieces and does not use: nobody is locked out, and no disk is filled."""

from datetime import timedelta
from pathlib import Path

import pytest

import build
from opendata_hub.adapters.files import StoredFile
from opendata_hub.domain.errors import TooManyUploads, UnknownUpload
from opendata_hub.domain.people.roles import Grant, Role, Visitor
from opendata_hub.domain.publishing.upload import MOST_OPEN, MOST_TIMES, WAITED_FOR
from opendata_hub.flows.publishing import send_in_pieces
from opendata_hub.store.publishing import uploads

LIMIT = 1000


class Sender:
    """Somebody who sends, each time a second later."""

    def __init__(self, session, person):
        self.session, self.now = session, build.NOW
        self.by = Visitor(person, (Grant(Role.STEWARD, "commune-exemple"),))

    def begin(self, size=LIMIT, received=0):
        self.now += timedelta(seconds=1)
        upload = send_in_pieces.begin(
            self.session, file_name="aides.csv", size_bytes=size, limit_bytes=LIMIT,
            by=self.by, now=self.now,
        )  # fmt: skip
        if received:
            self.send(upload, 0, received)
        return upload.key

    def send(self, upload, first, size):
        piece = StoredFile(Path(), f"{upload.id:064}", size)
        return send_in_pieces.add_piece(
            self.session, upload.key, piece, first_byte=first, by=self.by, now=self.now
        )

    def stop(self, key):
        send_in_pieces.stop(self.session, key, by=self.by, now=self.now)

    def is_known(self, key):
        try:
            return bool(send_in_pieces.found(self.session, key, by=self.by, now=self.now))
        except UnknownUpload:
            return False


@pytest.fixture
def sender(hub):
    person = build.person(hub, "steward@hub.example")
    with hub.writing() as session:
        yield Sender(session, person)


def test_for_one_more_than_so_many_the_one_that_waited_longest_gives_way(sender):
    keys = [sender.begin(1) for _ in range(MOST_OPEN + 1)]
    assert [sender.is_known(key) for key in keys] == [False] + [True] * MOST_OPEN


def test_for_more_than_so_much_those_that_waited_longest_give_way(sender):
    keys = [sender.begin() for _ in range(MOST_TIMES + 2)]
    assert [sender.is_known(key) for key in keys] == [False] * 2 + [True] * MOST_TIMES


def test_what_had_come_of_dropped_files_counts_for_a_day(sender):
    for _ in range(MOST_TIMES):
        sender.stop(sender.begin(received=LIMIT))
    with pytest.raises(TooManyUploads):
        sender.begin(1)
    sender.now += WAITED_FOR
    assert sender.is_known(sender.begin(1))


def test_what_gave_way_counts_with_what_had_come_of_it(sender):
    for _ in range(2 * MOST_TIMES - 1):
        sender.begin(received=LIMIT // 2)
    with pytest.raises(TooManyUploads):
        sender.begin(LIMIT)


def test_dropped_before_anything_came_it_counts_for_nothing(sender):
    for _ in range(2 * MOST_OPEN):
        sender.stop(sender.begin())
    assert uploads.forget(sender.session, sender.now + WAITED_FOR) == 0


def test_dropped_files_are_forgotten_after_a_day(sender):
    sender.stop(sender.begin(received=1))
    assert uploads.forget(sender.session, sender.now) == 0
    assert uploads.forget(sender.session, sender.now + WAITED_FOR) == 1
