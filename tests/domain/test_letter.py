"""What a letter says comes from what happened; what it must say is in it, or there is none."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

import build
import letters
from opendata_hub.domain.errors import Invalid, LetterIncomplete, UnknownLetter, WrongMoment
from opendata_hub.domain.requests.acts import Act
from opendata_hub.domain.requests.letter import Particulars, Place, lines_of, one_line, wording
from opendata_hub.domain.texts import LANGUAGES

NAMES = (
    "acknowledgement", "clarification", "complaint-decision", "extension", "grant", "partial",
    "receipt", "refusal", "reminder", "transfer",
)  # fmt: skip
REFUSED = letters.asked((Act.REFUSE, "2026-11-23"))


def test_words_and_places_are_told_apart():
    assert wording("Le {written_on} à {authority}") == (
        "Le ", Place.WRITTEN_ON, " à ", Place.AUTHORITY,
    )  # fmt: skip


@pytest.mark.parametrize("text", ["{name}", "{}", "a { b", "a } b", "{{written_on}}"])
def test_a_place_that_is_none_is_refused(text):
    with pytest.raises(Invalid):
        wording(text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_each_letter_stands_in_each_language_without_a_code(name, language):
    written = letters.sample(name, language)
    said = letters.spoken(written)
    assert len(said) > 100
    law = letters.office().law
    extensions = [ground.code for step in law.steps.values() for ground in step.grounds]
    codes = [each.code for each in (*law.refusal_grounds, *law.exceptions, *law.mentions)]
    machine = [*codes, *extensions, *law.steps, *Act]
    words = {code for code in machine if "-" in code or "_" in code}
    assert not [code for code in words if code in said]
    assert "{" not in said


def test_days_are_counted_by_the_law_and_told_in_full():
    said = letters.spoken(letters.letter("receipt", letters.asked(), today=date(2026, 11, 2)))
    assert "a reçu le 2 novembre 2026" in said
    assert "au plus tard le 2 décembre 2026 (article 16)" in said


def test_an_extension_tells_both_days_its_ground_and_its_reasons():
    extended = letters.asked(
        (Act.EXTEND, "2026-11-23"), ground="many-items", reasons="Quarante dossiers."
    )
    said = letters.spoken(letters.letter("extension", extended))
    assert "est due au plus tard le 2 décembre 2026" in said
    assert "prolongé jusqu’au 30 décembre 2026" in said
    assert "un grand nombre d'informations." in said
    assert "Quarante dossiers." in said


def test_a_refusal_holds_every_mention_of_the_law():
    said = letters.spoken(letters.letter("refusal", REFUSED, letters.REFUSED["refusal"]))
    assert "Vie privée des personnes ou données à caractère personnel" in said
    assert "Des comptes bancaires." in said
    assert "plainte auprès du président de l’institution : dans un délai de 20 jours" in said
    assert "jusqu’au 21 décembre 2026 si vous la recevez le 23 novembre 2026" in said
    assert "Par prudence, n’attendez pas au-delà du 18 décembre 2026." in said


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"reasons": ""}, "reasons"),
        ({"reasons": " \n "}, "reasons"),
        ({"exceptions": ()}, "exceptions"),
        ({"ground": "", "exceptions": ()}, "ground"),
        ({"ground": "already-published", "exceptions": ()}, "where"),
    ],
)
def test_a_refusal_without_a_mention_is_no_letter(changes, missing):
    said = replace(letters.REFUSED["refusal"], **changes)
    with pytest.raises(LetterIncomplete, match=f"{missing} is missing"):
        letters.letter("refusal", REFUSED, said)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["refusal", "partial"])
def test_every_ground_of_the_law_has_words_of_its_own(name, language):
    """The law lists conditions («إذا كانت …»), which are no sentence of a letter."""
    grounds = [ground.code for ground in letters.office().law.refusal_grounds]
    said = {letters.spoken(letters.sample(name, language, ground)) for ground in grounds}
    assert len(said) == len(grounds) == 7
    assert not any("إذا كانت المعلومات" in words or "إذا كان طلب" in words for words in said)


def test_a_refusal_tells_its_remedies_or_is_no_letter():
    """The day after the remedy has lapsed there is none to tell."""
    late = letters.asked((Act.REFUSE, "2026-11-03"))
    with pytest.raises(LetterIncomplete, match="remedies is missing"):
        letters.letter("refusal", late, letters.REFUSED["refusal"], today=date(2027, 3, 1))


@pytest.mark.parametrize(
    ("name", "said", "reason"),
    [
        ("refusal", Particulars(ground="private", reasons="x"), "does not know 'private'"),
        (
            "refusal",
            Particulars(ground="exception", exceptions=("7.9",), reasons="x"),
            "does not know '7.9'",
        ),
        (
            "refusal",
            Particulars(ground="unclear-request", exceptions=("7.1-c",), reasons="x"),
            "exceptions: the letter refusal does not say it",
        ),
        ("acknowledgement", Particulars(reasons="x"), "does not say it"),
        ("acknowledgement", Particulars(ground="exception"), "does not say 'exception'"),
        ("refusal", Particulars(ground="exception", reasons="x" * 20_001), "more than 20000"),
    ],
)
def test_nothing_that_is_said_is_dropped_and_no_code_is_made_up(name, said, reason):
    with pytest.raises(Invalid, match=reason):
        letters.letter(name, REFUSED, said)


def test_a_decision_on_a_complaint_opens_the_commission():
    decided = letters.asked(
        (Act.REFUSE, "2026-11-03"), (Act.COMPLAIN_TO_HEAD, "2026-11-10"),
        (Act.HEAD_DECIDES, "2026-11-23"),
    )  # fmt: skip
    said = Particulars(reasons="La loi.", outcome="La liste vous sera remise.")
    told = letters.spoken(letters.letter("complaint-decision", decided, said))
    assert "votre plainte du 10 novembre 2026" in told
    assert "30 jours" in told
    assert "commission du droit d’accès à l’information (CDAI)" in told
    assert "président de l’institution : dans" not in told


def test_a_reminder_counts_the_days_left_and_then_the_days_late():
    early = letters.spoken(letters.letter("reminder", letters.asked()))
    late = letters.spoken(letters.letter("reminder", letters.asked(), today=date(2026, 12, 7)))
    assert "Jours restants, tous les jours comptés : 9." in early
    assert "Jours de retard, tous les jours comptés : 5." in late
    assert "retard" not in early
    assert letters.letter("reminder", letters.asked()).follow_at == ""
    on_the_day = letters.letter("reminder", letters.asked(), today=date(2026, 12, 2))
    assert "tous les jours comptés : 0." in letters.spoken(on_the_day)


def test_nobody_is_reminded_of_what_was_answered():
    with pytest.raises(WrongMoment):
        letters.letter("reminder", letters.asked((Act.GRANT, "2026-11-10")))


def test_a_reopened_request_needs_another_letter():
    again = letters.asked((Act.REFUSE, "2026-11-03"), (Act.REOPEN, "2026-11-10"))
    with pytest.raises(LetterIncomplete, match="remedies"):
        letters.letter("refusal", again, letters.REFUSED["refusal"])


def test_a_receipt_names_nobody_and_a_reminder_only_the_officer():
    named = {"addressee": ("Personne Fictive", "1, rue de l’Exemple")}
    assert letters.letter("receipt", letters.asked(), **named).addressee == ()
    assert letters.letter("reminder", letters.asked(), **named).addressee == ("Agent Imaginaire",)
    refused = letters.letter("refusal", REFUSED, letters.REFUSED["refusal"], **named)
    assert refused.addressee == named["addressee"]
    unnamed = letters.letter("refusal", REFUSED, letters.REFUSED["refusal"])
    assert unnamed.addressee == ("À la personne qui a présenté la demande",)


def test_arabic_puts_its_own_name_first_and_the_hijri_day_beside():
    written = letters.letter("receipt", letters.asked(), language="ar")
    assert [language for language, _ in written.letterhead] == ["ar", "fr"]
    dated = "".join(run.text for run in written.dated).replace("\u00a0", " ")
    assert dated == "في 23 نونبر 2026 (نحو 13 جمادى الآخرة 1448)"


def test_the_square_leads_to_the_page_without_the_code():
    written = letters.letter("receipt", letters.asked(), tracking_code="ABCDE-FGHJK")
    assert written.follow_at == f"{build.BASE_URL}/fr/requests/AI-2026-000001"
    assert "ABCDE-FGHJK" in written.text
    assert "ABCDE" not in written.follow_at + written.follow_code
    assert "Code de suivi" not in letters.letter("receipt", letters.asked()).text


def test_what_turns_a_line_around_is_taken_out_of_names():
    turned = "Nom \u202egnp.exe\u202c\u2066x\u2069\x07 \u200f fin\r\nsuite"
    assert one_line(turned) == "Nom gnp.exex fin suite"
    assert lines_of(" a  b \r\n\n\n\nc\u2028") == "a b\n\nc"
    request = letters.asked(subject=turned)
    assert "\u202e" not in letters.letter("receipt", request).text


def test_an_unknown_letter_or_language_is_refused():
    with pytest.raises(UnknownLetter, match="acknowledgement, clarification"):
        letters.letter("invoice", letters.asked())
    with pytest.raises(Invalid, match="language"):
        letters.letter("receipt", letters.asked(), language="xx")


def test_a_letter_of_the_last_day_still_tells_the_remedy_of_that_day():
    today = date(2026, 12, 21)
    told = letters.letter("refusal", REFUSED, letters.REFUSED["refusal"], today=today)
    assert "21 décembre 2026" in letters.spoken(told)
    with pytest.raises(LetterIncomplete):
        letters.letter(
            "refusal", REFUSED, letters.REFUSED["refusal"], today=today + timedelta(days=1)
        )
