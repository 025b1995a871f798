"""Pages: templates in three languages, dates and numbers as each writes them."""

import gzip
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from typing import Any

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent
from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from opendata_hub.adapters.search import Hit
from opendata_hub.domain.catalog.fault_words import plain_words
from opendata_hub.domain.catalog.search.excerpt import Part
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import reach
from opendata_hub.domain.people.session import Proof, WebSession
from opendata_hub.domain.portal.strip import strip
from opendata_hub.domain.texts import LANGUAGES, Texts, in_language
from opendata_hub.web import explain, negotiation
from opendata_hub.web.languages import DIRECTIONS, HERE, LOCALES, NAMES, translations
from opendata_hub.web.protection.forms import FormField


def page(
    request: Request, template: str, language: str, *, status: int = 200, **values: Any
) -> Response:
    """A page in one language. ``values`` are the template's own."""
    hub = request.app.state.hub
    session: WebSession | None = getattr(request.state, "web_session", None)
    signed_in = session if session and session.proof is not Proof.HALF else None
    path = request.url.path.split("/", 2)
    rest = path[2] if len(path) > 2 else ""  # noqa: PLR2004  (leading slash, language, rest)
    # What was asked stays when the language changes; what a form has sent is not in the address.
    asked = f"?{request.url.query}" if request.url.query else ""
    form_token = FormField(request)
    html = (
        _environment(language)
        .get_template(template)
        .render(
            site=hub.frame.site,
            switch=[(code, NAMES[code], f"/{code}/{rest}{asked}") for code in LANGUAGES],
            status=status,
            form_token=form_token,
            provider=hub.settings.oidc_label if hub.provider else "",
            signed_in=signed_in,
            rooms=[] if signed_in is None else _rooms(request.state.visitor),
            **values,
        )
    )
    headers = {"Content-Language": language, "Vary": "Accept-Language, Accept-Encoding, Cookie"}
    if form_token.is_filled:
        headers["Cache-Control"] = "no-store"
    elif session is None and negotiation.takes_gzip(request):
        # What is a secret is never packed with what a stranger may choose: its length would tell.
        headers["Content-Encoding"] = "gzip"
        return Response(
            gzip.compress(html.encode(), PACKED, mtime=0), status, headers, media_type="text/html"
        )
    return HTMLResponse(html, status, headers)


PACKED = 3
"""Of gzip: a quarter of the time of the usual level, a tenth more to send."""
ROOMS = {
    "desk": Deed.READ_REQUEST, "my-data": Deed.PUBLISH, "row-reports": Deed.PUBLISH,
    "sources": Deed.HARVEST, "people": Deed.MANAGE_PEOPLE, "journal": Deed.READ_LOG,
}  # fmt: skip
"""The pages of those who work here, and what one must be allowed to do for each."""


def _rooms(visitor: Visitor) -> list[str]:
    return [room for room, deed in ROOMS.items() if reach(visitor, deed)]


def marked(parts: Iterable[Part]) -> Markup:
    """An excerpt as HTML: its text escaped, what was looked for marked."""
    return Markup("").join(
        Markup("<mark>%s</mark>") % part.text if part.is_hit else escape(part.text)
        for part in parts
    )


# A list shows the same days and numbers again and again, and Babel parses a pattern for each.
@lru_cache(20_000)
def _full_day(year: int, month: int, day: int, locale: str) -> str:
    return format_date(date(year, month, day), format="full", locale=locale)


@lru_cache(20_000)
def _decimal(value: float, locale: str) -> str:
    return str(format_decimal(value, locale=locale))


