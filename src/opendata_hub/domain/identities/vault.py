"""What seals an identity, so that the database alone, or its backup, names nobody."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Sealed:
    """Words that only a vault with the key of that name can read. The name is no secret."""

    key_name: str
    content: bytes


class Vault(Protocol):
    """Seals and opens. What is sealed is bound to one thing and opens for no other."""

    @property
    def key_name(self) -> str:
        """The name of the key that seals now."""

    def seal(self, words: bytes, *, bound_to: str) -> Sealed:
        """The words, sealed with the first key."""

    def open(self, sealed: Sealed, *, bound_to: str) -> bytes:
        """The words; raises IdentityUnreadable without the key, or where they were altered."""

    def marks(self, text: str) -> tuple[str, ...]:
        """A keyed digest of a text by each key, the first key's first: to look for, not to read."""
