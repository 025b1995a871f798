"""The languages of pages and messages: catalogues, locales, directions."""

from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

HERE = Path(__file__).parent
LOCALES: Mapping[str, str] = {"ar": "ar_MA", "fr": "fr_MA", "en": "en_GB"}
DIRECTIONS: Mapping[str, str] = {"ar": "rtl", "fr": "ltr", "en": "ltr"}
NAMES: Mapping[str, str] = {"ar": "العربية", "fr": "Français", "en": "English"}


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
