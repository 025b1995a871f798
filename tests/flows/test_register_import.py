"""An old register is taken over whole or not at all, once, with its true days and nobody's name."""

import pytest
from sqlalchemy import text

import build
from opendata_hub.adapters.tabular.old_registers import old_table
from opendata_hub.domain.errors import Forbidden, Invalid, NotATable
from opendata_hub.domain.people.roles import OPERATOR, STRANGER, Grant, Role, Visitor
from opendata_hub.domain.register.figure import Measure
from opendata_hub.domain.register.old_register import REASONS, SCHEMA, Reason
from opendata_hub.domain.texts import LANGUAGES
from opendata_hub.flows.register.import_old import OldTable, import_old
from opendata_hub.flows.requests.announce import current
from opendata_hub.flows.verify import verify
from opendata_hub.store.register import entries, rows
from opendata_hub.store.register.rows import Chosen

TODAY = build.NOW.date()
SOUND = """Commune fictive;;;;;;;;
N°;Reçue le;Objet;Nom et prénom;CIN;Suite donnée;Date de réponse;Motif;Plainte au président
12/2024;05/01/2024;Budget 2024;Personne Fictive;XX000000;Satisfaite;20/01/2024;;
13/2024;2024-02-01;Dossier de Mme Fictive;X;XX00;Refusée;15/02/2024;demande_imprecise;20/2/2024
14/2024;1er mars 2024;Marchés de voirie;;;sans réponse;;;
;;;;;;;;
Total;3;;;;;;;
"""
ARABIC = """رقم الطلب,تاريخ التوصل,موضوع الطلب,مآل الطلب,تاريخ الجواب
١,٠٥/٠١/٢٠٢٤,ميزانية الجماعة,تمت الاستجابة,٢٠/٠١/٢٠٢٤
"""


def imported(hub, tmp_path, content, *, may_write=True, by=OPERATOR, name="old.csv", **asked):
    file = tmp_path / name
    file.write_text(content, encoding="utf-8")
    body = hub.authority()
    law = hub.law_named(body.law)
    with old_table(file, name, SCHEMA) as table, hub.writing() as session:
        return import_old(
            session, OldTable(table.labels, table.ignored, table.records),
            authority=body, law=law, calendar=current(session, hub.calendar_of(law)),
            by=by, today=TODAY, now=build.NOW, may_write=may_write, **asked,
        )  # fmt: skip


def kept(hub):
    return list(rows.every(hub.reading, Chosen(TODAY)))


def test_a_register_is_taken_over_with_its_true_days_and_nobodys_name(hub, tmp_path):
    report = imported(hub, tmp_path, SOUND)
    assert (report.accepted, report.refused, report.is_kept) == (3, 0, True)
    assert report.ignored == ("Nom et prénom", "CIN")
    silent, refused, granted = kept(hub)
    assert (granted.channel, granted.subject, str(granted.received_on)) == (
        "import", "Budget 2024", "2024-01-05",
    )  # fmt: skip
    assert (granted.outcome, str(granted.answered_on), granted.net_days) == (
        "granted", "2024-01-20", 15,
    )  # fmt: skip
    assert (refused.ground, refused.subject, str(refused.complained_on)) == (
        "unclear-request", "Objet non publié", "2024-02-20",
    )  # fmt: skip
    assert (silent.outcome, silent.is_late(TODAY)) == ("pending", True)
    with hub.reading() as session:
        said = str(session.connection().execute(text("SELECT * FROM info_request")).all())
        assert "Fictive" not in said
        assert session.connection().execute(text("SELECT count(*) FROM mail")).scalar_one() == 0
        assert session.connection().execute(text("SELECT count(*) FROM outbox")).scalar_one() == 0
        assert verify(session).faults == ()
        assert list(entries.rebuild(session, may_write=False)) == []
        (group,) = rows.groups(session, Chosen(TODAY))
    assert (group.is_imported, group.counts[Measure.RECEIVED]) == (True, 3)


def test_references_are_of_the_series_of_each_year(hub, tmp_path):
    content = "numero,date_reception\n1,2025-03-03\n2,2024-03-04\n3,2025-03-05\n"
    report = imported(hub, tmp_path, content)
    assert [row.reference for row in report.rows] == [
        "AI-2025-000001", "AI-2024-000001", "AI-2025-000002",
    ]  # fmt: skip


