"""``requests/<jurisdiction>/<law>/letters/`` to Letters."""

from collections.abc import Mapping
from pathlib import PurePath

from opendata_hub.domain.confidence import Confidence
from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.requests.acts import Act
from opendata_hub.domain.requests.law import Actor, Law
from opendata_hub.domain.requests.letter import (
    LISTS,
    OF_A_REMEDY,
    REFUSING,
    TOLD_BY_LETTER,
    Addressee,
    Letters,
    Passage,
    Place,
    Remedy,
    Stationery,
    Template,
    Wording,
    wording,
)
from opendata_hub.domain.texts import LANGUAGES, Texts
from opendata_hub.packs.folders import Folders
from opendata_hub.packs.sheet import Sheet, read_sheet

STATIONERY, REMEDIES = "stationery.yaml", "remedies.yaml"
STATIONERY_KEYS = (
    "dated", "reference", "subject", "page", "greeting", "closing", "signature", "unnamed",
    "follow", "follow_code",
)  # fmt: skip
LETTER_KEYS = (
    "to", "tells_of", "ground_of", "greets", "subject", "signature", "not_concerned",
    "paragraphs",
)  # fmt: skip
PASSAGE_KEYS = (
    *LANGUAGES, "list", "when", "unless", "grounds", "mention", "article", "source", "confidence",
)  # fmt: skip


def load_letters(folders: Folders, law: Law) -> Letters | None:
    """The letters under a law; None where the law has none.

    Raises PackBroken with file, line and reason, also when a letter is missing that an act of the
    law needs, or when one that refuses lacks what the law says it must mention.
    """
    folder = f"{law.name}/letters"
    if not folders.find(f"{folder}/{STATIONERY}"):
        return None
    sheet = read_sheet(folders.file(f"{folder}/{STATIONERY}"))
    sheet.only(*STATIONERY_KEYS)
    signature = sheet.texts("signature")
    files = (
        name
        for name in folders.names(folder, ".yaml")
        if PurePath(name).name not in {STATIONERY, REMEDIES}
    )
    templates = {
        PurePath(name).stem: _template(
            PurePath(name).stem, read_sheet(folders.file(name)), law, signature
        )
        for name in files
    }
    _require_letter_of_each_act(sheet, templates, law)
    return Letters(
        law=law.name,
        stationery=_stationery(sheet),
        templates=templates,
        remedies=_remedies(read_sheet(folders.file(f"{folder}/{REMEDIES}")), law),
    )


def _stationery(sheet: Sheet) -> Stationery:
    return Stationery(
        dated=_wordings(sheet.sheet("dated"), Place.WRITTEN_ON, Place.HIJRI_ON),
        reference=sheet.texts("reference"),
        subject=sheet.texts("subject"),
        page=sheet.texts("page"),
        greeting=sheet.texts("greeting"),
        closing=sheet.texts("closing"),
        unnamed=sheet.texts("unnamed"),
        follow=sheet.texts("follow"),
        follow_code=_wordings(sheet.sheet("follow_code"), Place.FOLLOW_AT),
    )


def _template(name: str, sheet: Sheet, law: Law, signature: Texts) -> Template:
    sheet.only(*LETTER_KEYS)
    acts = sheet.choices("tells_of", Act) if sheet.has("tells_of") else ()
    if unknown := sorted(set(acts) - (law.acts or frozenset())):
        sheet.refuse(f"tells_of: {law.name} does not know {unknown[0]}")
    template = Template(
        name=name,
        addressee=sheet.choice("to", Addressee),
        acts=acts,
        grounds_of=_grounds_of(sheet, acts),
        greets=sheet.flag("greets") if sheet.has("greets") else True,
        subject=_wordings(sheet.sheet("subject"), *_anywhere()),
        signature=sheet.texts("signature") if sheet.has("signature") else signature,
        passages=tuple(_passage(each, law, acts) for each in sheet.sheets("paragraphs")),
    )
    if REFUSING & set(acts):
        _require_mentions(sheet, template, law)
    return template


def _grounds_of(sheet: Sheet, acts: tuple[Act, ...]) -> Mapping[Act, str]:
    """The grounds that acts are by themselves."""
    if not sheet.has("ground_of"):
        return {}
    given = sheet.sheet("ground_of")
    given.only(*acts)
    return {Act(act): given.text(act) for act in given.values}


