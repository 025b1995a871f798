"""Frictionless Data Packages: several tables, and keys from one to another."""

import json
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from frictionless import FrictionlessException, Package
from frictionless.resources import TableResource

from opendata_hub.adapters.tabular import archives, reading, reference
from opendata_hub.adapters.tabular.checking import How, InPackage, check_table
from opendata_hub.adapters.tabular.reading import Table
from opendata_hub.domain.catalog.report import Report, unreadable
from opendata_hub.domain.errors import BadTableSchema, Invalid, NotATable

DESCRIPTOR = "datapackage.json"
MOST_BYTES, MOST_RESOURCES = 4_194_304, 200
"""Of the descriptor, and in it."""


@dataclass(frozen=True, slots=True)
class _Resource:
    """A resource as the descriptor has it."""

    name: str
    path: str
    schema: Mapping[str, object] | None
    dialect: Mapping[str, object] | None

    def dialect_of(self, table: Table) -> Mapping[str, object] | None:
        """What it says of how a text is written; a converted copy is written otherwise."""
        return self.dialect if table.written_as else None


def is_package(file: Path) -> bool:
    """Whether a file is a package's descriptor, or an archive with one on its top floor."""
    if file.name == DESCRIPTOR:
        return True
    if file.suffix.lower() != ".zip" or not zipfile.is_zipfile(file):
        return False
    try:
        with zipfile.ZipFile(file) as archive:
            return DESCRIPTOR in archive.namelist()
    except archives.BROKEN:
        return False


def check_package(file: Path, *, how: How) -> Mapping[str, Report]:
    """The report on each table of a package, by the name of its resource.

    Raises Invalid for a descriptor that is none, BadTableSchema for a schema in it, NotATable for
    an archive that can't be unpacked. A resource that can't be read has that in its report.
    """
    with _unpacked(file) as folder, ExitStack() as opened:
        resources = _resources(folder / DESCRIPTOR)
        tables: dict[str, Table | Report] = {}
        for each in resources:
            try:
                path = _inside(folder, each.path)
                tables[each.name] = opened.enter_context(reading.opened(path, path.name))
            except NotATable as problem:
                tables[each.name] = unreadable(problem.finding, problem.reason)
        package = _package(resources, tables)
        return {each.name: _checked(each, tables[each.name], package, how) for each in resources}


def _checked(resource: _Resource, table: Table | Report, package: Package, how: How) -> Report:
    if isinstance(table, Report):
        return table
    place = InPackage(package, resource.name, resource.dialect_of(table))
    return check_table(table, resource.schema, how=how, place=place)


@contextmanager
def _unpacked(file: Path) -> Iterator[Path]:
    """The folder of a package's descriptor."""
    if file.name == DESCRIPTOR:
        yield file.parent
        return
    with tempfile.TemporaryDirectory(prefix="package-") as folder:
        try:
            with zipfile.ZipFile(file) as archive:
                for member in archives.members(archive):
                    target = _inside(Path(folder), member.filename, must_exist=False)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    archives.extract(archive, member, target)
        except archives.BROKEN:
            raise NotATable("broken-archive", "This .zip can't be unpacked") from None
        yield Path(folder)


def _inside(folder: Path, path: str, *, must_exist: bool = True) -> Path:
    """A path of the descriptor below its folder; nothing else is ever opened."""
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts or set(path) & set("\\:\0"):
        raise NotATable("outside-resource", f"{path[:80]!r} does not lie in the package")
    target = folder / parts
    if not target.resolve().is_relative_to(folder.resolve()):
        raise NotATable("outside-resource", f"{path[:80]!r} does not lie in the package")
    if must_exist and not target.is_file():
        raise NotATable("missing-resource", f"{path[:80]!r} is not in the package")
    return target


def _resources(file: Path) -> Sequence[_Resource]:
    if file.stat().st_size > MOST_BYTES:
        raise Invalid(f"{DESCRIPTOR} has more than {MOST_BYTES >> 20} MB")
    try:
        descriptor = json.loads(file.read_bytes())
    except (ValueError, RecursionError) as problem:
        raise Invalid(f"{DESCRIPTOR}: {problem}") from None
    listed = descriptor.get("resources") if isinstance(descriptor, dict) else None
    if not isinstance(listed, list) or not 0 < len(listed) <= MOST_RESOURCES:
        raise Invalid(f"{DESCRIPTOR}: a list of 1 to {MOST_RESOURCES} resources is needed")
    resources = [_resource(each, number) for number, each in enumerate(listed, start=1)]
    if len({each.name for each in resources}) < len(resources):
        raise Invalid(f"{DESCRIPTOR}: two resources have the same name")
    return resources


def _resource(said: Any, number: int) -> _Resource:
    where = f"{DESCRIPTOR}: resource {number}"
    if not isinstance(said, dict) or not isinstance(said.get("name"), str):
        raise Invalid(f"{where}: a name is needed")
    if not isinstance(said.get("path"), str):
        raise Invalid(f"{where}: a path to one file is needed; inline data is not read")
    for key in ("schema", "dialect"):
        if not isinstance(said.get(key, {}), dict):
            raise Invalid(f"{where}: {key} must be written out, not referred to")
    return _Resource(said["name"], said["path"], said.get("schema"), said.get("dialect"))


def _package(resources: Sequence[_Resource], tables: Mapping[str, Table | Report]) -> Package:
    """The package as Frictionless looks foreign keys up in it."""
    package = Package()
    for each in resources:
        table = tables[each.name]
        if isinstance(table, Report):
            continue
        try:
            resource = TableResource(
                name=each.name, path=table.file.name, basepath=str(table.file.parent),
                scheme="file", format="csv", encoding=table.encoding,
                dialect=reference.dialect_of(table, None, each.dialect_of(table)),
            )  # fmt: skip
            if each.schema is not None:
                resource.schema = reference.table_schema(each.schema)
            package.add_resource(resource)
        except FrictionlessException as problem:
            raise BadTableSchema(f"{each.name}: {reference.reasons_of(problem)}") from None
    return package
