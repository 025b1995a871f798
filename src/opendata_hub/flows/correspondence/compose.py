"""A mail of the outbox in words, at the moment it is sent."""

from dataclasses import dataclass

from sqlmodel import Session

from opendata_hub.domain.correspondence.mail import Mail
from opendata_hub.domain.people.letter import Letter, LetterKind
from opendata_hub.domain.texts import Texts, in_language
from opendata_hub.flows.people.send_link import composed as account_mail
from opendata_hub.store.correspondence.outbox import Waiting


@dataclass(frozen=True, slots=True)
class Writer:
    """What the hub writes mails with.

    title: of the hub. key: the hub's own, from which links are worked out.
    """

    base_url: str
    title: Texts
    key: bytes


def composed(session: Session, mail: Waiting, writer: Writer) -> Mail:
    """The mail in words, under the id that it keeps however often it is tried."""
    letter = Letter(LetterKind(mail.kind), mail.email, mail.language, mail.link, mail.written_at)
    title, _ = in_language(writer.title, mail.language)
    return account_mail(
        session, letter,
        mail_id=mail.token, title=title, base_url=writer.base_url, hub_key=writer.key,
    )  # fmt: skip
