"""What is sealed opens with its key, for the thing it was sealed for, and unaltered; else not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendata_hub.adapters.people.vault import AesVault
from opendata_hub.domain.errors import IdentityUnreadable
from opendata_hub.domain.identities.vault import Sealed
from opendata_hub.domain.identities.words import BLOCK, from_words, to_words
from opendata_hub.domain.requests.info_request import Requester

OLD, NEW = bytes(32), bytes(range(32))


@given(st.builds(Requester, *[st.text()] * 4))
def test_what_was_sealed_is_read_again_and_its_length_tells_nothing(requester):
    vault = AesVault([NEW])
    words = to_words(requester)
    sealed = vault.seal(words, bound_to="AI-2026-000001")
    assert len(words) % BLOCK == 0
    assert from_words(vault.open(sealed, bound_to="AI-2026-000001")) == requester


def test_the_same_words_are_never_sealed_alike():
    vault = AesVault([NEW])
    made = {vault.seal(b"words", bound_to="a").content for _ in range(100)}
    assert len(made) == 100


def test_what_belongs_to_another_request_does_not_open():
    vault = AesVault([NEW])
    sealed = vault.seal(b"words", bound_to="AI-2026-000001")
    with pytest.raises(IdentityUnreadable, match="AI-2026-000002: what is kept was altered"):
        vault.open(sealed, bound_to="AI-2026-000002")


@pytest.mark.parametrize("place", [0, 11, 12, -1])
def test_what_was_altered_does_not_open(place):
    vault = AesVault([NEW])
    sealed = vault.seal(b"words", bound_to="a")
    content = bytearray(sealed.content)
    content[place] ^= 1
    with pytest.raises(IdentityUnreadable):
        vault.open(Sealed(sealed.key_name, bytes(content)), bound_to="a")
    with pytest.raises(IdentityUnreadable):
        vault.open(Sealed(sealed.key_name, b""), bound_to="a")


def test_every_key_opens_and_the_first_one_seals():
    sealed = AesVault([OLD]).seal(b"words", bound_to="a")
    both = AesVault([NEW, OLD])
    assert both.open(sealed, bound_to="a") == b"words"
    assert both.key_name == AesVault([NEW]).key_name != sealed.key_name
    with pytest.raises(IdentityUnreadable, match=r"OPENDATA_HUB_IDENTITY_KEYS"):
        AesVault([NEW]).open(sealed, bound_to="a")


def test_a_mark_is_found_by_each_key_and_told_by_none():
    old, both = AesVault([OLD]).marks("a@b.example"), AesVault([NEW, OLD]).marks("a@b.example")
    assert both[1:] == old
    assert both == (*AesVault([NEW]).marks("a@b.example"), *old)
    assert "a@b" not in str(both)
