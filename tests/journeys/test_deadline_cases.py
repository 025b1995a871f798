"""Cases of other systems, through the batch door: what they say is due is due."""

import json
import sys
from datetime import date, datetime, timedelta

import pytest

from opendata_hub import cli

UNITS = {"working_day": "working_days", "calendar_day": "calendar_days", "month_de": "months"}
ENDS = {"none": "none", "next_working_day": "forward"}
OUT_OF_SCOPE = {
    "is_holiday": "says whether a day is off; holds no term to count",
    "extension_rule": "states a rule in symbols, without days",
    "pause": "asks what is left while a clock stands; mr-life-4 holds the same with its end",
}


@pytest.fixture
def batch(monkeypatch, capsys, tmp_path):
    def batch(cases):
        file = tmp_path / "cases.jsonl"
        file.write_text("\n".join(c if isinstance(c, str) else json.dumps(c) for c in cases))
        monkeypatch.setattr(sys, "argv", ["opendata-hub", "deadline", "--batch", str(file)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert ended.value.code == 0
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return batch


def as_case(row):
    rule = row["law_config"]
    case = {
        "id": row["id"],
        "unit": UNITS[rule["unit"]],
        "length": rule["amount"],
        "from": row["start"],
        "holidays": row.get("holidays") or [],
        "end": ENDS[rule["roll"]],
        "suspensions": row.get("pauses", []),
        "extensions": [rule["extension"]["amount"]] if "extension" in rule else [],
    }
    return {**case, "weekend": rule["weekend"]} if "weekend" in rule else case


def test_the_cases_of_other_systems(shared, batch):
    rows = json.loads((shared / "deadlines" / "cases.json").read_text())
    scoped = [row for row in rows if row["kind"] not in OUT_OF_SCOPE]
    assert len(rows) - len(scoped) == 8
    said = batch(map(as_case, scoped))
    assert {s["id"]: s.get("due") for s in said} == {r["id"]: r["expected_due"] for r in scoped}
    for row, answer in zip(scoped, said, strict=True):
        if row["kind"] == "status_on_date":  # late from the day after, compared by day
            assert (row["as_of"][:10] > answer["due"]) == ("overdue" in row["expected_status"])
        if "first_late_day" in row:
            late = date.fromisoformat(answer["due"]) + timedelta(days=1)
            assert late.isoformat() == row["first_late_day"]


def test_the_outputs_of_other_calculators(shared, batch):
    oracle = json.loads((shared / "deadlines" / "oracle.json").read_text())
    rows = oracle["rows"]
    cases = []
    for number, row in enumerate(rows):
        rule, holidays = row["law_config"], oracle["holiday_sets"][row["holidays"]]
        is_month = rule["unit"] == "month_de"
        # froide's month is its own rule, not the one of BGB 188(2): receipt moves to a working
        # day, and the month begins the day after it. Said so, our month gives its days.
        start = froide_start(row["start"], holidays) if is_month else row["start"]
        cases.append(
            {"id": number, "unit": UNITS[rule["unit"]], "length": rule["amount"], "from": start,
             "holidays": holidays, "end": "forward" if is_month else "none"}
        )  # fmt: skip
    said = batch(cases)
    assert [answer.get("due") for answer in said] == [row["expected_due"] for row in rows]


def froide_start(instant, holidays):
    """The day from which froide counts a month: the day after receipt, on a working day."""
    moment = datetime.fromisoformat(instant)
    day = moment.date() + timedelta(days=moment.hour >= 22)
    while day.weekday() >= 5 or day.isoformat() in holidays:
        day += timedelta(days=1)
    return (day + timedelta(days=1)).isoformat()


def test_a_bad_case_never_drops_a_line(batch):
    good = {"law": "ma/31-13", "step": "reply", "from": "2026-11-02"}
    rule = {"unit": "working_days", "length": 20, "from": "2026-11-02"}
    cases = [
        (good, "2026-12-02"),
        ("{broken", "broken-json"),
        ("[1]", "invalid-input"),
        ({}, "invalid-input"),
        ({**good, "law": "xx/1"}, "unknown-law"),
        ({**good, "step": "none"}, "unknown-step"),
        ({**good, "from": "2028-12-20"}, "calendar-gap"),
        ({**good, "from": "soon"}, "invalid-input"),
        ({**good, "unit": "months", "length": 1}, "invalid-input"),
        ({**good, "holyday": []}, "invalid-input"),
        ({**rule, "holidays": ["2026-13-01"]}, "invalid-input"),
        ({**rule, "holidays": ["1767398400"]}, "invalid-input"),
        ({**rule, "suspensions": [[0, "2026-11-05"]]}, "invalid-input"),
        ({**rule, "weekend": ["caturday"]}, "invalid-input"),
        ({**rule, "weekend": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}, "invalid-input"),
        ({**rule, "length": 0}, "invalid-input"),
        ({**rule, "suspensions": [["2026-11-10", "2026-11-05"]]}, "invalid-input"),
        ({**rule, "from": "9999-12-20"}, "invalid-input"),
        ({**rule, "holidays": []}, "2026-11-30"),
        ({**rule, "weekend": ["fri", "sat"], "holidays": []}, "2026-11-30"),
        ({**good, "from": "2028-12-20", "holidays": []}, "2029-01-17"),
        ("[" * 100_000, "broken-json"),
    ]
    said = batch([case for case, _ in cases])
    assert [a.get("due") or a["error"]["code"] for a in said] == [expected for _, expected in cases]
