"""Rules that compare with another table find what the publisher has published."""

import csv
import io

import build
from opendata_hub.flows.catalog.compare import published_tables
from opendata_hub.flows.catalog.submit import examine

FAMILY = "association-subsidies"


def tables(hub, publisher):
    family = hub.family(FAMILY)
    with hub.reading() as session:
        return published_tables(session, hub.files, hub.frame.families, family, publisher=publisher)


def next_year(hub, amount_before):
    """A row of the sample a year later, with what it says of the year before."""
    rows = csv.DictReader(io.StringIO(build.sample(hub, FAMILY).decode("utf-8-sig")))
    row = next(each for each in rows if each["association_ice"])
    row["exercice"] = str(int(row["exercice"]) + 1)
    row["montant_annee_precedente_dh"] = amount_before
    text = io.StringIO()
    writer = csv.DictWriter(text, list(row))
    writer.writeheader()
    writer.writerow(row)
    return io.BytesIO(text.getvalue().encode())


def broken_rules(hub, amount_before, publisher):
    examined = examine(
        hub.files, next_year(hub, amount_before), hub.family(FAMILY), file_name="next.csv",
        limit_bytes=10**6, today=build.TODAY, tables=tables(hub, publisher),
    )  # fmt: skip
    return {finding.rule for finding in examined.report.findings}


def test_the_year_before_is_looked_up_where_it_was_published(hub):
    build.publish_sample(hub, FAMILY)
    ours = hub.frame.site.publisher
    assert "previous-year-agrees" in broken_rules(hub, "1", ours)
    assert "previous-year-agrees" not in broken_rules(hub, "99999999", ours)


def test_what_another_body_published_or_nobody_did_is_not_compared(hub):
    assert tables(hub, "") is None
    assert tables(hub, hub.frame.site.publisher) == {}
    build.publish_sample(hub, FAMILY)
    assert tables(hub, "another-body") == {}
