"""A large file that comes in pieces: how far it has come, and how long it is waited for."""

from dataclasses import dataclass
from datetime import datetime, timedelta

WAITED_FOR = timedelta(days=1)
"""After the last piece; then its pieces are dropped."""
MOST_OPEN = 10
"""Unfinished files of one person; for one more, the one that waited longest gives way."""
MOST_TIMES = 5
"""So many times the largest file may what one person sends hold together.

That is what unfinished files announce, and what has come of those that were dropped within
``WAITED_FOR``: it lies among the stored files for as long.
"""
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that somebody sends in pieces.

    key:            what its address ends with.
    size_bytes:     of the whole, as it was announced.
    received_bytes: so far, without a gap.
    draft:          the number of the draft that it became the file of; None until then.
    submission:     the number of what it was checked as; None until then.
    """

    id: int
    key: str
    person: int
    file_name: str
    size_bytes: int
    received_bytes: int
    touched_at: datetime
    draft: int | None = None
    submission: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether all of it has come."""
        return self.received_bytes == self.size_bytes

    @property
    def expires_at(self) -> datetime:
        """Until when its next piece is waited for."""
        return self.touched_at + WAITED_FOR
