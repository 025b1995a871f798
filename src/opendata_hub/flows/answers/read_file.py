"""Who reads the files of a case: officers all, the requester theirs, everybody what is public."""

from datetime import date

from sqlmodel import Session

from opendata_hub.domain.answers.case_file import CaseFile
from opendata_hub.domain.errors import UnknownFile
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.flows.requests import follow
from opendata_hub.flows.requests.act import open_case
from opendata_hub.store.answers import files as case_files


def for_officer(session: Session, reference: str, *, by: Visitor) -> list[CaseFile]:
    """All files of a case in reach; raises Forbidden and UnknownRequest."""
    case = open_case(session, reference, by=by)
    return case_files.of_request(session, case.request.reference)


def for_requester(session: Session, reference: str, tracking_code: str) -> list[CaseFile]:
    """The requester's own files, and those of the answer; raises UnknownRequest."""
    request = follow.find(session, reference, tracking_code)
    found = case_files.of_request(session, request.reference)
    return [each for each in found if each.is_for_requester(request.events)]


def for_everybody(session: Session, reference: str, *, today: date) -> list[CaseFile]:
    """What is public of that request by now; empty where there is none, or no such request."""
    return case_files.public(session, [reference.strip().upper()], today)


def one_of(files: list[CaseFile], file_id: int) -> CaseFile:
    """The file of that number; raises UnknownFile, also for one that is not for the reader."""
    for each in files:
        if each.id == file_id:
            return each
    raise UnknownFile("No such file of this request")
