"""What is documented is what there is."""

import re
from pathlib import Path

from opendata_hub import jobs
from opendata_hub.adapters.tabular import rules
from opendata_hub.bootstrap import load_frame
from opendata_hub.domain import errors
from opendata_hub.domain.catalog import document, headers, privacy
from opendata_hub.domain.catalog.record.classes import NOT_OURS, TABLE, rows_of
from opendata_hub.domain.catalog.record.described import described, given_from
from opendata_hub.domain.catalog.record.labels import LABELS
from opendata_hub.domain.catalog.rules.formula import FUNCTION_NAMES, Scope, parse_rule
from opendata_hub.domain.catalog.rules.kind import Kind
from opendata_hub.domain.ckan import lines as ckan
from opendata_hub.domain.requests.letter import Place
from opendata_hub.operations import schedule
from opendata_hub.settings import Settings
from opendata_hub.web import problems
from opendata_hub.web.ckan.actions import ACTIONS

ROOT = Path(__file__).parent.parent
TABULAR = ROOT / "src/opendata_hub/adapters/tabular"


def first_column(name):
    """The code in the first cell of each row of the tables in a document."""
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    return re.findall(r"^\| `([^`]+)` \|", text, flags=re.MULTILINE)


def refusals():
    """The findings of files in which there is no table, as the source names them."""
    source = "".join(file.read_text(encoding="utf-8") for file in TABULAR.rglob("*.py"))
    found = set(re.findall(r'(?:NotATable|_refused)\(\s*"([a-z-]+)"', source))
    assert "empty-file" in found
    return found


def test_every_setting_is_documented_with_its_default():
    documented = first_column("settings.md")
    assert documented == [f"OPENDATA_HUB_{name.upper()}" for name in Settings.model_fields]
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        if field.default not in ("", None):
            assert f"| `OPENDATA_HUB_{name.upper()}` | `{field.default}` |" in text


def test_every_error_code_is_documented_once():
    ours = {
        kind.code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.HubError) and hasattr(kind, "code")
    }
    http = {
        *problems.HTTP_CODES.values(), problems.BROKEN_JSON, problems.INTERNAL_ERROR,
        problems.NAMELESS_FILE,
    }  # fmt: skip
    cli = {"usage", "bad-setting", "unreadable-file", "aborted"}
    personal = {f"`{kind}`" for kind in privacy.Kind}
    text = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    assert all(code in text for code in personal)
    files = {
        "duplicate-row", "time-limit", rules.NOT_CHECKED, *headers.MESSAGES, *refusals(),
        privacy.HIDDEN_CARRIER, privacy.SMALL_COUNT, *document.Refusal, document.NOT_SEARCHABLE,
    }  # fmt: skip
    assert f"| `{rules.ROW}`, `{rules.GROUP}`, `{rules.TABLE}` |" in text
    documented = first_column("errors.md")
    assert len(documented) == len(set(documented))
    assert set(documented) == ours | http | cli | files


def test_every_function_of_the_rules_is_documented_in_its_order():
    text = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| `(\w+)\(.*?\)` \|", text, flags=re.MULTILINE)
    assert documented == list(FUNCTION_NAMES)


def test_the_worked_examples_of_rules_are_formulas():
    text = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    examples = re.findall(r"```text\n(.+?)\n```", text.partition("## Five worked")[2])
    columns = {
        **dict.fromkeys(
            ("date_ouverture", "date_fin_commission", "date_publication_pv"), Kind.DATE
        ),
        **dict.fromkeys(("statut", "motif", "titulaire_ice", "fin", "avancement"), Kind.TEXT),
        **dict.fromkeys(("montant_verse_dh", "montant_accorde_dh"), Kind.NUMBER),
    }
    by = {3: ("statut",)}
    for number, example in enumerate(examples):
        assert parse_rule(example, Scope(columns, by=by.get(number, ())))
    assert len(examples) == 5


