"""Files in a bucket of an S3 store, for hubs of more than one machine; the one door to obstore."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from opendata_hub.domain.errors import BucketUnreachable, Invalid

REGION = "us-east-1"
"""What stores that know no regions expect."""
FORM = "Give https://KEY:SECRET@host/bucket, with /folder behind it where it is shared"
PATIENCE = timedelta(seconds=20)
LISTED_AT_ONCE = 1_000
NAME = re.compile(r"[a-z0-9][a-z0-9.-]{2,62}")
NO_PAGE = {"Content-Type": "application/octet-stream", "Content-Disposition": "attachment"}
"""What a browser is told that comes to the store itself: nothing in it is a page."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where objects lie by name. All of it raises BucketUnreachable."""

    store: S3Store

    def upload(self, file: Path, name: str) -> None:
        """Put a file there, whole or not at all; in parts where it is large."""
        with _reached():
            obstore.put(self.store, name, file, attributes=NO_PAGE)

    def blocks(self, name: str) -> Iterator[bytes]:
        """What lies there, piece by piece; raises FileNotFoundError."""
        with _reached():
            for block in obstore.get(self.store, name):
                yield bytes(block)

    def drop(self, name: str) -> None:
        """Let it be gone; nothing happens where it is not there."""
        with _reached():
            obstore.delete(self.store, name)

    def put_at(self, name: str) -> datetime | None:
        """When it was last put there; None where it is not."""
        with _reached():
            try:
                return obstore.head(self.store, name)["last_modified"]
            except FileNotFoundError:
                return None

    def older(self, moment: datetime) -> Iterator[str]:
        """The names of what was put there before."""
        with _reached():
            for batch in obstore.list(self.store, chunk_size=LISTED_AT_ONCE):
                yield from (each["path"] for each in batch if each["last_modified"] < moment)


def bucket_at(address: str) -> Bucket | None:
    """The bucket of https://KEY:SECRET@host/bucket/folder?region=x; None for no address.

    It is not called before it is needed. Raises Invalid, without repeating the address.
    """
    if not address:
        return None
    try:
        parts = urlsplit(address)
        endpoint = _endpoint(parts)
    except ValueError:
        raise Invalid(f"This is no address of a bucket. {FORM}") from None
    bucket, _, folder = parts.path.strip("/").partition("/")
    if not (parts.username and parts.password and NAME.fullmatch(bucket)):
        raise Invalid(FORM)
    return Bucket(
        S3Store(
            bucket,
            prefix=folder or None,
            endpoint=endpoint,
            access_key_id=unquote(parts.username),
            secret_access_key=unquote(parts.password),
            region=parse_qs(parts.query).get("region", [REGION])[0],
            client_options={"allow_http": parts.scheme == "http", "timeout": PATIENCE},
            retry_config={"max_retries": 3, "retry_timeout": PATIENCE},
        )
    )


def _endpoint(parts: SplitResult) -> str:
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except BaseError as problem:  # its words may hold addresses and keys
        raise BucketUnreachable(
            f"The store of files does not do what it is asked: {type(problem).__name__}"
        ) from None
