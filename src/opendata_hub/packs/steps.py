"""The steps of a law: what ``law.yaml`` says of each term, to Step."""

import re
from collections.abc import Mapping

from opendata_hub.domain.confidence import Confidence
from opendata_hub.domain.requests.acts import DECISIONS, Act
from opendata_hub.domain.requests.law import (
    Actor,
    Effect,
    Expiry,
    Ground,
    Law,
    Start,
    Step,
    Suspension,
    Variant,
)
from opendata_hub.domain.requests.term import (
    AfterStop,
    ByDay,
    DayZero,
    End,
    Extreme,
    MonthsAfter,
    Part,
    Reading,
    Span,
    StopDays,
    Term,
    Unit,
)
from opendata_hub.packs.sheet import Sheet

STEP_KEYS = (
    "title", "actor", "starts", "starts_on", "article", "source", "confidence", "note", "term",
    "count", "safe", "applies", "extends", "times", "grounds", "suspensions", "on_expiry",
    "optional", "kept_by",
)  # fmt: skip
EVENTS = frozenset(
    {
        "receipt", "registration", "competent-unit", "complete-file", "payment", "notification",
        "publication", "approval", "election", "february",
    }
)  # fmt: skip
"""What may start a step beside the expiry, the answer or the filing of another."""
OTHER_STEP = frozenset({"expiry", "answer", "filing"})
KEPT_BY: Mapping[Actor, frozenset[Act]] = {
    Actor.AUTHORITY: DECISIONS,
    Actor.HEAD: frozenset({Act.HEAD_DECIDES}),
    Actor.COMMISSION: frozenset({Act.COMMISSION_DECIDES}),
}
"""The acts that keep a term, by who must keep it; a requester's remedy names its own."""
_DAY_OF_YEAR = re.compile(r"(\d{2})-(\d{2})")


def load_steps(steps: Sheet) -> Mapping[str, Step]:
    """The steps, in the order of the law; raises PackBroken with file, line and reason."""
    return {name: _step(name, steps.sheet(name)) for name in steps.values}


def require_known_steps(sheet: Sheet, law: Law) -> None:
    """Refuse a law that refers to a step it does not have."""
    for step in law.steps.values():
        named = {start.of for start in step.starts if start.of}
        named |= {step.extends} if step.extends else set()
        named |= set(step.expiry.opens) if step.expiry else set()
        if unknown := sorted(named - set(law.steps)):
            sheet.refuse(f"step {step.name}: there is no step {unknown[0]!r}")


def _step(name: str, sheet: Sheet) -> Step:
    sheet.only(*STEP_KEYS)
    actor = sheet.choice("actor", Actor)
    kept_by = frozenset({sheet.choice("kept_by", Act)}) if sheet.has("kept_by") else None
    return Step(
        name=name,
        title=sheet.texts("title"),
        actor=actor,
        starts=tuple(_start(word, sheet) for word in sheet.words("starts")),
        starts_on=sheet.texts("starts_on"),
        term=_term(sheet.sheet("term")),
        legal=_reading(sheet.sheet("count")),
        safe=_reading(sheet.sheet("safe")),
        article=sheet.text("article"),
        source=sheet.text("source"),
        confidence=sheet.choice("confidence", Confidence),
        note=sheet.texts("note"),
        variant=_variant(sheet),
        extends=sheet.text("extends") if sheet.has("extends") else None,
        times=sheet.number("times") if sheet.has("times") else 1,
        grounds=tuple(map(_ground, sheet.sheets("grounds"))) if sheet.has("grounds") else (),
        suspensions=_suspensions(sheet),
        expiry=_expiry(sheet),
        is_optional=sheet.has("optional") and sheet.flag("optional"),
        kept_by=kept_by or KEPT_BY.get(actor, frozenset()),
    )


def _start(word: str, sheet: Sheet) -> Start:
    kind, _, of = word.partition(":")
    if kind in OTHER_STEP and of:
        return Start(kind, of)
    if word not in EVENTS:
        known = ", ".join([*sorted(EVENTS), *(f"{kind}:STEP" for kind in sorted(OTHER_STEP))])
        sheet.refuse(f"starts: {word!r} is not one of {known}")
    return Start(word)


def _term(sheet: Sheet) -> Term:
    match sorted(sheet.values):
        case ["length", "unit"]:
            return Span(sheet.number("length"), sheet.choice("unit", Unit))
        case ["by"]:
            return _by_day(sheet)
        case ["months_after"]:
            return MonthsAfter(sheet.number("months_after"))
        case ["of", "part"]:
            return _part(sheet)
        case ["earliest"] | ["latest"]:
            key = next(iter(sheet.values))
            return Extreme(tuple(map(_term, sheet.sheets(key))), is_latest=key == "latest")
        case _:
            sheet.refuse(
                "term must be {length, unit}, {by}, {months_after}, {part, of}, {earliest} "
                "or {latest}"
            )


def _by_day(sheet: Sheet) -> ByDay:
    if found := _DAY_OF_YEAR.fullmatch(sheet.text("by")):
        return ByDay(int(found[1]), int(found[2]))
    sheet.refuse(f'by must be a day of the year such as "03-31", not {sheet.text("by")!r}')


def _part(sheet: Sheet) -> Part:
    numerator, _, denominator = sheet.text("part").partition("/")
    if numerator.isdecimal() and denominator.isdecimal() and int(denominator):
        return Part(int(numerator), int(denominator), _term(sheet.sheet("of")))
    sheet.refuse(f'part must be a fraction such as "1/2", not {sheet.text("part")!r}')


def _reading(sheet: Sheet) -> Reading:
    sheet.only("day_zero", "end", "uncertain_days")
    uncertain = sheet.text("uncertain_days")
    if uncertain not in {"off", "counted"}:
        sheet.refuse(f"uncertain_days must be 'off' or 'counted', not {uncertain!r}")
    return Reading(
        day_zero=sheet.choice("day_zero", DayZero),
        end=sheet.choice("end", End),
        uncertain_off=uncertain == "off",
    )


def _variant(sheet: Sheet) -> Variant:
    if not sheet.has("applies"):
        return Variant()
    applies = sheet.sheet("applies")
    applies.only("urgent", "mode", "requester")
    return Variant(
        urgent=applies.flag("urgent") if applies.has("urgent") else None,
        mode=applies.text("mode") if applies.has("mode") else None,
        requester=applies.text("requester") if applies.has("requester") else None,
    )


def _ground(sheet: Sheet) -> Ground:
    sheet.only("code", "text")
    return Ground(sheet.text("code"), sheet.texts("text"))


def _suspensions(sheet: Sheet) -> tuple[Suspension, ...]:
    if not sheet.has("suspensions"):
        return ()
    return tuple(_suspension(each) for each in sheet.sheets("suspensions"))


def _suspension(sheet: Sheet) -> Suspension:
    sheet.only("ground", "then", "days", "times", "article", "confidence")
    return Suspension(
        ground=sheet.text("ground"),
        then=sheet.choice("then", AfterStop),
        days=sheet.choice("days", StopDays),
        times=sheet.number("times") if sheet.has("times") else None,
        article=sheet.text("article"),
        confidence=sheet.choice("confidence", Confidence),
    )


def _expiry(sheet: Sheet) -> Expiry | None:
    if not sheet.has("on_expiry"):
        return None
    expiry = sheet.sheet("on_expiry")
    expiry.only("effect", "opens")
    opens = expiry.words("opens") if expiry.has("opens") else ()
    return Expiry(expiry.choice("effect", Effect), opens)
