"""Commands on letters: for the jurist who changes their words."""

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from opendata_hub import bootstrap, clock
from opendata_hub.adapters.typeset.letters import pictures, typeset
from opendata_hub.domain.confidence import Confidence
from opendata_hub.domain.errors import Invalid, UnknownLetter
from opendata_hub.domain.requests.letter import Letters, Sender
from opendata_hub.flows.requests.sample_letter import OFFICER, sample_letter
from opendata_hub.flows.requests.write_letter import Office
from opendata_hub.packs.laws import load_calendar, load_law
from opendata_hub.packs.letters import load_letters
from opendata_hub.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Letters on requests, as packs declare them.")
UnderLaw = Annotated[str, typer.Option("--law", help="A law under requests/, such as ma/31-13.")]


@app.command("list")
def list_letters(law: UnderLaw = "ma/31-13") -> None:
    """The letters of a law: for whom each is, and which acts it tells of."""
    for name, template in _letters(Settings(), law).templates.items():
        acts = ", ".join(template.acts) or "-"
        typer.echo(f"{name}: {template.addressee}: {acts}")


@app.command()
def preview(
    name: Annotated[str, typer.Argument(help="Such as refusal; `letter list` names them.")],
    output: Annotated[Path, typer.Option(help="Where to write it: .pdf, or .png for page one.")],
    law: UnderLaw = "ma/31-13",
    lang: Annotated[str, typer.Option("--lang", help="ar, fr or en.")] = "fr",
    ground: Annotated[str, typer.Option(help="A code of the law, such as exception.")] = "",
) -> None:
    """Write a letter with made-up values, and say which of its words nobody has confirmed."""
    if output.suffix not in {".pdf", ".png"}:
        raise Invalid(f"{output.name}: give a name that ends with .pdf or .png")
    settings = Settings()
    office = _office(settings, law, lang)
    now = clock.now()
    today = now.astimezone(ZoneInfo(office.calendar.timezone)).date()
    letter = sample_letter(office, name, language=lang, ground=ground, today=today, now=now)
    if output.suffix == ".png":
        made = pictures(letter, logo=office.logo)[0]
    else:
        made = typeset(letter, logo=office.logo)
    output.write_bytes(made)
    typer.echo(f"{output}: {len(made):,} bytes")
    for passage in office.letters.template(name).passages:
        if passage.confidence not in {None, Confidence.VERIFIED}:
            typer.echo(f"{passage.confidence}: {passage.source}")


def _letters(settings: Settings, name: str) -> Letters:
    folders = bootstrap.request_folders(settings)
    if letters := load_letters(folders, load_law(folders, name)):
        return letters
    raise UnknownLetter(f"{name} has no letters")


def _office(settings: Settings, name: str, language: str) -> Office:
    """What the hub's own authority writes with, under that law."""
    folders = bootstrap.request_folders(settings)
    frame = bootstrap.load_frame(settings, base_url=bootstrap.DEFAULT_BASE_URL)
    publisher = frame.site.publishers[frame.site.publisher]
    officer = OFFICER.get(language, "")
    return Office(
        letters=_letters(settings, name),
        law=load_law(folders, name),
        calendar=load_calendar(folders, name.partition("/")[0]),
        sender=Sender(publisher.name, officer, (publisher.email, publisher.homepage)),
        follow_at=f"{frame.base_url}/{{language}}/requests",
        logo=bootstrap.logo(settings),
    )
