"""Which words of a request's subject the public register shows: the one place of that rule.

A requester may have written anything into a subject, also about themselves or a neighbour. So:

1. What an officer has withheld is not shown.
2. What an officer has worded for the public is shown: they have read it. Words that look like
   personal data are refused from them as well.
3. The requester's own words are shown once an officer has acted on the request, and so has read
   them, if the scan for personal data finds nothing and no word speaks of a person by a title.
   What requesters do themselves with their code shows nothing, also where an officer enters it.
4. Otherwise the register says that the subject is withheld.

The subject of an entry of an old register was worded by an officer; it is shown like a
requester's own, for old registers hold names.
"""

import re

from opendata_hub.domain.catalog.privacy import traces
from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.requests.acts import Act
from opendata_hub.domain.requests.info_request import SUBJECT_LENGTH
from opendata_hub.domain.requests.timeline import Events

_OF_REQUESTERS = frozenset(
    {Act.RECEIVE, Act.CLARIFY, Act.SHOW_IDENTITY, Act.WITHDRAW, Act.COMPLAIN_TO_HEAD}
)
"""What can happen to a request without an officer having read it."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_TITLES = re.compile(
    # Who is spoken of by a title, or who speaks of themselves.
    r"(?:^|[^\w])(?:m\.|mm\.|mr|mme|mlle|mrs|ms|monsieur|madame|mademoiselle|docteur|dr|pr|"
    r"feu|feue|mon|ma|mes|my|né|née|cin|cnie|سيدي|السيد|السيدة|السيدان|السادة|الآنسة|الأستاذ|"
    r"الأستاذة|الدكتور|الدكتورة|المرحوم|المرحومة|المسمى|المسماة|الحاج|الحاجة|بطاقتي|ملفي|طلبي|"
    r"أرضي|منزلي|رخصتي)(?=[^\w]|$)",
    re.IGNORECASE,
)


def shown_subject(subject: str, *, wording: str, is_withheld: bool, has_been_read: bool) -> str:
    """The words to show; empty where the subject is withheld.

    wording: what an officer has worded for the public, if anything.
    has_been_read: whether an officer has acted on the request.

    >>> shown_subject("Budget 2026", wording="", is_withheld=False, has_been_read=True)
    'Budget 2026'
    >>> shown_subject("Dossier de M. Fictif", wording="", is_withheld=False, has_been_read=True)
    ''
    """
    if is_withheld:
        return ""
    if wording:
        return wording
    return subject if has_been_read and is_clean(subject) else ""


def was_read(events: Events) -> bool:
    """Whether an officer has acted on a request with these events."""
    return any(event.act not in _OF_REQUESTERS for event in events)


def is_clean(subject: str) -> bool:
    """Whether nothing in a subject looks like personal data or speaks of a person."""
    return not traces(subject, column="") and not _TITLES.search(subject)


def checked_wording(wording: str) -> str:
    """The wording for the public, trimmed; raises Invalid for what must not be shown."""
    kept = " ".join(wording.split())
    if not kept:
        raise Invalid("wording: must not be empty; withhold the subject instead")
    if len(kept) > SUBJECT_LENGTH:
        raise Invalid(f"wording: {len(kept)} characters, at most {SUBJECT_LENGTH}")
    if _CONTROL.search(kept):
        raise Invalid("wording: holds a control character; remove it")
    if found := traces(kept, column=""):
        raise Invalid(f"wording: looks like personal data ({', '.join(sorted(found))}); leave it")
    return kept
