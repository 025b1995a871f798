"""The yearly report on requests for information, for the commission: words and figures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from opendata_hub.domain.register.figure import (
    BY_GROUND,
    DAYS,
    FIGURES,
    HIGH_PERCENT,
    MEDIAN_PERCENT,
    Group,
    Measure,
    share,
    together,
)
from opendata_hub.domain.texts import Texts, in_language

WORDS: Mapping[str, Texts] = {
    "title": {
        "fr": "Rapport annuel sur les demandes d’information – {year}",
        "ar": "التقرير السنوي حول طلبات الحصول على المعلومات – {year}",
        "en": "Yearly report on requests for information – {year}",
    },
    "under": {
        "fr": "Établi au titre de : {law}.",
        "ar": "أعد في إطار: {law}.",
        "en": "Made under: {law}.",
    },
    "cut-off": {
        "fr": "Demandes reçues en {year}, telles qu’elles étaient à la fin du {day} (jour"
        " d’arrêt).",
        "ar": "الطلبات المتوصل بها سنة {year}، كما كانت عند نهاية يوم {day} (يوم الحصر).",
        "en": "Requests received in {year}, as they stood at the end of {day} (cut-off day).",
    },
    "counted": {
        "fr": "Chaque chiffre est compté par formule à partir des actes du registre public ; il se"
        " vérifie ligne par ligne : {address}",
        "ar": "يحتسب كل رقم انطلاقا من الإجراءات المسجلة في السجل العمومي، ويمكن التحقق منه سطرا"
        " سطرا: {address}",
        "en": "Each figure is counted by formula from the acts in the public register, and can be"
        " checked row by row: {address}",
    },
    "figures": {"fr": "Chiffres", "ar": "المؤشرات", "en": "Figures"},
    "imported": {
        "fr": "Demandes reprises d’un registre antérieur",
        "ar": "طلبات مأخوذة من سجل سابق",
        "en": "Requests taken from an earlier register",
    },
    "figure": {"fr": "Chiffre", "ar": "المؤشر", "en": "Figure"},
    "count": {"fr": "Nombre", "ar": "العدد", "en": "Number"},
    "of": {"fr": "Sur", "ar": "من أصل", "en": "Out of"},
    "percent": {"fr": "Part", "ar": "النسبة", "en": "Share"},
    "formula": {"fr": "Formule", "ar": "طريقة الاحتساب", "en": "Formula"},
    "grounds": {"fr": "Refus par motif", "ar": "حالات الرفض حسب السبب", "en": "Refusals by ground"},
    "ground": {"fr": "Motif", "ar": "السبب", "en": "Ground"},
    "no-ground": {"fr": "Sans motif indiqué", "ar": "دون ذكر السبب", "en": "No ground given"},
    "months": {"fr": "Par mois de réception", "ar": "حسب شهر التسلم", "en": "By month of receipt"},
    "month": {"fr": "Mois", "ar": "الشهر", "en": "Month"},
    "median": {
        "fr": "Médiane des jours de réponse",
        "ar": "وسيط أيام الجواب",
        "en": "Median of days to answer",
    },
    "high": {
        "fr": "Jours pour 90 réponses sur 100",
        "ar": "الأيام اللازمة لتسعين جوابا من كل مائة",
        "en": "Days for 90 of 100 answers",
    },
    "none": {
        "fr": "Aucune demande n’a été reçue.",
        "ar": "لم يتم التوصل بأي طلب.",
        "en": "No request was received.",
    },
    "page": {"fr": "Page", "ar": "صفحة", "en": "Page"},
}
_BY_MONTH = (Measure.RECEIVED, Measure.ANSWERED, Measure.IN_TIME, Measure.LATE, Measure.PENDING)


@dataclass(frozen=True, slots=True)
class Table:
    """Figures with their heads. widths: of the columns, against one another."""

    caption: str
    note: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class YearlyReport:
    """The report in one language, ready to be set. lines: what stands above its tables."""

    language: str
    title: str
    author: str
    until: date
    lines: tuple[str, ...]
    tables: tuple[Table, ...]
    page: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What a report is about. register: the public address of its rows. grounds: by code."""

    authority: Texts
    law: Texts
    year: int
    until: date
    register: str
    grounds: Mapping[str, Texts]


