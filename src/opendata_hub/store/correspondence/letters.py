"""What became of letters: the mail that carries one, and when it left on paper."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlmodel import Session, col, select

from opendata_hub.domain.correspondence.delivery import Delivery, Fate, PaperWay
from opendata_hub.domain.correspondence.mail import Stamps
from opendata_hub.domain.errors import UnknownMail
from opendata_hub.store.requests.letters import KeptLetter, of_request
from opendata_hub.store.tables import InfoRequestRow, LetterDeliveryRow, LetterRow, MailRow


def get(session: Session, reference: str, letter_id: int) -> KeptLetter:
    """The letter of that number on that request; raises UnknownMail."""
    for each in of_request(session, reference):
        if each.id == letter_id:
            return each
    raise UnknownMail(f"{reference} has no letter number {letter_id}")


def note_delivery(
    session: Session,
    letter_id: int,
    way: PaperWay,
    *,
    happened_on: date,
    person: int | None,
    now: datetime,
) -> None:
    """Note that a printed letter was posted or handed over."""
    session.add(
        LetterDeliveryRow(
            letter_id=letter_id, way=way, happened_on=happened_on, noted_at=now, person_id=person
        )
    )
    session.flush()


def fates(session: Session, reference: str, now: datetime) -> Mapping[int, Fate]:
    """What became of each letter on a request, by its number."""
    mails = session.exec(
        select(MailRow).where(MailRow.reference == reference, col(MailRow.letter_id).is_not(None))
    )
    by_letter = {row.letter_id: row for row in mails}
    deliveries = session.exec(
        select(LetterDeliveryRow)
        .join(LetterRow, col(LetterRow.id) == col(LetterDeliveryRow.letter_id))
        .join(InfoRequestRow, col(InfoRequestRow.id) == col(LetterRow.info_request_id))
        .where(InfoRequestRow.reference == reference)
        .order_by(col(LetterDeliveryRow.id))
    ).all()
    return {
        letter.id: _fate(by_letter.get(letter.id), letter.id, deliveries, now)
        for letter in of_request(session, reference)
    }


def _fate(
    mail: MailRow | None, letter_id: int, deliveries: Sequence[LetterDeliveryRow], now: datetime
) -> Fate:
    own = tuple(
        Delivery(letter_id, PaperWay(each.way), each.happened_on, each.noted_at, each.person_id)
        for each in deliveries
        if each.letter_id == letter_id
    )
    if mail is None:
        return Fate(None, "", own)
    stamps = Stamps(mail.handing_over_at, mail.sent_at, mail.failed_at, mail.bounced_at)
    return Fate((mail.id, stamps.state(now)), mail.problem, own)
