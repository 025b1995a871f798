"""The house keeps its walls."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "opendata_hub"
MODULES = sorted(SOURCE.rglob("*.py"))


def tree_of(module):
    return ast.parse(module.read_text(encoding="utf-8"))


def test_imports_look_down_never_up():
    """In a process of its own: the linter silences every logger of the one it runs in."""
    checked = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT, check=False, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout


def test_data_folders_hold_no_code():
    """An ``__init__.py`` in ``requests/`` would shadow the library that others import."""
    assert not [*(ROOT / "requests").rglob("*.py"), *(ROOT / "catalog").rglob("*.py")]


def heavy_parts():
    """What is imported where it is used (ADR 12): the linter refuses it at the top of a module."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    rules = settings["tool"]["ruff"]["lint"]["flake8-tidy-imports"]
    return set(rules["banned-module-level-imports"])


def imported_in_functions(module):
    for function in ast.walk(tree_of(module)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Import):
                    yield {each.name for each in node.names}
                elif isinstance(node, ast.ImportFrom):
                    parts = {f"{node.module}.{each.name}" for each in node.names}
                    yield {*parts, node.module, node.module.partition(".")[0]}


@pytest.mark.parametrize("module", MODULES, ids=lambda m: str(m.relative_to(SOURCE)))
def test_imports_stand_at_the_top(module):
    """Only a command may load any part when it needs it (architecture, rule 7)."""
    if module.name.startswith("cli") or module.parent.name.startswith("cli_"):
        return
    heavy = heavy_parts()
    assert [sorted(names) for names in imported_in_functions(module) if not names & heavy] == []


def test_every_heavy_part_is_imported_where_it_is_used():
    used = {name for module in MODULES for names in imported_in_functions(module) for name in names}
    assert heavy_parts() <= used


def test_no_room_holds_more_than_twelve_files():
    # Migrations are no room but a log: nobody imports them, and each that was released stays.
    rooms = {module.parent for module in MODULES} - {SOURCE / "store/migrations/versions"}
    crowded = {str(room): len(list(room.glob("*.py"))) for room in rooms}
    assert {room: count for room, count in crowded.items() if count > 13} == {}


@pytest.mark.parametrize("room", ["flows", "domain", "store", "adapters", "packs"])
def test_nobody_but_the_doors_commits_or_asks_the_time(room):
    for module in (SOURCE / room).rglob("*.py"):
        if module.parent.name == "migrations" or module.name == "engine.py":
            continue
        calls = {
            node.func.attr
            for node in ast.walk(tree_of(module))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        }
        assert not calls & {"commit", "now", "today", "utcnow"}, module