def test_the_table_of_the_record_is_documented_line_by_line():
    text = (ROOT / "docs" / "catalogue.md").read_text(encoding="utf-8")
    expected = [
        f"| `{field}` | `{row.path}` | {row.node or row.kind} | {'one' if row.is_one else 'any'} "
        f"| {row.need} | {row.vocabulary or '–'} "
        f"| {' / '.join(LABELS[field][language] for language in ('fr', 'ar', 'en'))} |"
        for kind in TABLE.values()
        for field, row in rows_of(kind)
    ]
    assert re.findall(r"^\| `[a-z_]+` \| `[a-z]+:.+$", text, flags=re.MULTILINE) == expected
    assert all(f"- `{name}`: {reason}." in text for name, reason in NOT_OURS.items())


def test_the_table_of_packages_is_documented_line_by_line():
    text = (ROOT / "docs" / "ckan.md").read_text(encoding="utf-8")
    expected = [
        f"| `{line.field}` | {', '.join(f'`{key}`' for key in line.keys)} "
        f"| {f'`{line.exact}`' if line.exact else '–'} |"
        for line in (*ckan.DATASET, *ckan.RESOURCE)
    ]
    table = text.partition("### Datasets")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `.+$", table, flags=re.MULTILINE) == expected


def test_every_action_of_ckan_is_documented_with_its_parameters_and_its_deed():
    text = (ROOT / "docs" / "ckan.md").read_text(encoding="utf-8")
    expected = [
        f"| `{name}` | {', '.join(f'`{each}`' for each in action.takes) or '–'} | `{action.deed}` |"
        for name, action in ACTIONS.items()
    ]
    table = text.partition("## Actions")[2].partition("\n## ")[0]
    told = re.findall(r"^(\| `.+\|) [^|]+ \|$", table, flags=re.MULTILINE)
    assert told == expected


def test_the_example_of_further_fields_is_taken():
    text = (ROOT / "docs" / "catalogue.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```json\n(.+?)```", text, flags=re.DOTALL)
    frame = load_frame(Settings(), base_url="http://hub.example")
    kept = described(
        given_from(example), "http://hub.example/x", base_url=frame.base_url, coded=frame.coded
    )
    assert len(kept.fields) == 6
    assert len(kept.series) == 1


def test_codes_are_never_shared():
    kinds = [k for k in vars(errors).values() if isinstance(k, type) and hasattr(k, "code")]
    codes = [kind.code for kind in kinds]
    assert len(codes) == len(set(codes))


def test_links_between_documents_lead_somewhere():
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        text = page.read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!https?://|#|mailto:)([^)#]+)", text):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_changelog_keeps_its_order():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    order = ["Security", "Removed", "Deprecated", "Added", "Changed", "Fixed"]
    for version in text.split("\n## ")[1:]:
        sections = re.findall(r"^### (.+)$", version, flags=re.MULTILINE)
        assert sections == [name for name in order if name in sections]


def test_every_letter_and_every_place_is_documented():
    text = (ROOT / "docs" / "letters.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`([^`\n]+)`", text))
    letters = {file.stem for file in (ROOT / "requests/ma/31-13/letters").glob("*.yaml")}
    assert letters - {"stationery", "remedies"} <= set(first_column("letters.md"))
    assert not [place for place in Place if not {place, f"list: {place}"} & told]


def test_every_job_says_what_it_does_and_is_documented_with_its_time():
    text = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    section = text.partition("## Scheduled work")[2].partition("\n## ")[0]
    told = re.findall(r"^\| `([a-z-]+)` \| ([^|]+) \| [^|]+ \|$", section, flags=re.MULTILINE)
    there = schedule.entries()
    assert told == [(name, str(entry.cadence)) for name, entry in there.items()]
    assert all(entry.said for entry in there.values())
    assert len(there) == len(jobs.DAILY) + len(jobs.EVERY_MINUTE)


def test_every_test_that_security_names_exists():
    text = (ROOT / "docs/security.md").read_text(encoding="utf-8")
    section = text.partition("## Abuse")[2].partition("\n## ")[0]
    row = r"^\| (?!somebody|---)[^|]+ \| [^|]+ \| (.+) \|$"
    rows = re.findall(row, section, flags=re.MULTILINE)
    assert len(rows) > 40
    for row in rows:
        (named,) = re.findall(r"^`(tests/[^`]+)`$", row)
        file, _, test = named.partition("::")
        source = (ROOT / file).read_text(encoding="utf-8")
        assert f"\ndef {test or 'test_'}" in source, named
