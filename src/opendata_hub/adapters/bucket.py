"""Files in a bucket of an S3 store, for hubs of more than one machine; the one door to obstore."""

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlencode, urlsplit

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


GOOD_FOR = timedelta(minutes=5)
"""How long a signed address opens: long enough to begin, and nobody passes it on for good."""
SIGNED_BY = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class Signer:
    """Addresses at which a reader takes an object from the store itself, for a while.

    Written here because obstore signs no file name. home: the bucket's folder as readers reach it.
    Source: AWS Signature Version 4, "Authenticating Requests: Using Query Parameters".
    """

    home: str
    region: str
    key: str
    secret: str = field(repr=False)

    def address(self, name: str, said: Mapping[str, str], now: datetime) -> str:
        """Where GET finds the object. said: what the store answers with (response-…)."""
        day = f"{now:%Y%m%d}/{self.region}/s3/aws4_request"
        instant = f"{now:%Y%m%dT%H%M%SZ}"
        place = urlsplit(f"{self.home}/{name}")
        query = _query(
            {
                **said,
                "X-Amz-Algorithm": SIGNED_BY,
                "X-Amz-Credential": f"{self.key}/{day}",
                "X-Amz-Date": instant,
                "X-Amz-Expires": str(round(GOOD_FOR.total_seconds())),
                "X-Amz-SignedHeaders": "host",
            }
        )
        asked = ("GET", place.path, query, f"host:{place.netloc}", "", "host", "UNSIGNED-PAYLOAD")
        digest = hashlib.sha256("\n".join(asked).encode()).hexdigest()
        seal = f"AWS4{self.secret}".encode()
        for part in day.split("/"):
            seal = hmac.digest(seal, part.encode(), "sha256")
        told = f"{SIGNED_BY}\n{instant}\n{day}\n{digest}"
        signature = hmac.digest(seal, told.encode(), "sha256").hex()
        return f"{place.geturl()}?{query}&X-Amz-Signature={signature}"


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where objects lie by name. All of it raises BucketUnreachable.

    signer: where readers may take from the store itself.
    """

    store: S3Store
    signer: Signer | None = None

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


def bucket_at(address: str, public: str = "") -> Bucket | None:
    """The bucket of https://KEY:SECRET@host/bucket/folder?region=x; None for no address.

    public: the store as readers reach it, https://host; empty where they do not.

    It is not called before it is needed. Raises Invalid, without repeating the address.
    """
    if not address:
        return None
    try:
        parts = urlsplit(address)
        endpoint = _endpoint(parts)
        seen_at = _endpoint(urlsplit(public)) if public else ""
    except ValueError:
        raise Invalid(f"This is no address of a bucket. {FORM}") from None
    bucket, _, folder = parts.path.strip("/").partition("/")
    if not (parts.username and parts.password and NAME.fullmatch(bucket)):
        raise Invalid(FORM)
    key, secret = unquote(parts.username), unquote(parts.password)
    region = parse_qs(parts.query).get("region", [REGION])[0]
    home = f"{seen_at}/{quote(parts.path.strip('/'), safe='/~')}"
    return Bucket(
        S3Store(
            bucket,
            prefix=folder or None,
            endpoint=endpoint,
            access_key_id=key,
            secret_access_key=secret,
            region=region,
            client_options={"allow_http": parts.scheme == "http", "timeout": PATIENCE},
            retry_config={"max_retries": 3, "retry_timeout": PATIENCE},
        ),
        Signer(home, region, key, secret) if public else None,
    )


def _query(said: Mapping[str, str]) -> str:
    """The parameters as they are signed: in order, and all but a few letters encoded."""
    return urlencode(sorted(said.items()), quote_via=quote, safe="~")


def _endpoint(parts: SplitResult) -> str:
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    # Who calls names no port that is the usual one, and the name of the host is signed.
    is_usual = parts.port in {None, {"http": 80, "https": 443}[parts.scheme]}
    return f"{parts.scheme}://{host}" + ("" if is_usual else f":{parts.port}")


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except BaseError as problem:  # its words may hold addresses and keys
        raise BucketUnreachable(
            f"The store of files does not do what it is asked: {type(problem).__name__}"
        ) from None
