"""A letter on a made-up request, so that a jurist can look at the words of a pack."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from opendata_hub.adapters.typeset.days import LongDays
from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.requests.acts import Act
from opendata_hub.domain.requests.info_request import InfoRequest, Question
from opendata_hub.domain.requests.letter import (
    Letter,
    Particulars,
    Place,
    Template,
    act_told,
    compose,
)
from opendata_hub.domain.requests.timeline import Event
from opendata_hub.domain.texts import LANGUAGES, Texts
from opendata_hub.flows.requests.write_letter import Office

REFERENCE, TRACKING_CODE = "AI-2026-000123", "ABCDE-FGHJK-MNPQR-STVWX"
SUBJECT: Texts = {
    "fr": "subventions versées aux associations sportives en 2025",
    "ar": "الدعم المقدم للجمعيات الرياضية برسم سنة 2025",
    "en": "grants to sports associations in 2025",
}
NAME: Texts = {"fr": "Personne Fictive", "ar": "شخص خيالي", "en": "Fictional Person"}
ADDRESS: Texts = {"fr": "1, rue de l’Exemple", "ar": "1، زنقة المثال", "en": "1 Example Street"}
OFFICER: Texts = {"fr": "Agent Imaginaire", "ar": "موظف خيالي", "en": "Imaginary Officer"}
WORDS: Mapping[Place, Texts] = {
    Place.REASONS: {
        "fr": "les pièces contiennent les numéros de compte de personnes privées, "
        "sans lien avec l’emploi des subventions.",
        "ar": "تتضمن الوثائق أرقام حسابات بنكية لأشخاص ذاتيين لا علاقة لها باستعمال الدعم.",
        "en": "the documents hold the account numbers of private persons, which have nothing to do "
        "with the use of the grants.",
    },
    Place.ENCLOSED: {
        "fr": "– la liste des associations bénéficiaires et des montants (CSV) ;\n"
        "– les conventions de 2025 (PDF, 14 pages).",
        "ar": "– لائحة الجمعيات المستفيدة والمبالغ (CSV)؛\n– اتفاقيات سنة 2025 (14 صفحة، PDF).",
        "en": "– the list of associations and amounts (CSV);\n"
        "– the agreements of 2025 (PDF, 14 pages).",
    },
    Place.WHERE: {
        "fr": "« Aides aux associations 2025 », https://commune.example/fr/datasets/aides-2025",
        "ar": "«دعم الجمعيات 2025»، https://commune.example/ar/datasets/aides-2025",
        "en": "“Aid to associations 2025”, https://commune.example/en/datasets/aides-2025",
    },
    Place.BODY: {
        "fr": "Conseil provincial d’exemple, service des affaires sociales.",
        "ar": "مجلس الإقليم الخيالي، مصلحة الشؤون الاجتماعية.",
        "en": "Provincial council of Example, department of social affairs.",
    },
    Place.QUESTION: {
        "fr": "souhaitez-vous les montants votés, les montants versés, ou les deux ?",
        "ar": "هل تطلبون المبالغ المصادق عليها أم المبالغ المصروفة أم كليهما؟",
        "en": "do you want the amounts voted, the amounts paid, or both?",
    },
    Place.OUTCOME: {
        "fr": "la liste demandée vous sera remise, sans les numéros de compte.",
        "ar": "تسليمكم اللائحة المطلوبة بعد حجب أرقام الحسابات.",
        "en": "the list you asked for will be handed to you, without the account numbers.",
    },
}


def sample_letter(
    office: Office, name: str, *, language: str, ground: str = "", today: date, now: datetime
) -> Letter:
    """The letter as it would be written today on a request that nobody made.

    ground: a code of the law; where it is empty, the first that the letter knows.
    Raises UnknownLetter, Invalid and CalendarGap.
    """
    if language not in LANGUAGES:
        raise Invalid(f"language: {language[:20]!r} is not one of {', '.join(LANGUAGES)}")
    template = office.letters.template(name)
    ground = ground or _first_ground(template, office)
    request = InfoRequest(
        reference=REFERENCE,
        authority="",
        law=office.law.name,
        question=Question(SUBJECT[language], SUBJECT[language], language, is_urgent=False),
        events=tuple(
            Event(act, today - timedelta(days=days), now, ground if days == 0 else "")
            for act, days in _acts(act_told(template, ground))
        ),
    )
    case = office.case(
        request, language, today=today,
        addressee=(NAME[language], ADDRESS[language]), tracking_code=TRACKING_CODE,
    )  # fmt: skip
    said = _said(template, office, ground, language)
    return compose(office.letters, name, case, said, language=language, days=LongDays())


def _acts(told: Act | None) -> Sequence[tuple[Act, int]]:
    """What happened so many days ago, up to the act that the letter tells of."""
    match told:
        case None:
            return ((Act.RECEIVE, 10),)
        case Act.RECEIVE:
            return ((Act.RECEIVE, 0),)
        case Act.HEAD_DECIDES:
            return (
                (Act.RECEIVE, 50), (Act.REFUSE, 30), (Act.COMPLAIN_TO_HEAD, 10), (told, 0),
            )  # fmt: skip
        case act:
            return ((Act.RECEIVE, 10), (act, 0))


def _first_ground(template: Template, office: Office) -> str:
    if not template.speaks_of_grounds:
        return ""
    if Act.EXTEND in template.acts:
        extension = office.law.extension_of(office.law.first_step(is_urgent=False))
        return extension.grounds[0].code if extension else ""
    if template.grounds_of.keys() >= set(template.acts):
        return next(iter(template.grounds_of.values()))
    return office.law.refusal_grounds[0].code


def _said(template: Template, office: Office, ground: str, language: str) -> Particulars:
    """All that the letter, on that ground, has a place for."""
    stands = [each for each in template.passages if not each.grounds or ground in each.grounds]
    wanted = frozenset[Place]().union(*(passage.places for passage in stands))
    exceptions = office.law.exceptions if Place.EXCEPTIONS in wanted else ()
    private = [each.code for each in exceptions][2:3]  # private life, in law 31-13
    return Particulars(
        ground=ground,
        exceptions=tuple(private),
        **{place: WORDS[place][language] for place in WORDS if place in wanted},
    )
