"""The yearly report of an authority is made from its register."""

from datetime import date

from sqlmodel import Session

from opendata_hub.adapters.typeset.days import LongDays
from opendata_hub.domain.authority import Authority
from opendata_hub.domain.register.yearly import Subject, YearlyReport, yearly_report
from opendata_hub.domain.requests.law import Law
from opendata_hub.store.register import rows
from opendata_hub.store.register.rows import By, Chosen


def report_year(
    session: Session,
    authority: Authority,
    law: Law,
    *,
    year: int,
    language: str,
    until: date,
    base_url: str,
) -> YearlyReport:
    """The report in one language on the requests received that year, as of the day ``until``."""
    months = rows.groups(session, Chosen(until, authority=authority.id, year=year), By.MONTH)
    address = (
        f"{base_url}/{language}/statistics?authority={authority.id}&year={year}"
        f"&until={until.isoformat()}"
    )
    subject = Subject(
        authority=authority.name,
        law=law.title,
        year=year,
        until=until,
        register=address,
        grounds={each.code: each.text for each in law.every_ground},
    )
    return yearly_report(subject, months, language=language, day=LongDays().long(until, language))