def test_the_same_file_again_adds_nothing(hub, tmp_path):
    first = imported(hub, tmp_path, SOUND)
    again = imported(hub, tmp_path, SOUND)
    assert (again.accepted, again.there_already, again.refused) == (0, 3, 0)
    assert [row.reference for row in again.rows] == [row.reference for row in first.rows]
    assert len(kept(hub)) == 3


def test_columns_are_found_by_their_arabic_names_and_digits_are_read(hub, tmp_path):
    assert imported(hub, tmp_path, ARABIC).refused == 0
    (only,) = kept(hub)
    assert (str(only.received_on), only.outcome, only.language) == ("2024-01-05", "granted", "ar")


def test_a_dry_run_says_all_and_keeps_nothing(hub, tmp_path):
    report = imported(hub, tmp_path, SOUND, may_write=False)
    assert (report.accepted, report.is_kept, kept(hub)) == (3, False, [])


HEAD = ("numero,date_reception,objet,statut,date_reponse,motif_refus,exception,urgente,"
        "date_avis_prolongation,motif_prolongation,cdai_date\n")  # fmt: skip


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        (",2024-01-05,,,,,,,,,", "numero", Reason.MISSING),
        ("x" * 101 + ",2024-01-05,,,,,,,,,", "numero", Reason.TOO_LONG),
        ("1,,,,,,,,,,", "date_reception", Reason.MISSING),
        ("1,01/15/2024,,,,,,,,,", "date_reception", Reason.NO_DATE),
        ("1,2999-01-05,,,,,,,,,", "date_reception", Reason.IN_FUTURE),
        ("1,2010-01-05,,,,,,,,,", "date_reception", Reason.NO_CALENDAR),
        ("1,2024-01-05,,perdue,,,,,,,", "statut", Reason.UNKNOWN_WORD),
        ("1,2024-01-05,,satisfaite,,,,,,,", "date_reponse", Reason.MISSING),
        ("1,2024-01-05,,,2024-01-09,,,,,,", "statut", Reason.MISSING),
        ("1,2024-01-05,,satisfaite,2024-01-04,,,,,,", "date_reponse", Reason.NOT_BY_LAW),
        ("1,2024-01-05,,refusee,2024-01-09,Personne Fictive,,,,,", "motif_refus",
         Reason.UNKNOWN_WORD),
        ("1,2024-01-05,,refusee,2024-01-09,,vie privée,,,,", "exception", Reason.UNKNOWN_WORD),
        ("1,2024-01-05,,,,,,peut-être,,,", "urgente", Reason.UNKNOWN_WORD),
        ("1,2024-01-05,,en cours,,,,,2024-06-05,volume,", "date_avis_prolongation",
         Reason.NOT_BY_LAW),
        ("1,2024-01-05,,en cours,,,,,2024-01-20,,", "date_avis_prolongation", Reason.NOT_BY_LAW),
        ("0,2024-01-05,,,,,,,,,", "numero", Reason.REPEATED),
    ],
)  # fmt: skip
def test_one_refused_row_keeps_out_the_file_and_is_told_with_its_column(
    hub, tmp_path, line, column, reason
):
    content = f"{HEAD}0,2024-01-05,Budget,,,,,,,,\n{line}\n"
    report = imported(hub, tmp_path, content)
    (refused,) = [row for row in report.rows if row.not_taken]
    assert (refused.number, refused.not_taken.column, refused.not_taken.reason) == (
        3, column, reason,
    )  # fmt: skip
    assert (report.is_kept, kept(hub)) == (False, [])
    assert imported(hub, tmp_path, content, only_sound=True).is_kept
    assert len(kept(hub)) == 1


def test_whoever_may_not_handle_requests_takes_over_none(hub, tmp_path):
    with pytest.raises(Forbidden):
        imported(hub, tmp_path, SOUND, by=Visitor(1, frozenset({Grant(Role.OFFICER, "another")})))
    with pytest.raises(Exception, match="Sign in"):
        imported(hub, tmp_path, SOUND, by=STRANGER)


def test_a_file_that_is_no_register_is_refused_whole(hub, tmp_path):
    with pytest.raises(NotATable):
        imported(hub, tmp_path, "a,b\n1,2\n")
    with pytest.raises(Invalid, match="date_reception"):
        imported(hub, tmp_path, "numero,objet\n1,Budget\n")


def test_every_reason_is_told_in_every_language():
    assert set(REASONS) == set(Reason)
    assert all(set(said) == set(LANGUAGES) for said in REASONS.values())
