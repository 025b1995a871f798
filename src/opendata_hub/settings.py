"""Every environment variable, typed, in one frozen object. ``docs/settings.md`` explains them."""

import re
from base64 import b64decode
from collections.abc import Mapping
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import AnyHttpUrl, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from opendata_hub.adapters.bucket import bucket_at
from opendata_hub.adapters.mail.mailbox import mailbox_at
from opendata_hub.adapters.mail.sending import server_at
from opendata_hub.domain.address import email_address
from opendata_hub.domain.errors import BadAddress, Invalid
from opendata_hub.domain.people.roles import Role
from opendata_hub.domain.protection.pace import DEFAULTS, Pace, Traffic, parsed

SECRET_LENGTH = 32
KEY_BYTES = 32


class LogLevel(StrEnum):
    """How grave what is logged is, at least."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    """How a line of the log is written."""

    TEXT = "text"
    JSON = "json"


def _names(listed: str) -> set[str]:
    return {name for each in listed.split(",") if (name := each.strip())}


class Settings(BaseSettings):
    """Read from the environment only, each under the prefix ``OPENDATA_HUB_``."""

    model_config = SettingsConfigDict(env_prefix="OPENDATA_HUB_", frozen=True, extra="ignore")

    home: Path = Field(
        default=Path("var"),
        description="The folder of the embedded hub: database and files.",
    )
    database_url: str = Field(
        default="",
        description="SQLAlchemy address of the database. Empty: SQLite in the home folder.",
    )
    base_url: str = Field(
        default="",
        description=(
            "The public address of the hub; every IRI begins with it. "
            "Empty: the address that `serve` listens on."
        ),
    )
    files_url: str = Field(
        default="",
        repr=False,  # it has a key
        description="The bucket of an S3 store in which files lie. Empty: a folder in the home.",
    )
    files_public_url: str = Field(
        default="",
        description="The store of the bucket as readers reach it. Empty: the hub sends files.",
    )
    upload_limit_mb: int = Field(
        default=200,
        ge=1,
        description="The largest file taken for checking, in megabytes (1,000,000 bytes).",
    )
    catalog_dir: Path | None = Field(
        default=None,
        description="An authority's own catalog/ folder, laid over the shipped one.",
    )
    requests_dir: Path | None = Field(
        default=None,
        description="An authority's own requests/ folder, laid over the shipped one.",
    )

    sparql: bool | None = Field(
        default=None,
        description="Whether /sparql answers. Empty: only in a hub that `demo` has filled.",
    )

    second_factor_roles: str = Field(
        default="administrator,auditor,head,officer,steward",
        description="The roles that a session opens only after a second factor.",
    )

    smtp_url: str = Field(
        default="",
        repr=False,  # it has a password
        description="The mail server. Empty: mail is written as files into the home folder.",
    )
    mail_from: str = Field(
        default="",
        description="The sender of mail. Empty: opendata-hub at the host of the base address.",
    )
    desk_address: str = Field(
        default="",
        description="The address of the desk, which takes answers. Empty: nobody reads any.",
    )
    imap_url: str = Field(
        default="",
        repr=False,  # it has a password
        description="The mailbox of the desk, from which mail is fetched. Empty: none is.",
    )
    mail_limit_mb: int = Field(
        default=25,
        ge=1,
        description="The largest mail that is read, in megabytes (1,000,000 bytes).",
    )

    secret: SecretStr | None = Field(
        default=None,
        description="What tokens of forms are sealed with. Empty: made once, kept in the home.",
    )
    identity_keys: SecretStr | None = Field(
        default=None,
        description="What identities of requesters are sealed with; the first seals, all open.",
    )
    trusted_proxies: str = Field(
        default="",
        description="Addresses and networks whose X-Forwarded headers are believed.",
    )
    allowed_hosts: str = Field(
        default="",
        description="Further names under which the hub may be called.",
    )
    rate_limits: str = Field(
        default="",
        description="How often one network may come, where it differs from the defaults.",
    )
    log_level: LogLevel = Field(
        default=LogLevel.WARNING,
        description="From what on the hub's own lines are logged: debug, info, warning, error.",
    )
    log_format: LogFormat = Field(
        default=LogFormat.TEXT,
        description="How lines are logged: text for people, json for machines.",
    )
    metrics_networks: str = Field(
        default="127.0.0.0/8, ::1",
        description="Addresses and networks that may read /metrics. Empty: nobody.",
    )

    @field_validator("files_url")
    @classmethod
    def _of_a_bucket(cls, value: str) -> str:
        """Refuse what is no address of a bucket, early, without repeating it."""
        try:
            bucket_at(value)
        except Invalid as problem:
            raise ValueError(str(problem)) from None
        return value

    @model_validator(mode="after")
    def _of_a_store(self) -> Self:
        """Refuse a store for readers that is no plain address, or without a bucket."""
        if not self.files_public_url:
            return self
        try:
            bucket = bucket_at(self.files_url, self.files_public_url)
        except Invalid:
            bucket = None
        if bucket is None or urlsplit(self.files_public_url).path.strip("/"):
            raise ValueError("FILES_PUBLIC_URL: https://host of the store, beside FILES_URL")
        return self

    @field_validator("imap_url")
    @classmethod
    def _of_a_mailbox(cls, value: str) -> str:
        """Refuse what is no address of a mailbox, early, without repeating it."""
        try:
            mailbox_at(value)
        except Invalid as problem:
            raise ValueError(str(problem)) from None
        return value

    @field_validator("smtp_url")
    @classmethod
    def _of_a_mail_server(cls, value: str) -> str:
        """Refuse what is no address of a mail server, early, without repeating it."""
        try:
            server_at(value)
        except Invalid as problem:
            raise ValueError(str(problem)) from None
        return value

    @field_validator("desk_address")
    @classmethod
    def _of_a_desk(cls, value: str) -> str:
        """Refuse what is no address, early; answers to it would be lost."""
        try:
            return email_address(value) if value else ""
        except BadAddress as problem:
            raise ValueError(str(problem)) from None

    @field_validator("second_factor_roles")
    @classmethod
    def _of_roles(cls, value: str) -> str:
        """Refuse a role that there is not; a misspelt one would stand open."""
        if unknown := sorted(_names(value) - set(Role)):
            raise ValueError(f"no role {unknown[0]!r}; known: {', '.join(sorted(Role))}")
        return value

    @field_validator("secret")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        """Refuse what could be guessed."""
        if value and len(value.get_secret_value()) < SECRET_LENGTH:
            raise ValueError(f"give {SECRET_LENGTH} characters or more, made at random")
        return value

    @field_validator("identity_keys")
    @classmethod
    def _keys_of_identities(cls, value: SecretStr | None) -> SecretStr | None:
        """Refuse what is no key, early, without repeating it."""
        if value:
            _keys(value)
        return value

    oidc_issuer: str = Field(
        default="",
        description="The provider of identities (OpenID Connect). Empty: there is none.",
    )
    oidc_client_id: str = Field(
        default="",
        description="The hub's name at the provider.",
    )
    oidc_client_secret: SecretStr | None = Field(
        default=None,
        description="What the hub shows to the provider. Empty: a public client, with PKCE alone.",
    )
    oidc_label: str = Field(
        default="OpenID Connect",
        description="What the provider is called on the page where people sign in.",
    )
    oidc_private_network: bool = Field(
        default=False,
        description="Whether the provider may be in a private network, and speak without TLS.",
    )

    @field_validator("oidc_issuer")
    @classmethod
    def _of_a_provider(cls, value: str) -> str:
        """Refuse what is no address; it is compared letter by letter, so nothing is changed."""
        if value and (AnyHttpUrl(value).query or AnyHttpUrl(value).fragment):
            raise ValueError(
                "give the issuer as the provider writes it, such as https://id.example"
            )
        return value

    @model_validator(mode="after")
    def _provider_whole(self) -> Self:
        if self.oidc_issuer and not self.oidc_client_id:
            raise ValueError("OPENDATA_HUB_OIDC_CLIENT_ID is needed beside the issuer")
        if self.oidc_issuer.startswith("http:") and not self.oidc_private_network:
            raise ValueError("the issuer of identities is reached by https only")
        return self

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        """Refuse what is no network, and the network of everybody."""
        for each in _listed(value):
            if ip_network(each).prefixlen == 0:
                raise ValueError("name your proxies: a network of everybody is none")
        return value

    @field_validator("metrics_networks")
    @classmethod
    def _of_readers(cls, value: str) -> str:
        """Refuse what is no network."""
        for each in _listed(value):
            ip_network(each)
        return value

    @field_validator("rate_limits")
    @classmethod
    def _paces(cls, value: str) -> str:
        """Refuse what can't be read, early."""
        parsed(value)
        return value

    @field_validator("base_url")
    @classmethod
    def _without_trailing_slash(cls, value: str) -> str:
        """Refuse what is no http address, early; IRIs add their own slash."""
        if not value:
            return ""
        url = AnyHttpUrl(value)
        has_path = (url.path or "/") != "/"
        if has_path or url.query or url.fragment or url.username or re.search(r"\s", value):
            raise ValueError("give scheme and host only, such as https://data.commune.example")
        return value.rstrip("/")

    @property
    def database(self) -> str:
        """The database's address, whichever way it was given."""
        return self.database_url or f"sqlite:///{self.home.resolve() / 'hub.sqlite3'}"

    @property
    def guarded_roles(self) -> frozenset[Role]:
        """The roles that a session opens only after a second factor."""
        return frozenset(map(Role, _names(self.second_factor_roles)))

    @property
    def proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks of our own proxies."""
        return tuple(map(ip_network, _listed(self.trusted_proxies)))

    @property
    def metrics_readers(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks that may read figures."""
        return tuple(map(ip_network, _listed(self.metrics_networks)))

    @property
    def hosts(self) -> frozenset[str]:
        """Further names of the hub, in lower case, with their port where it is no usual one."""
        return frozenset(_listed(self.allowed_hosts.lower()))

    @property
    def paces(self) -> Mapping[Traffic, Pace | None]:
        """How often one network may come; None where it is not counted."""
        return {**DEFAULTS, **parsed(self.rate_limits)}

    @property
    def vault_keys(self) -> tuple[bytes, ...]:
        """The keys of identities that were set, the one that seals first."""
        return _keys(self.identity_keys) if self.identity_keys else ()

    @property
    def upload_limit_bytes(self) -> int:
        """The limit of an upload in bytes."""
        return self.upload_limit_mb * 1_000_000


def _keys(value: SecretStr) -> tuple[bytes, ...]:
    """Keys of 32 bytes in base64; raises ValueError, which repeats none of them."""
    try:
        keys = [b64decode(each, validate=True) for each in _listed(value.get_secret_value())]
    except ValueError:
        raise ValueError("a key is written in base64, as `identities new-key` prints it") from None
    if not keys or any(len(each) != KEY_BYTES for each in keys):
        raise ValueError(f"a key has {KEY_BYTES} bytes; `identities new-key` prints one")
    return tuple(keys)


def _listed(value: str) -> list[str]:
    return [part for part in re.split(r"[,\s]+", value) if part]
