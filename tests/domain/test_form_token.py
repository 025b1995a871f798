"""Tokens of forms are good for one session of one hub."""

import pytest

from opendata_hub.domain.protection.form_token import form_token, is_form_token

SECRET = b"a secret that only tests know"


def test_a_token_is_good_for_its_session_and_never_the_same():
    one, two = form_token(SECRET, "session"), form_token(SECRET, "session")
    assert one != two
    assert is_form_token(one, SECRET, "session")
    assert is_form_token(two, SECRET, "session")


def test_a_token_of_another_session_or_hub_is_none():
    assert not is_form_token(form_token(SECRET, "session"), SECRET, "another")
    assert not is_form_token(form_token(b"another hub's", "session"), SECRET, "session")


@pytest.mark.parametrize("token", ["", "é", "====", "a", "QUJD", "x" * 10_000])
def test_what_is_no_token_is_none(token):
    assert not is_form_token(token, SECRET, "session")
