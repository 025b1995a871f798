"""Passwords and second factors."""

import threading
from datetime import timedelta

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

import build
from opendata_hub.adapters.people import passwords as module
from opendata_hub.adapters.people.passwords import AT_ONCE, WAITING, Passwords
from opendata_hub.adapters.people.second_factor import (
    accepted_step,
    address,
    code_at,
    in_letters,
    picture,
)
from opendata_hub.domain.errors import Busy

SECRET = b"12345678901234567890abcdefghijkl"
STEP = timedelta(seconds=30)


class Counting(Argon2Hasher):
    """Counts how often it compares; can be held up."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.verified = 0
        self.go_on = threading.Event()
        self.go_on.set()

    def verify(self, password, hash):  # noqa: A002  (the library's own name)
        self.verified += 1
        self.go_on.wait(5)
        return super().verify(password, hash)


def test_a_password_is_recognised_and_a_missing_one_costs_the_same():
    hasher = Counting()
    passwords = Passwords(hasher)
    kept = passwords.hashed("un mot de passe")
    assert kept.startswith("$argon2id$")
    assert passwords.is_right("un mot de passe", kept)
    assert not passwords.is_right("un autre mot de passe", kept)
    assert not passwords.is_right("", None)
    assert not passwords.is_right("un mot de passe", None)
    assert not passwords.is_right("un mot de passe", "!")
    assert hasher.verified == 4


def test_the_product_takes_the_librarys_own_parameters(monkeypatch):
    made = []
    monkeypatch.setattr(module, "Argon2Hasher", lambda *given: made.append(given))
    Passwords()
    assert made == [()]


def test_no_more_passwords_are_compared_at_once_than_there_is_room_for():
    hasher = Counting()
    passwords = Passwords(hasher)
    kept = passwords.hashed("un mot de passe")
    hasher.go_on.clear()
    threads = [
        threading.Thread(target=passwords.is_right, args=("x", kept))
        for _ in range(AT_ONCE + WAITING)
    ]
    for thread in threads:
        thread.start()
    while passwords._taken._value:  # noqa: SLF001  (until all have come)
        pass
    with pytest.raises(Busy):
        passwords.is_right("x", kept)
    assert hasher.verified <= AT_ONCE
    hasher.go_on.set()
    for thread in threads:
        thread.join()
    assert passwords.is_right("un mot de passe", kept)


@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")]
)
def test_codes_are_those_of_the_standard(seconds, code):
    """RFC 6238, appendix B, with the last six of its eight digits."""
    at = build.NOW.fromtimestamp(seconds, tz=build.NOW.tzinfo)
    assert code_at(SECRET, at) == code
    assert accepted_step(SECRET, code, after=0, now=at) == seconds // 30


def test_a_code_is_good_for_a_moment_and_once():
    code = code_at(SECRET, build.NOW)
    step = accepted_step(SECRET, f" {code[:3]} {code[3:]} ", after=0, now=build.NOW)
    for after, expected in ((-STEP, step), (STEP, step), (-2 * STEP, None), (2 * STEP, None)):
        assert accepted_step(SECRET, code, after=0, now=build.NOW + after) == expected
    assert accepted_step(SECRET, code, after=step, now=build.NOW) is None
    assert accepted_step(SECRET, code, after=step + 1, now=build.NOW) is None


@pytest.mark.parametrize("code", ["", "abc", "٢٨٧٠٨٢", "0" * 100, "000000", "é"])
def test_what_is_no_code_is_not_taken(code):
    assert accepted_step(SECRET, code, after=0, now=build.NOW) is None


def test_the_secret_goes_into_an_authenticator():
    assert in_letters(SECRET) == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    taken = address(SECRET, account="a@hub.example", issuer="Portail: été")
    assert taken.startswith("otpauth://totp/Portail")
    assert f"secret={in_letters(SECRET)}" in taken
    drawn = picture(taken)
    assert drawn.startswith(b"<svg")
    assert b"<script" not in drawn
