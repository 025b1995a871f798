"""The latest entries of the register as an Atom feed (RFC 4287)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from xml.sax.saxutils import escape, quoteattr

from opendata_hub.domain.register.entry import Entry
from opendata_hub.domain.register.standing import Outcome
from opendata_hub.domain.texts import Texts, readable

TITLE: Texts = {
    "fr": "Registre des demandes d’information",
    "ar": "سجل طلبات الحصول على المعلومات",
    "en": "Register of requests for information",
}
WITHHELD: Texts = {"fr": "Objet non publié", "ar": "موضوع غير منشور", "en": "Subject withheld"}
OUTCOMES: Mapping[Outcome, Texts] = {
    Outcome.PENDING: {"fr": "En attente", "ar": "قيد المعالجة", "en": "Pending"},
    Outcome.GRANTED: {"fr": "Accordée", "ar": "تمت الاستجابة", "en": "Granted"},
    Outcome.GRANTED_IN_PART: {
        "fr": "Accordée en partie",
        "ar": "تمت الاستجابة جزئيا",
        "en": "Granted in part",
    },
    Outcome.REFUSED: {"fr": "Refusée", "ar": "مرفوض", "en": "Refused"},
    Outcome.NOT_HELD: {
        "fr": "Information non détenue",
        "ar": "معلومات غير متوفرة لدى المؤسسة",
        "en": "Not held",
    },
    Outcome.ALREADY_PUBLISHED: {
        "fr": "Déjà publiée",
        "ar": "سبق نشر المعلومات",
        "en": "Already published",
    },
    Outcome.TRANSFERRED: {"fr": "Transmise", "ar": "محال على جهة أخرى", "en": "Transferred"},
    Outcome.WITHDRAWN: {"fr": "Retirée", "ar": "سحبه صاحبه", "en": "Withdrawn"},
    Outcome.CLOSED: {
        "fr": "Close sans décision",
        "ar": "محفوظ دون قرار",
        "en": "Closed without a decision",
    },
}
"""What became of a request, as people read it."""


def last_day(entry: Entry) -> date:
    """The last day on which something happened that the register tells."""
    days = (
        entry.received_on, entry.extended_on, entry.settled_on, entry.complained_on,
        entry.head_decided_on, entry.commission_on, entry.commission_decided_on, entry.sued_on,
    )  # fmt: skip
    return max(day for day in days if day)


def atom(entries: Sequence[Entry], *, base_url: str, language: str, author: str) -> str:
    """The entries as a feed in one language; an entry changes its day with what happens to it."""
    me = f"{base_url}/{language}/register"
    latest = max((last_day(each) for each in entries), default=date(1970, 1, 1))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{language}">\n'
        f"<id>{escape(me)}.atom</id>\n<title>{escape(TITLE[language])}</title>\n"
        f"<updated>{_instant(latest)}</updated>\n"
        f"<author><name>{escape(author)}</name></author>\n"
        f'<link rel="self" type="application/atom+xml" href={quoteattr(f"{me}.atom")}/>\n'
        f'<link rel="alternate" type="text/html" href={quoteattr(me)}/>\n'
        + "".join(_entry(each, me, base_url, language) for each in entries)
        + "</feed>\n"
    )


def _entry(entry: Entry, me: str, base_url: str, language: str) -> str:
    subject = readable(entry.subject) or WITHHELD[language]
    address = f"{me}/{entry.reference}"
    return (
        f"<entry><id>{escape(f'{base_url}/register/{entry.reference}')}</id>"
        f"<title>{escape(f'{entry.reference} – {subject}')}</title>"
        f"<updated>{_instant(last_day(entry))}</updated>"
        f'<link rel="alternate" type="text/html" href={quoteattr(address)}/>'
        f"<summary>{escape(OUTCOMES[entry.outcome][language])}</summary></entry>\n"
    )


def _instant(day: date) -> str:
    return datetime.combine(day, time(), UTC).isoformat()
