"""Passwords by Argon2id: 64 MiB and a fifth of a second each, so not too many at once."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers import HasherProtocol
from pwdlib.hashers.argon2 import Argon2Hasher

from opendata_hub.domain.errors import Busy

AT_ONCE, WAITING = 3, 9
"""Three take 192 MiB; whoever comes when nine wait is asked to come again."""


class Passwords:
    """Hashes passwords and compares them.

    hasher: of the library's own cost unless a test wants a cheap one.
    """

    def __init__(self, hasher: HasherProtocol | None = None) -> None:
        self._hash = PasswordHash([hasher or Argon2Hasher()])
        self._working = threading.BoundedSemaphore(AT_ONCE)
        self._taken = threading.BoundedSemaphore(AT_ONCE + WAITING)
        self._made = threading.Lock()
        self._nobodys = ""

    def hashed(self, password: str) -> str:
        """What is kept of a password; raises Busy."""
        with self._a_place():
            return self._hash.hash(password)

    def is_right(self, password: str, kept: str | None) -> bool:
        """Whether it is the password of which that was kept; raises Busy.

        Where none is kept, nobody's is compared: the answer takes as long.
        """
        nobodys = self._nobody()
        with self._a_place():
            try:
                return self._hash.verify(password, kept or nobodys) and kept is not None
            except UnknownHashError:
                return False

    def _nobody(self) -> str:
        """The hash of no password, made before the first comparison, whosever it is."""
        with self._made:
            self._nobodys = self._nobodys or self._hash.hash("")
            return self._nobodys

    @contextmanager
    def _a_place(self) -> Iterator[None]:
        # A flood of sign-ins must not hold every thread that could show a page.
        if not self._taken.acquire(blocking=False):
            raise Busy("Too many people sign in at once; try again in a moment")
        try:
            with self._working:
                yield
        finally:
            self._taken.release()