@lru_cache(20_000)
def _exact(value: str, locale: str) -> str:
    """A number with all the decimals it was written with; what is none stays as it is."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    return str(format_decimal(number, locale=locale, decimal_quantization=False))


@lru_cache(2_000)
def _percent(share: float, locale: str) -> str:
    return str(format_percent(share, locale=locale))


def _figures(locale: str) -> dict[str, Callable[[Any], str]]:
    """How numbers are written, by the names of the filters."""

    def number(value: float) -> str:
        return _decimal(value, locale)

    def percent(value: float) -> Markup:
        """So many in a hundred, in one run that no line breaks and no direction turns around."""
        return Markup('<bdi class="number">%s</bdi>') % _percent(value / 100, locale)

    def amount(value: str | float | Decimal) -> Markup:
        """A number with its digits as they are, in groups, in one run."""
        return Markup('<bdi class="number">%s</bdi>') % _exact(str(value), locale)

    return {"number": number, "percent": percent, "amount": amount}


def _cells(language: str) -> Callable[..., str]:
    """How cells are written; a macro took a third of a page with rows."""
    amount = _figures(LOCALES[language])["amount"]

    def cell(
        value: str | None, field: Mapping[str, Any], codes: Mapping[str, Texts], longest: int
    ) -> str:
        """What stands in a cell, by the type of its column; a text no longer than so much."""
        if value is None:
            return Markup('<span class="small">–</span>')
        if field["type"] == "number":
            return amount(value)
        if field["type"] in LEFT_TO_RIGHT:
            return Markup('<bdi class="number" dir="ltr">%s</bdi>') % value
        if value in codes and "enum" in field.get("constraints", {}):
            return escape(codes[value][language])
        if value.startswith(("https://", "http://")):
            link = Markup('<a href="%s" rel="nofollow noopener"><bdi dir="ltr">%s</bdi></a>')
            return link % (value, _shortened(value, LONGEST_ADDRESS))
        return Markup("<bdi>%s</bdi>") % _shortened(value, longest)

    return cell


def _sentences(translated: Callable[[str], str]) -> Callable[..., Markup]:
    """Jinja's own ``_`` without its questions; a page says a hundred sentences."""
    known = lru_cache(MOST_SENTENCES)(lambda message: Markup(translated(message)))  # noqa: S704  (ours)
    whole = lru_cache(MOST_SENTENCES)(lambda message: known(message) % {})

    def sentence(message: str, **values: object) -> Markup:
        return known(message) % values if values else whole(message)

    return sentence


MOST_SENTENCES = 4_096
LEFT_TO_RIGHT = frozenset({"integer", "date", "datetime", "year"})
LONGEST_ADDRESS, LEEWAY = 40, 5
"""Letters; and how many more are let stand rather than replaced by an ellipsis."""


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest + LEEWAY else f"{text[: longest - 1]}…"


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
    environment.globals["_"] = _sentences(catalogue.ugettext)
    locale = LOCALES[language]

    def text(texts: Texts) -> Markup:
        """A text of a record, marked with the language it is really in."""
        words, real = in_language(texts, language)
        if real == language:
            # With its direction: a text may well begin with a word of the other one.
            return Markup('<bdi dir="%s">%s</bdi>') % (DIRECTIONS[real], words)
        return Markup('<bdi lang="%s" dir="%s">%s</bdi>') % (real, DIRECTIONS[real], words)

    def plain(texts: Texts) -> str:
        """The same where no markup can stand, such as in a list to choose from."""
        return in_language(texts, language)[0]

    def found(hit: Hit) -> Markup:
        """The excerpt of a result, marked with the language it is really in."""
        real = hit.excerpt_language
        opened = Markup('<bdi lang="%s" dir="%s">') % (real, DIRECTIONS[real])
        return opened + marked(hit.excerpt) + Markup("</bdi>")

    def day(value: date | datetime) -> Markup:
        shown = _full_day(value.year, value.month, value.day, locale)
        return Markup('<time datetime="%s">%s</time>') % (value.isoformat()[:10], shown)

    def moment(value: datetime) -> Markup:
        """A day and a time, in the zone of the value."""
        shown = format_datetime(value, format="medium", locale=locale)
        return Markup('<time datetime="%s">%s</time>') % (value.isoformat(), shown)

    def code(value: str) -> Markup:
        """A reference that is read from left to right in every language."""
        return Markup('<bdi dir="ltr">%s</bdi>') % value

    environment.globals.update(language=language, direction=DIRECTIONS[language])
    environment.filters.update(
        text=text,
        plain=plain,
        found=found,
        day=day,
        moment=moment,
        code=code,
        cell=_cells(language),
        strip=strip,
        fault=lambda finding, schema: plain_words(finding, schema, language),
        **_figures(locale),
        **explain.filters(language),
    )
    return environment
