"""Files sealed one by one with a key, in blocks: AES-256-GCM, by ``cryptography``.

Each file has a key of its own, made of the given one, a random salt and the file's name (HKDF,
RFC 5869). Blocks are numbered and the last is marked, so that none can be dropped, moved, added or
cut off unseen (STREAM: Hoang, Reyhanitabar, Rogaway, Vizár, CRYPTO 2015).
"""

import secrets
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from opendata_hub.domain.errors import BackupBroken

MAGIC = b"opendata-hub sealed 1\n"
SALT_BYTES, KEY_BYTES, TAG_BYTES, NONCE_BYTES = 32, 32, 16, 12
BLOCK_BYTES = 1_048_576


class Sealing:
    """A file that seals what is written into it; nothing of it lies anywhere in the clear."""

    def __init__(self, target: BinaryIO, *, key: bytes, name: str) -> None:
        salt = secrets.token_bytes(SALT_BYTES)
        self._target, self._cipher = target, _cipher(key, salt, name)
        self._left, self._number = bytearray(), 0
        target.write(MAGIC + salt)

    def write(self, content: bytes) -> None:
        """Take what follows; the last block waits for the end."""
        self._left += content
        while len(self._left) > BLOCK_BYTES:
            self._put(bytes(self._left[:BLOCK_BYTES]), is_last=False)
            del self._left[:BLOCK_BYTES]

    def end(self) -> None:
        """Mark what is left as the end; without it nobody can open the file."""
        self._put(bytes(self._left), is_last=True)

    def _put(self, block: bytes, *, is_last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._number, is_last=is_last), block, None))
        self._number += 1


def unseal(file: Path, target: BinaryIO, *, key: bytes, name: str) -> None:
    """Write into ``target`` what was sealed under that name; raises BackupBroken."""
    with file.open("rb") as source:
        if source.read(len(MAGIC)) != MAGIC:
            raise BackupBroken(f"{name} is not sealed as a file of a backup is")
        cipher = _cipher(key, source.read(SALT_BYTES), name)
        for number, block, is_last in _blocks(source, BLOCK_BYTES + TAG_BYTES):
            try:
                target.write(cipher.decrypt(_nonce(number, is_last=is_last), block, None))
            except InvalidTag:
                raise BackupBroken(f"{name} was altered, or sealed with another key") from None


def _cipher(key: bytes, salt: bytes, name: str) -> AESGCM:
    derived = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=name.encode())
    return AESGCM(derived.derive(key))


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(NONCE_BYTES - 1, "big") + bytes([is_last])


def _blocks(source: BinaryIO, size: int) -> Iterator[tuple[int, bytes, bool]]:
    """Each block with its number and whether it is the last; an empty file has an empty one."""
    block = source.read(size)
    for number in count():
        following = source.read(size)
        yield number, block, not following
        if not following:
            return
        block = following