def yearly_report(
    subject: Subject, months: Sequence[Group], *, language: str, day: str
) -> YearlyReport:
    """The report of a year. months: its requests by month. day: the cut-off day in words."""
    said = {name: texts[language] for name, texts in WORDS.items()}
    author, _ = in_language(subject.authority, language)
    law, _ = in_language(subject.law, language)
    wholes = together(months)
    tables = [_figures(each, said, language) for each in wholes]
    tables += [_grounds(each, subject.grounds, said, language) for each in wholes if each.grounds]
    if months:
        tables.append(_months(months, said, language))
    return YearlyReport(
        language=language,
        title=said["title"].format(year=subject.year),
        author=author,
        until=subject.until,
        lines=(
            author,
            said["under"].format(law=law),
            said["cut-off"].format(year=subject.year, day=day),
            said["counted"].format(address=subject.register),
            *([] if months else [said["none"]]),
        ),
        tables=tuple(tables),
        page=said["page"],
    )


def _figures(group: Group, said: Mapping[str, str], language: str) -> Table:
    rows = [
        (
            *_shares(each.title[language], group.counts[each.measure], group.counts[each.of]),
            each.words[language],
        )
        for each in FIGURES
    ]
    for name, percent in (("median", MEDIAN_PERCENT), ("high", HIGH_PERCENT)):
        days = group.days_within(percent)
        of = str(group.counts[Measure.ANSWERED])
        rows.append((said[name], "–" if days is None else str(days), of, "–", DAYS[language]))
    return Table(
        said["imported"] if group.is_imported else said["figures"],
        "",
        (said["figure"], said["count"], said["of"], said["percent"], said["formula"]),
        tuple(rows),
        (6, 2, 2, 2, 10),
    )


def _grounds(
    group: Group, known: Mapping[str, Texts], said: Mapping[str, str], language: str
) -> Table:
    of = group.counts[Measure.REFUSED_AT_ALL]
    rows = [
        _shares(_ground(code, known, said, language), count, of)
        for code, count in sorted(group.grounds.items())
    ]
    caption = said["grounds"] + (f" ({said['imported']})" if group.is_imported else "")
    head = (said["ground"], said["count"], said["of"], said["percent"])
    return Table(caption, BY_GROUND[language], head, tuple(rows), (12, 2, 2, 2))


def _ground(code: str, known: Mapping[str, Texts], said: Mapping[str, str], language: str) -> str:
    if not code:
        return said["no-ground"]
    text = in_language(known[code], language)[0] if code in known else ""
    return f"{code} {text}".strip()


def _months(months: Iterable[Group], said: Mapping[str, str], language: str) -> Table:
    titles = {each.measure: each.title[language] for each in reversed(FIGURES)}
    rows = []
    for each in months:
        name = f"{each.key} *" if each.is_imported else each.key
        days = each.days_within(MEDIAN_PERCENT)
        counts = [str(each.counts[measure]) for measure in _BY_MONTH]
        rows.append((name, *counts, "–" if days is None else str(days)))
    is_mixed = any(each.is_imported for each in months)
    head = (said["month"], *(titles[measure] for measure in _BY_MONTH), said["median"])
    note = f"* {said['imported']}" if is_mixed else ""
    return Table(said["months"], note, head, tuple(rows), (3, 3, 3, 3, 3, 3, 3))


def _shares(title: str, count: int, of: int) -> tuple[str, str, str, str]:
    part = share(count, of)
    # The sign never stands on a line of its own.
    return title, str(count), str(of), "–" if part is None else f"{part}\u00a0%"


def lines_of(reports: Sequence[YearlyReport]) -> list[tuple[str, ...]]:
    """The tables of a report in several languages as lines of one file, language by language."""
    lines: list[tuple[str, ...]] = []
    for report in reports:
        lines.append((report.title, report.author))
        lines += [(line,) for line in report.lines[1:]]
        for table in report.tables:
            lines += [(), (table.caption, *filter(None, (table.note,))), table.head, *table.rows]
        lines.append(())
    return lines
