"""Pages: templates in three languages, dates and numbers as each writes them."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from opendata_hub.domain.texts import LANGUAGES, Texts, in_language

HERE = Path(__file__).parent
LOCALES: Mapping[str, str] = {"ar": "ar_MA", "fr": "fr_MA", "en": "en_GB"}
DIRECTIONS: Mapping[str, str] = {"ar": "rtl", "fr": "ltr", "en": "ltr"}
NAMES: Mapping[str, str] = {"ar": "العربية", "fr": "Français", "en": "English"}


def page(
    request: Request, template: str, language: str, *, status: int = 200, **values: Any
) -> HTMLResponse:
    """A page in one language. ``values`` are the template's own."""
    hub = request.app.state.hub
    path = request.url.path.split("/", 2)
    rest = path[2] if len(path) > 2 else ""  # noqa: PLR2004  (leading slash, language, rest)
    html = (
        _environment(language)
        .get_template(template)
        .render(
            site=hub.frame.site,
            switch=[(code, NAMES[code], f"/{code}/{rest}") for code in LANGUAGES],
            status=status,
            **values,
        )
    )
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    return HTMLResponse(html, status, headers)


@cache
def translations(language: str) -> Translations:
    """The catalogue of messages; message ids are English, so English has none."""
    file = HERE / "locales" / f"{language}.po"
    if not file.exists():
        return Translations()
    compiled = BytesIO()
    with file.open("rb") as stream:
        write_mo(compiled, read_po(stream, locale=language, abort_invalid=True))
    compiled.seek(0)
    return Translations(compiled)


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    catalogue = translations(language)
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        catalogue.ugettext, catalogue.ungettext, newstyle=True
    )
    locale = LOCALES[language]

    def text(texts: Texts) -> Markup:
        """A text of a record, marked with the language it is really in."""
        words, real = in_language(texts, language)
        if real == language:
            # With its direction: a text may well begin with a word of the other one.
            return Markup('<bdi dir="{}">{}</bdi>').format(DIRECTIONS[real], words)
        return Markup('<bdi lang="{}" dir="{}">{}</bdi>').format(real, DIRECTIONS[real], words)

    def day(value: date | datetime) -> Markup:
        shown = format_date(value, format="full", locale=locale)
        return Markup('<time datetime="{}">{}</time>').format(value.isoformat()[:10], shown)

    def code(value: str) -> Markup:
        """A reference that is read from left to right in every language."""
        return Markup('<bdi dir="ltr">{}</bdi>').format(value)

    def number(value: int) -> str:
        return str(format_decimal(value, locale=locale))

    environment.globals.update(language=language, direction=DIRECTIONS[language])
    environment.filters.update(text=text, day=day, number=number, code=code)
    return environment
