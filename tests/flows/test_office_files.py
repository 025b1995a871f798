"""An office file is stopped by what it carries, until it is clean or cleared."""

from openpyxl import Workbook
from openpyxl.comments import Comment

from opendata_hub.adapters import tabular
from opendata_hub.domain.catalog.privacy import HIDDEN_CARRIER
from opendata_hub.domain.catalog.report import Clearance, Report
from opendata_hub.flows.catalog.submit import examine

SOUND = Report(rows=1, findings=(), total_findings=0)


def examined(hub, tmp_path, monkeypatch, report=SOUND):
    """As if the table itself had that report."""
    monkeypatch.setattr(tabular, "check", lambda *_, **__: report)
    book = Workbook()
    book.active["A1"] = "code"
    book.active["A1"].comment = Comment("à revoir", "Personne Fictive")
    book.save(tmp_path / "table.xlsx")
    with (tmp_path / "table.xlsx").open("rb") as stream:
        return examine(
            hub.files,
            stream,
            hub.family("association-subsidies"),
            file_name="table.xlsx",
            limit_bytes=1_000_000,
        ).report


def test_what_a_workbook_carries_stops_a_sound_table(hub, tmp_path, monkeypatch):
    report = examined(hub, tmp_path, monkeypatch)
    found = {(f.code, f.column) for f in report.blocking()}
    assert found == {(HIDDEN_CARRIER, "office:comment"), (HIDDEN_CARRIER, "office:author")}
    assert (report.is_valid, report.total_findings) == (False, len(report.findings))


def test_a_steward_can_clear_it(hub, tmp_path, monkeypatch):
    report = examined(hub, tmp_path, monkeypatch)
    cleared = [
        Clearance(HIDDEN_CARRIER, "office:comment", "a note for readers"),
        Clearance(HIDDEN_CARRIER, "office:author", "the spokesperson, with consent"),
    ]
    assert report.blocking(cleared) == ()


def test_a_file_that_is_no_table_is_not_looked_into(hub, tmp_path, monkeypatch):
    unread = Report(rows=0, findings=(), total_findings=0, is_readable=False)
    assert examined(hub, tmp_path, monkeypatch, unread).findings == ()
