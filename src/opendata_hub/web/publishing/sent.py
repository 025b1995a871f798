"""The file of a form: in the form itself, or in pieces that came before it."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session
from starlette.datastructures import UploadFile

from opendata_hub import clock
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.errors import Invalid, UnknownUpload
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.publishing.upload import Upload
from opendata_hub.flows.publishing import send_in_pieces


@dataclass(frozen=True, slots=True)
class Sent:
    """What a form brings. upload: what came in pieces; None for a file in the form itself."""

    file: UploadFile | None
    upload: Upload | None = None

    @property
    def used_for(self) -> int | None:
        """The draft for which the pieces were used already: the same form came before."""
        return self.upload.draft if self.upload else None

    def chosen(self) -> UploadFile:
        """The file; raises Invalid for a form in which none was chosen.

        Raises UnknownUpload where the pieces were used already.
        """
        if self.used_for is not None:
            raise UnknownUpload("The file was taken for another draft already: send it anew")
        if self.file is None or not self.file.filename:
            raise Invalid("file: choose a file")
        return self.file

    def still_unused(self, session: Session, by: Visitor, now: datetime) -> int | None:
        """None, and nobody else uses the pieces meanwhile; or the draft they were used for.

        Asked when the file has been checked: the same form may have come twice.
        """
        if self.upload is None:
            return None
        key = self.upload.key
        return send_in_pieces.found(session, key, by=by, now=now, to_change=True).draft

    def use(self, session: Session, draft: int, submission: int) -> None:
        """Note for which draft the pieces were used, and as what they were checked."""
        if self.upload:
            send_in_pieces.use(session, self.upload, draft, submission)


def sent_file(hub: Hub, visitor: Visitor, file: UploadFile | None, key: str) -> Sent:
    """The file of a form, or with a key the one that came in pieces before.

    Raises UnknownUpload, and UploadUnfinished where pieces are missing.
    """
    if not key:
        return Sent(file)
    with hub.reading() as session:
        upload = send_in_pieces.found(session, key, by=visitor, now=clock.now())
        if upload.draft is not None:
            return Sent(None, upload)
        stream = send_in_pieces.read(session, hub.files, upload)
    return Sent(UploadFile(stream, filename=upload.file_name), upload)
