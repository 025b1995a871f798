"""What an address of the register asks for, the same for pages, files and figures."""

from datetime import date
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import Query
from pydantic import BaseModel, Field

from opendata_hub import clock
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.register.figure import Measure
from opendata_hub.domain.register.standing import Outcome
from opendata_hub.domain.requests.acts import State
from opendata_hub.domain.requests.info_request import Channel
from opendata_hub.store.register.rows import By, Chosen
from opendata_hub.web.shapes import Day

Empty = Literal[""]
"""What a browser sends for a field that was left empty."""


class Asked(BaseModel):
    """Which entries are wanted; empty parts ask for nothing in particular."""

    authority: str = Field(default="", max_length=100)
    year: Annotated[int, Field(ge=1900, le=2999)] | Empty = ""
    month: Annotated[int, Field(ge=1, le=12)] | Empty = ""
    channel: Channel | Empty = ""
    imported: bool | Empty = Field(default="", description="Taken from old registers, or not.")
    state: State | Empty = ""
    outcome: Outcome | Empty = ""
    figure: Measure | Empty = Field(default="", description="The rows that a figure counts.")
    ground: str = Field(default="", max_length=100, description="Of a refusal.")
    q: str = Field(default="", max_length=200, description="Words of the subjects that are shown.")
    until: Day | Empty = Field(default="", description="The cut-off day; today without one.")

    def chosen(self, hub: Hub) -> Chosen:
        """The same as the store is asked for it; raises Invalid for a cut-off day to come."""
        today = clock.today(hub.timezone)
        if self.until and self.until > today:
            raise Invalid(f"until: {self.until.isoformat()} is after today, {today.isoformat()}")
        return Chosen(
            until=self.until or today,
            authority=self.authority,
            year=self.year or None,
            month=self.month or None,
            channel=self.channel or None,
            is_imported=None if self.imported == "" else self.imported,
            state=self.state or None,
            outcome=self.outcome or None,
            measure=self.figure or None,
            ground=self.ground,
            words=self.q,
        )

    def address(self, **other: object) -> str:
        """The question of an address that asks for this, or for something else in it."""
        asked = self.model_dump(mode="json", exclude={"after", "by", "lang", "limit"}) | other
        return urlencode({name: _said(value) for name, value in asked.items() if value != ""})


class AskedPage(Asked):
    """The same, page by page."""

    after: str = Field(default="", max_length=100, description="What `next` said.")

    def place(self) -> tuple[date, str] | None:
        """The entry that a page follows; raises Invalid for what no page has said."""
        day, _, reference = self.after.partition(".")
        if not self.after:
            return None
        try:
            return date.fromisoformat(day), reference
        except ValueError:
            raise Invalid("after: not what `next` said") from None


class AskedFigures(Asked):
    """The same, to be counted together by something."""

    by: By | Empty = ""


AskedQuery = Annotated[Asked, Query()]
AskedPageQuery = Annotated[AskedPage, Query()]
AskedFiguresQuery = Annotated[AskedFigures, Query()]


def _said(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value
