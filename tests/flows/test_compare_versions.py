"""What differs between two versions of a dataset; what is gone can't be compared."""

import csv
import io
import json
import os
from datetime import timedelta

import pytest

import build
from opendata_hub import clock, jobs
from opendata_hub.adapters.rows import compare
from opendata_hub.adapters.rows.compare import csv_lines
from opendata_hub.domain.errors import Forbidden, Invalid, NotKnown, QueryTooHeavy, Withdrawn
from opendata_hub.domain.people.roles import Grant, Role, Visitor
from opendata_hub.domain.publishing.version import KEPT, ColumnChange, Gone, RowChange
from opendata_hub.flows.catalog.withdraw import withdraw
from opendata_hub.flows.portal import compare_versions
from opendata_hub.flows.portal.hide_version import hide_version
from opendata_hub.store.portal import versions
from opendata_hub.store.tables import DatasetVersionRow

FAMILY = "association-subsidies"
SLUG = f"demo-{FAMILY}"


def rows_of(hub, family=FAMILY):
    text = build.sample(hub, family).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def written(rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def publish(hub, rows, **words):
    submission = build.submitted(hub, written(rows), family=FAMILY)
    return build.publish_submission(hub, submission, replaces=True, **words)


def listed(hub):
    with hub.reading() as session:
        return compare_versions.listed(session, SLUG)


def difference(hub, before=0, after=0):
    pair = compare_versions.chosen(hub.frame, listed(hub), before, after)
    both = compare_versions.tables(hub.frame, hub.files, pair)
    return compare_versions.compare(hub.rows, pair, both)


def lines(hub):
    pair = compare_versions.chosen(hub.frame, listed(hub))
    both = compare_versions.tables(hub.frame, hub.files, pair)
    return list(compare_versions.every_change(hub.rows, pair, both))


def hide(hub, number, by=build.OPERATOR):
    with hub.writing() as session:
        return hide_version(session, SLUG, number, by=by, now=build.NOW)


@pytest.fixture
def twice(hub):
    """Published twice: a row changed, one went, one came, and all stand in another order."""
    rows = rows_of(hub)
    publish(hub, rows)
    changed = {**rows[1], "objet": "Autre objet fictif"}
    fresh = {**rows[2], "id_subvention": "S-NEUVE"}
    publish(hub, [fresh, *rows[3:], changed, rows[0]], title={"fr": "Un autre titre"})
    return hub


def changed_by_key(found, kind):
    sides = (row.after or row.before for row in found.rows.first[kind])
    return [side["id_subvention"] for side in sides]


def test_rows_are_told_apart_by_the_key_of_their_family(twice):
    rows, found = rows_of(twice), difference(twice)
    assert found.rows.counts == {
        RowChange.CHANGED: 1, RowChange.ADDED: 1, RowChange.REMOVED: 1,
    }  # fmt: skip
    [row] = found.rows.first[RowChange.CHANGED]
    assert row.cells == ("objet",)
    assert (row.before["objet"], row.after["objet"]) == (rows[1]["objet"], "Autre objet fictif")
    assert changed_by_key(found, RowChange.ADDED) == ["S-NEUVE"]
    assert changed_by_key(found, RowChange.REMOVED) == [rows[2]["id_subvention"]]


def test_the_record_is_compared_field_by_field(twice):
    found = {(each.name, each.language): each for each in difference(twice).fields}
    assert found["title", "fr"].after == "Un autre titre"
    assert found["title", "ar"].after is None
    assert ("description", "fr") not in found
    assert ("byte_size", "") in found


def test_columns_come_and_go_with_what_the_family_declares(twice):
    with twice.writing() as session:
        row = session.get_one(DatasetVersionRow, (SLUG, 1))
        columns = {**row.columns, "montant_verse_dh": "string", "ancienne": "string"}
        row.columns = {name: kind for name, kind in columns.items() if name != "objet"}
    found = difference(twice).columns
    assert set(found) == {
        ColumnChange("montant_verse_dh", "string", "number"),
        ColumnChange("ancienne", "string", ""),
        ColumnChange("objet", "", "string"),
    }


def test_a_table_without_a_key_is_compared_by_whole_rows(twice, monkeypatch):
    monkeypatch.setattr(compare_versions, "key_of", lambda _: ())
    counts = difference(twice).rows.counts
    assert counts == {RowChange.CHANGED: 0, RowChange.ADDED: 2, RowChange.REMOVED: 2}


def test_rows_that_stand_twice_are_counted_and_not_multiplied(hub):
    rows = rows_of(hub)
    sources = []
    for content in (written([rows[0]] * 3 + rows[1:]), written([rows[0]] * 5 + rows[1:])):
        submission = build.submitted(hub, content, family=FAMILY)
        path, schema = hub.files.path(submission.sha256), hub.family(FAMILY).schema
        sources.append(compare.Source(path, "table.csv", submission.sha256, schema))
    found = compare.compared(hub.rows, *sources, compare_versions.key_of(hub.family(FAMILY)))
    assert found.counts == {RowChange.CHANGED: 0, RowChange.ADDED: 2, RowChange.REMOVED: 0}


def test_many_rows_are_compared_part_by_part_with_the_same_result(twice, monkeypatch):
    monkeypatch.setattr(compare, "ROWS_AT_ONCE", 3)
    assert difference(twice).rows.total == 3


def test_the_same_number_written_otherwise_is_no_change(hub):
    rows = rows_of(hub)
    publish(hub, rows)
    column = "montant_verse_dh"
    longer = {row[column]: f"{row[column]}0" for row in rows if "." in row[column]}
    publish(hub, [{**row, column: longer.get(row[column], row[column])} for row in rows])
    assert longer
    assert difference(hub).rows.total == 0


def test_a_number_is_the_same_in_a_column_that_one_cell_has_made_text(hub):
    family, column = "completion-reports", "montant_avenants_dh"
    first, third, _, second, *_ = rows_of(hub, family)
    longer = {**third, column: f"{third[column]}0"}
    assert "." in third[column]
    later = [{**first, column: "NaN"}, {**second, "ecart_explication": "Autre"}, longer]
    for some in ([first, second, third], later):
        submission = build.submitted(hub, written(some), family=family)
        build.publish_submission(hub, submission, slug=SLUG, replaces=True)
    found = difference(hub)
    cells = [row.cells for row in found.rows.first[RowChange.CHANGED]]
    assert (cells, found.rows.total) == ([(column,), ("ecart_explication",)], 2)


def test_every_change_is_given_as_json_and_as_csv_without_formulas(twice):
    said = [json.loads(line) for line in lines(twice)]
    assert [each["change"] for each in said] == ["changed", "added", "removed"]
    assert said[1]["before"] is None
    formula = json.dumps({"change": "added", "before": None, "after": {"_row": 2, "a": "=1+1"}})
    rows = list(csv.reader(io.StringIO("".join(csv_lines(iter([*lines(twice), formula]))))))
    assert [(row[0], row[1]) for row in rows[1:]] == [
        ("changed", "before"), ("changed", "after"), ("added", "after"), ("removed", "before"),
        ("added", "after"),
    ]  # fmt: skip
    assert next(csv.reader(csv_lines(iter([formula, formula])))) == ["change", "side", "_row", "a"]
    assert "'=1+1" in "".join(csv_lines(iter([formula])))


def test_a_comparison_is_worked_out_once(twice, monkeypatch):
    first = difference(twice)
    monkeypatch.setattr(compare, "_make", None)
    assert difference(twice) == first


def test_who_comes_while_others_compare_is_sent_away_soon(twice, monkeypatch):
    monkeypatch.setattr(compare, "PATIENCE", 0.01)
    with compare._COMPARING, pytest.raises(QueryTooHeavy, match="try again"):  # noqa: SLF001
        difference(twice)
    assert difference(twice).rows.total == 3


def test_what_takes_too_long_is_not_tried_again_for_every_reader(twice, monkeypatch):
    monkeypatch.setattr(compare, "SECONDS", -1.0)
    with pytest.raises(QueryTooHeavy):
        difference(twice)
    monkeypatch.setattr(compare, "_make", None)
    with pytest.raises(QueryTooHeavy):
        difference(twice)


@pytest.mark.parametrize("statement", [1, 2, 3, 4])
def test_time_that_runs_out_between_two_statements_is_not_lost(twice, monkeypatch, statement):
    """Before the digests of either side, before they are compared, and before it is written."""
    ticks = iter([0.0] * statement)
    monkeypatch.setattr(compare, "monotonic", lambda: next(ticks, compare.SECONDS + 1))
    with pytest.raises(QueryTooHeavy):
        difference(twice)


def test_what_stops_a_comparison_from_outside_is_tried_again_and_leaves_nothing(twice, monkeypatch):
    """Its rows were dropped meanwhile, or the disk is full."""
    tables = compare.made
    monkeypatch.setattr(compare, "made", lambda store, source: tables(store, source).parent / "x")
    with pytest.raises(QueryTooHeavy, match="try again later"):
        difference(twice)
    assert not list(twice.rows.folder.glob("comparing-*"))
    monkeypatch.undo()
    assert difference(twice).rows.total == 3


def test_what_a_killed_comparison_left_is_swept(twice):
    left = twice.rows.folder / "comparing-x"
    (left / "spilled").mkdir(parents=True)
    jobs.sweep_rows(twice)
    assert left.is_dir(), "it may be at work"
    os.utime(left, (0, 0))
    jobs.sweep_rows(twice)
    assert not left.exists()


def test_a_version_that_was_hidden_can_not_be_compared_and_leaves_no_rows(twice):
    difference(twice)
    hidden = hide(twice, 1)
    assert (hidden.number, hide(twice, 1)) == (1, None)
    [present, gone] = listed(twice)
    assert (gone.gone, gone.said, gone.columns) == (Gone.HIDDEN, {}, {})
    assert compare_versions.chosen(twice.frame, [present, gone]) is None
    with pytest.raises(NotKnown):
        compare_versions.chosen(twice.frame, [present, gone], 1, 2)


def test_versions_with_the_same_file_are_hidden_together(hub):
    rows = rows_of(hub)
    for words in ("Premier", "Deuxième"):
        publish(hub, rows, title={"fr": words})
    publish(hub, rows[1:])
    assert hide(hub, 1).number == 1
    assert [each.gone for each in listed(hub)] == [Gone.NOT, Gone.HIDDEN, Gone.HIDDEN]


def test_a_version_with_the_file_of_the_present_one_is_hidden_alone(hub):
    for words in ("Premier", "Deuxième", "Troisième"):
        publish(hub, rows_of(hub), title={"fr": words})
    hide(hub, 1)
    assert [each.gone for each in listed(hub)] == [Gone.NOT, Gone.NOT, Gone.HIDDEN]


def test_the_present_version_is_not_hidden_nor_any_by_who_may_not_withdraw(twice):
    with pytest.raises(Invalid, match="withdraw"):
        hide(twice, 2)
    with pytest.raises(NotKnown):
        hide(twice, 9)
    with pytest.raises(Forbidden):
        hide(twice, 1, by=Visitor(7, (Grant(Role.STEWARD, "another-body"),)))


def test_a_withdrawn_dataset_shows_no_version_even_after_it_is_published_again(twice):
    with twice.writing() as session:
        withdraw(session, twice.frame, SLUG, reason="Erreur", by=build.OPERATOR, now=build.NOW)
    with pytest.raises(Withdrawn):
        listed(twice)
    publish(twice, rows_of(twice), again=True)
    assert [(each.number, each.gone) for each in listed(twice)] == [
        (3, Gone.NOT), (2, Gone.WITHDRAWN), (1, Gone.WITHDRAWN),
    ]  # fmt: skip


def test_rows_of_what_is_gone_are_swept_with_what_was_made_of_them(twice, monkeypatch):
    difference(twice)
    kept = len(list(twice.rows.folder.glob("*/*")))
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=2))
    assert jobs.sweep_rows(twice) == 0
    hide(twice, 1)
    assert jobs.sweep_rows(twice) == 3, "the table, and the comparison with what was told of it"
    assert len(list(twice.rows.folder.glob("*/*"))) == kept - 3


def test_a_comparison_is_dropped_after_a_week_and_made_again(twice, monkeypatch):
    first, now = difference(twice), clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=8))
    assert jobs.sweep_rows(twice) == 2, "the comparison with what was told of it"
    assert difference(twice) == first


def test_tables_that_differ_in_too_many_rows_are_too_heavy(twice, monkeypatch):
    monkeypatch.setattr(compare, "MOST_CHANGED", 2)
    with pytest.raises(QueryTooHeavy):
        difference(twice)


def test_the_oldest_of_many_versions_are_let_go(hub):
    first = publish(hub, rows_of(hub))
    for _ in range(KEPT):
        with hub.writing() as session:
            number = versions.listed(session, SLUG)[0].number + 1
            later = build.dataset(first.submission_id, SLUG, version=number)
            versions.add_all(session, [(later, {})])
    assert [each.gone for each in listed(hub)] == [*[Gone.NOT] * KEPT, Gone.OLD]
