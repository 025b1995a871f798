"""The letter of a decision names what is handed over, and what was blacked out in it and why."""

from dataclasses import replace

from sqlmodel import Session

from opendata_hub.domain.requests.letter import Place
from opendata_hub.flows.answers.release import enclosed_in, exceptions_of
from opendata_hub.flows.requests.write_letter import Office, Wanted
from opendata_hub.store.answers import files as case_files


def filled_in(session: Session, office: Office, reference: str, wanted: Wanted) -> Wanted:
    """The letter with what the files of the case say where its writer says nothing.

    Only a letter that speaks of what is enclosed is filled; raises UnknownLetter.
    """
    if Place.ENCLOSED not in office.letters.template(wanted.name).places:
        return wanted
    files, said = case_files.of_request(session, reference), wanted.said
    told = replace(
        said,
        exceptions=said.exceptions or exceptions_of(files),
        enclosed=said.enclosed or enclosed_in(files),
    )
    return replace(wanted, said=told)
