"""Every environment variable, typed, in one frozen object. ``docs/settings.md`` explains them."""

import re
from pathlib import Path

from pydantic import AnyHttpUrl, Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from opendata_hub.adapters.mail import server_at
from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.people.roles import Role


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

    @field_validator("smtp_url")
    @classmethod
    def _of_a_mail_server(cls, value: str) -> str:
        """Refuse what is no address of a mail server, early, without repeating it."""
        try:
            server_at(value)
        except Invalid as problem:
            raise ValueError(str(problem)) from None
        return value

    @field_validator("second_factor_roles")
    @classmethod
    def _of_roles(cls, value: str) -> str:
        """Refuse a role that there is not; a misspelt one would stand open."""
        if unknown := sorted(_names(value) - set(Role)):
            raise ValueError(f"no role {unknown[0]!r}; known: {', '.join(sorted(Role))}")
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
    def upload_limit_bytes(self) -> int:
        """The limit of an upload in bytes."""
        return self.upload_limit_mb * 1_000_000
