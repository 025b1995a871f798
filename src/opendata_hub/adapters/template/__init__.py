"""The formats of templates: an Excel workbook, or a CSV file that Excel opens."""

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from opendata_hub.domain.catalog.template import Template, as_text


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write a template. ending is that of file names, without the point."""

    ending: str
    media_type: str
    write: Callable[[Template], bytes]


def workbook(template: Template) -> bytes:
    """The template as an Excel workbook; the same template always gives the same bytes."""
    from opendata_hub.adapters.template import excel

    return excel.workbook(template)


def csv_file(template: Template) -> bytes:
    """The header and the example row as CSV in UTF-8, with the mark by which Excel knows it.

    Semicolons in French and Arabic: Excel splits lines at the sign that its settings name, and
    with a decimal comma that is the semicolon.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter="," if template.language == "en" else ";")
    writer.writerow(column.title for column in template.columns)
    writer.writerow(as_text(value) for value in template.example)
    return text.getvalue().encode("utf-8-sig")


FORMATS: Mapping[str, Format] = {
    each.ending: each
    for each in (
        Format(
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            workbook,
        ),
        Format("csv", "text/csv; charset=utf-8", csv_file),
    )
}
"""By ending."""
