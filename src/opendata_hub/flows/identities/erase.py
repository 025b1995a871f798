"""Who asked is erased: when it has served, or because they want it. The public record stays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from opendata_hub.domain.answers.case_file import Origin
from opendata_hub.domain.errors import Invalid, WrongMoment
from opendata_hub.domain.journal import Kind, text_digest
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import reach, require
from opendata_hub.domain.requests.law import Law
from opendata_hub.domain.requests.retention import RetentionClass
from opendata_hub.store import journal
from opendata_hub.store.answers import files as case_files
from opendata_hub.store.correspondence import incoming, outbox
from opendata_hub.store.identities import requesters
from opendata_hub.store.identities.requesters import Standing

BATCH, REASON_LENGTH = 200, 2_000
WANTED = "wanted"
"""Why, where somebody wanted it; else it is the class of retention."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased. files: digests of what is to be dropped once that is committed.

    mails: tokens of those that named who asked, to be dropped where they lie as files.
    last: the number where a batch ended; None where there was nothing more.
    """

    references: tuple[str, ...]
    files: frozenset[str]
    last: int | None = None
    mails: frozenset[str] = frozenset()


def erase(session: Session, reference: str, reason: str, *, by: Visitor, now: datetime) -> Erased:
    """Erase who filed a request, as they want it (law 09-08) and an officer has found right.

    Raises Forbidden, UnknownRequest, IdentityErased, Invalid without a reason, and WrongMoment
    while an answer is owed: it could reach nobody. A request can be withdrawn.
    """
    require(by, Deed.ERASE_IDENTITY)
    why = reason.strip()
    if not why or len(why) > REASON_LENGTH:
        raise Invalid(f"reason: say in 1 to {REASON_LENGTH} characters why")
    within = reach(by, Deed.ERASE_IDENTITY)
    found = requesters.standing(session, reference.strip().upper(), within)
    if found.is_open:
        raise WrongMoment(
            f"{found.reference} waits for its answer, which could reach nobody: answer it, or let "
            "it be withdrawn, before who asked is erased"
        )
    said = {"why": WANTED, "reason": text_digest(why)}
    return _erased(session, [found], said, by=by.person, now=now)


def erase_batch(
    session: Session, law: Law, kept: RetentionClass, *, today: date, after: int, now: datetime
) -> Erased:
    """Erase a batch of what has served its class of retention under a law."""
    found = requesters.at_rest(
        session, law.name, kept.states, last=kept.last_before(today), after=after, most=BATCH
    )
    if not found:
        return Erased((), frozenset())
    return _erased(session, found, {"why": kept.code, "law": law.name}, by=None, now=now)


def _erased(
    session: Session,
    found: Sequence[Standing],
    said: dict[str, str],
    *,
    by: int | None,
    now: datetime,
) -> Erased:
    """Names, files that came with the request and letters; events, answers and the chain stay."""
    numbers = [each.number for each in found]
    references = [each.reference for each in found]
    files = requesters.letters_of(session, numbers)
    # Mails first: while they refer to their files, these count as used.
    left = incoming.erase_of(session, references)
    for each in found:
        files |= case_files.forget_names(session, each.reference, {Origin.REQUESTER})
    files |= left.files - case_files.in_use(session, left.files)
    mails = outbox.tokens_to_requesters(session, references)
    mails |= outbox.tokens_of_replies(session, left.numbers)
    requesters.erase(session, numbers, said["why"], now)
    requesters.disown(session, numbers)
    for each in found:
        journal.append(
            session, Kind.IDENTITY_ERASED, each.reference, said,
            authority=each.authority, person=by, now=now,
        )  # fmt: skip
    return Erased(tuple(references), frozenset(files), numbers[-1], frozenset(mails))
