"""Babel and hijridate, in our words: days as letters tell them."""

from datetime import date

from babel.dates import format_date
from hijridate import Gregorian

_LOCALES = {"ar": "ar_MA", "fr": "fr_MA", "en": "en_GB"}


class LongDays:
    """Days with their month in letters, as each language writes them in Morocco."""

    def long(self, day: date, language: str) -> str:
        r"""The day, such as ``2 décembre 2026``; its number never stands apart from its month.

        >>> LongDays().long(date(2026, 12, 2), "ar")
        '2\xa0دجنبر 2026'
        """
        return format_date(day, "d\u00a0MMMM y", locale=_LOCALES[language])

    def hijri(self, day: date, language: str) -> str:
        """The same in the Umm al-Qura calendar, in Arabic; empty in others and outside its tables.

        In Morocco a month may begin a day later: the moon is sighted there.

        >>> LongDays().hijri(date(2026, 12, 2), "ar")
        '22 جمادى الآخرة 1448'
        """
        if language != "ar":
            return ""
        try:
            found = Gregorian(day.year, day.month, day.day).to_hijri()
        except OverflowError:
            return ""
        return f"{found.day} {found.month_name('ar')} {found.year}"