def _passage(sheet: Sheet, law: Law, acts: tuple[Act, ...]) -> Passage:
    sheet.only(*PASSAGE_KEYS)
    of_law = _speaks_of_law(sheet)
    passage = Passage(
        words=_wordings(sheet, *_anywhere()),
        items=_place(sheet, "list"),
        when=_place(sheet, "when"),
        unless=_place(sheet, "unless"),
        grounds=frozenset(sheet.words("grounds")) if sheet.has("grounds") else frozenset(),
        mention=sheet.text("mention") if sheet.has("mention") else "",
        article=sheet.text("article") if of_law else "",
        source=sheet.text("source") if of_law else "",
        confidence=sheet.choice("confidence", Confidence) if of_law else None,
    )
    if passage.items and passage.items not in LISTS:
        sheet.refuse(f"list: {passage.items} is no list; lists: {', '.join(sorted(LISTS))}")
    if unknown := sorted(passage.grounds - _grounds(law, acts)):
        sheet.refuse(f"grounds: {law.name} does not know {unknown[0]!r}")
    if passage.mention:
        _require_mention_stays(sheet, passage, law)
    return passage


def _require_mention_stays(sheet: Sheet, passage: Passage, law: Law) -> None:
    """A mention is of the law, says where, and is never left out for want of words."""
    known = [each.code for each in law.mentions]
    if passage.mention not in known:
        sheet.refuse(f"mention: {passage.mention!r} is not one of {', '.join(known)}")
    if passage.when or passage.unless:
        sheet.refuse("a mention of the law can't depend on when or unless, only on grounds")
    if passage.confidence is None:
        sheet.refuse("a mention of the law needs article, source and confidence")


def _require_mentions(sheet: Sheet, template: Template, law: Law) -> None:
    """A letter that refuses holds every mention of the law, and words for every ground."""
    told = {passage.mention for passage in template.passages}
    if sheet.has("not_concerned"):
        told |= set(sheet.words("not_concerned"))
    if missing := [each.code for each in law.mentions if each.code not in told]:
        sheet.refuse(f"the law's mention {missing[0]} is missing")
    spoken = frozenset[str]().union(*(passage.grounds for passage in template.passages))
    says_any = any(
        Place.GROUND in passage.places and not passage.grounds for passage in template.passages
    )
    silent = [each.code for each in law.refusal_grounds if each.code not in spoken]
    fixed = set(template.grounds_of) == set(template.acts)
    if silent and not says_any and not fixed:
        sheet.refuse(f"no paragraph says the ground {silent[0]}")


def _require_letter_of_each_act(sheet: Sheet, templates: Mapping[str, Template], law: Law) -> None:
    told = {act for template in templates.values() for act in template.acts}
    if missing := sorted((TOLD_BY_LETTER & (law.acts or frozenset())) - told):
        sheet.refuse(f"no letter beside this file tells of {missing[0]}, an act of {law.name}")


def _remedies(sheet: Sheet, law: Law) -> Mapping[str, Remedy]:
    """How each remedy of the law is told, in the order of the law."""
    steps = [step.name for step in law.steps.values() if step.actor is Actor.REQUESTER]
    sheet.only(*steps)
    return {name: _remedy(sheet.sheet(name)) for name in steps}


def _remedy(sheet: Sheet) -> Remedy:
    sheet.only(*LANGUAGES, "careful", "source", "confidence")
    places = {*_anywhere(), *OF_A_REMEDY}
    return Remedy(
        words=_wordings(sheet, *places),
        careful=_wordings(sheet.sheet("careful"), *places),
        source=sheet.text("source"),
        confidence=sheet.choice("confidence", Confidence),
    )


def _speaks_of_law(sheet: Sheet) -> bool:
    """Whether it says what the law says; then article, source and confidence must be there."""
    return any(map(sheet.has, ("article", "source", "confidence")))


def _grounds(law: Law, acts: tuple[Act, ...]) -> frozenset[str]:
    if Act.EXTEND in acts:
        extensions = (step for step in law.steps.values() if step.extends)
        return frozenset(ground.code for step in extensions for ground in step.grounds)
    return frozenset(ground.code for ground in law.refusal_grounds)


def _anywhere() -> tuple[Place, ...]:
    return tuple(place for place in Place if place not in LISTS | OF_A_REMEDY)


def _place(sheet: Sheet, key: str) -> Place | None:
    return sheet.choice(key, Place) if sheet.has(key) else None


def _wordings(sheet: Sheet, *allowed: Place) -> Mapping[str, Wording]:
    """The words in each language; each may leave open what is allowed there."""
    found = {}
    for language in LANGUAGES:
        try:
            found[language] = wording(sheet.text(language))
        except Invalid as problem:
            sheet.refuse(f"{language}: {problem}")
        open_here = {part for part in found[language] if isinstance(part, Place)}
        if outside := sorted(open_here - set(allowed)):
            sheet.refuse(f"{language}: {{{outside[0]}}} has no sense here")
    return found
