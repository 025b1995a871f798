"""An operator sets up a region and its communes by commands."""

import sys
import time

import pytest

import build
from opendata_hub import cli
from opendata_hub.bootstrap import open_hub
from opendata_hub.settings import Settings

NAMES = ("--name", "fr=Nord", "--name", "ar=الشمال", "--name", "en=North")
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9z"/></svg>'


@pytest.fixture
def run(monkeypatch, capsys, pytestconfig):
    monkeypatch.chdir(pytestconfig.rootpath)

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["opendata-hub", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return run


def table(tmp_path, *lines):
    file = tmp_path / "communes.csv"
    file.write_text("id,name_fr,name_ar,prefix\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_an_authority_from_its_creation_to_its_closure(run, tmp_path):
    assert run(
        "authority", "create", "commune-nord", *NAMES, "--territory", "hcp:04", "--family",
        "petitions", "--unit", "urbanisme;fr=Urbanisme;ar=التعمير;en=Planning",
    ) == (0, "commune-nord added\n", "")  # fmt: skip
    code, _, err = run("authority", "create", "commune-nord", *NAMES)
    assert (code, err.partition(": ")[2].partition(":")[0]) == (2, "authority-taken")
    assert run("authority", "list")[1].splitlines() == [
        "commune-exemple\tactive, in site.yaml\tAI\t-\tCommune d’exemple",
        "commune-nord\tactive\tCOMMUNENORD\t-\tNord",
    ]
    logo = tmp_path / "logo.svg"
    logo.write_text(SVG)
    code, out, _ = run(
        "authority", "edit", "commune-nord", "--name", "fr=Le Nord", "--family", "",
        "--prefix", "CN", "--logo", logo,
    )  # fmt: skip
    assert (code, "has logo.svg as its logo" in out) == (0, True)
    kept = open_hub(Settings()).authority("commune-nord")
    assert (kept.name["fr"], kept.name["ar"], kept.families) == ("Le Nord", "الشمال", frozenset())
    assert (kept.reference_prefix, kept.units[0].name["en"]) == ("CN", "Planning")
    assert run("authority", "close", "commune-nord")[0] == 0
    assert "closed" in run("authority", "list")[1]
    assert run("authority", "reopen", "commune-nord")[0] == 0
    assert "closed" not in run("authority", "list")[1]


def test_a_table_is_tried_before_it_is_taken(run, tmp_path):
    run("authority", "create", "region-fictive", *NAMES, "--type", "RegionalAuthority")
    file = table(tmp_path, "commune-a,A,أ,", "commune-b,B,,", "commune-a,C,ج,")
    words = ("authority", "create", "--from", file, "--parent", "region-fictive")
    code, out, _ = run(*words)
    assert (code, out.splitlines()) == (1, [
        "line 3: commune-b: invalid-input: name: give it in ar, fr, en",
        "line 4: commune-a: authority-taken: There is already an authority 'commune-a' in this hub",
        "Nothing was added: 2 of 3 are at fault",
    ])  # fmt: skip
    table(tmp_path, "commune-a,A,أ,", "commune-b,B,ب,CB")
    assert run(*words, "--dry-run") == (0, "2 would be added\n", "")
    assert run("authority", "list", "--parent", "region-fictive") == (0, "", "")
    assert run(*words) == (0, "2 added\n", "")
    listed = run("authority", "list", "--parent", "region-fictive")[1].splitlines()
    assert listed == [
        "commune-a\tactive\tCOMMUNEA\tregion-fictive\tA",
        "commune-b\tactive\tCB\tregion-fictive\tB",
    ]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("create",), "give an ID, or a table"),
        (("create", "--from", "none.csv"), "unreadable-file"),
        (("create", "commune-nord"), "name: give it in"),
        (("create", "commune-nord", *NAMES, "--unit", "x"), "units.x.name"),
        (("edit", "commune-nord", "--email", "a@b.example"), "unknown-publisher"),
        (("edit", "commune-exemple", "--email", "a@b.example"), "refused"),
        (("edit", "commune-exemple"), "say what is to change"),
        (("close", "commune-exemple"), "refused"),
    ],
)
def test_what_makes_no_sense_is_told_in_one_line(run, words, reason):
    code, out, err = run("authority", *words)
    assert (code, out) == (2, "")
    assert reason in err


def test_a_command_closes_one_authority_for_a_day(run):
    run("authority", "create", "commune-nord", *NAMES)
    announced = (
        "calendar", "announce", "2027-03-02", "--name", "fr=Moussem", "--name", "ar=الموسم",
        "--name", "en=Moussem", "--source", "Arrêté",
    )  # fmt: skip
    assert run(*announced, "--authority", "commune-nord")[0] == 0
    assert "2027-03-02" in run("calendar", "list", "2027", "--authority", "commune-nord")[1]
    assert "2027-03-02" not in run("calendar", "list", "2027")[1]
    code, _, err = run(*announced, "--authority", "none")
    assert (code, "unknown-publisher" in err) == (2, True)


def test_fifteen_hundred_communes_come_at_once_and_cost_a_reader_nothing(run, tmp_path, hub):
    """As many as Morocco has; the figures stand in docs/authorities.md."""
    build.publish_sample(hub, "petitions")
    lines = [f"commune-{n:04},Commune {n},جماعة {n}," for n in range(1_503)]
    file = table(tmp_path, *lines)
    began = time.perf_counter()
    assert run("authority", "create", "--from", file) == (0, "1503 added\n", "")
    assert time.perf_counter() - began < 20
    now = hub.current()
    assert len(now.frame.site.publishers) == 1_504
    assert now.frame.written_for("commune-exemple") == hub.frame.written_for("commune-exemple")
    assert now.frame.state == hub.frame.state
    began = time.perf_counter()
    for _ in range(100):
        assert now.current() is now
    assert (time.perf_counter() - began) / 100 < 0.01
