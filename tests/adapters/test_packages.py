"""A Data Package is checked table by table, with the keys between them."""

import json
import zipfile

import pytest

from opendata_hub.adapters.tabular.checking import How
from opendata_hub.adapters.tabular.packages import check_package, is_package
from opendata_hub.domain.errors import BadTableSchema, Invalid, NotATable

BUYERS = {
    "name": "buyers",
    "path": "data/buyers.csv",
    "schema": {"fields": [{"name": "id", "type": "string"}, {"name": "name", "type": "string"}]},
}
ORDERS = {
    "name": "orders",
    "path": "orders.csv",
    "dialect": {"delimiter": ";"},
    "schema": {
        "fields": [{"name": "number", "type": "integer"}, {"name": "buyer", "type": "string"}],
        "primaryKey": "number",
        "foreignKeys": [
            {"fields": "buyer", "reference": {"resource": "buyers", "fields": "id"}},
        ],
    },
}
TABLES = {
    "data/buyers.csv": "id,name\nB1,Exemple\nB2,المثال\n",
    "orders.csv": "number;buyer\n1;B1\n2;B3\n2;B2\n",
}


@pytest.fixture
def package(tmp_path):
    def write(*resources, tables=TABLES):
        for name, text in tables.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        file = tmp_path / "datapackage.json"
        file.write_text(json.dumps({"resources": resources}), encoding="utf-8")
        return file

    return write


def found(report):
    return [(f.code, f.row) for f in report.findings]


@pytest.mark.parametrize("is_reference", [False, True])
def test_a_value_that_the_other_table_does_not_have_is_found(package, is_reference):
    reports = check_package(package(BUYERS, ORDERS), how=How(is_reference=is_reference))
    assert reports["buyers"].is_valid
    assert found(reports["orders"]) == [("foreign-key", 3), ("primary-key", 4)]
    assert bool(reports["orders"].slow_because) is is_reference


def test_a_zip_with_a_descriptor_is_a_package(package, tmp_path):
    package(BUYERS, ORDERS)
    packed = tmp_path / "packed.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("datapackage.json", *TABLES):
            archive.write(tmp_path / name, name)
    assert is_package(packed)
    assert found(check_package(packed, how=How())["orders"]) == [
        ("foreign-key", 3), ("primary-key", 4),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("none.csv", "missing-resource"),
        ("../outside.csv", "outside-resource"),
        ("/etc/hostname", "outside-resource"),
        ("http://hub.example/x.csv", "outside-resource"),
        ("..\\x.csv", "outside-resource"),
    ],
)
def test_nothing_outside_the_package_is_opened(package, path, code):
    reports = check_package(package({**BUYERS, "path": path}, ORDERS), how=How())
    assert (found(reports["buyers"]), reports["buyers"].is_readable) == ([(code, None)], False)
    assert "resource-error" in reports["orders"].counts


@pytest.mark.parametrize(
    ("resources", "problem"),
    [
        ((), Invalid),
        ((BUYERS, BUYERS), Invalid),
        (({"path": "orders.csv"},), Invalid),
        (({"name": "x", "data": []},), Invalid),
        (({**BUYERS, "schema": "schema.json"},), Invalid),
        (({**BUYERS, "schema": {"fields": "x"}},), BadTableSchema),
    ],
)
def test_a_descriptor_that_is_none_is_refused_in_one_line(package, resources, problem):
    with pytest.raises(problem) as refused:
        check_package(package(*resources), how=How())
    assert "\n" not in str(refused.value)


def test_an_archive_with_paths_that_leave_it_is_refused(tmp_path):
    packed = tmp_path / "evil.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("datapackage.json", "{}")
        archive.writestr("../evil.csv", "a\n1\n")
    with pytest.raises(NotATable, match="outside-resource"):
        check_package(packed, how=How())
    assert not (tmp_path.parent / "evil.csv").exists()
