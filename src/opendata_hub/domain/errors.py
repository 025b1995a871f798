"""Every error this product raises on purpose, each with a code that never changes.

HubError
├── Invalid           the input breaks a rule; the caller can correct it
│   ├── NotATable         no table can be read in a file
│   ├── NotPublishable    a file with findings was to be published
│   ├── BadFormula        a rule that is not in the language of rules
│   ├── BadQuery          a question that a table can't be asked
│   ├── FutureReceipt     received tomorrow
│   └── CalendarGap       we can't count: the holidays of that year aren't known
├── NotKnown          nothing here by that name
├── Refused           the input is sound, but not allowed in this state
│   ├── SlugTaken
│   ├── WrongMoment       this act can't follow the last one
│   ├── NotInLaw          the law does not know this act
│   └── ExtensionVoid     too late, too often, or without its reasons
├── Denied            the caller has not shown what this door asks for
├── TooLarge          more bytes than this door takes
├── QueryTooHeavy     a question that takes more time or memory than it may
└── PackBroken        a file under catalog/ or requests/ breaks the rules of packs

``docs/errors.md`` lists the codes for those who call us; a test compares.
"""

from typing import ClassVar


class HubError(Exception):
    """Say what happened, to what, and what to do next.

    code is stable: scripts may rely on it. The message is one line, for people, in English.
    """

    code: ClassVar[str]


class Invalid(HubError):
    """The input breaks a rule; the caller can correct it."""

    code = "invalid-input"


class BadTableSchema(Invalid):
    """A Table Schema that Frictionless can't read."""

    code = "bad-table-schema"


class NotATable(Invalid):
    """A file in which no table can be read; its report has this as the only finding.

    finding: the code of that finding, ``encrypted-file`` for one.
    """

    code = "not-a-table"

    def __init__(self, finding: str, message: str) -> None:
        super().__init__(message)
        self.finding = finding


class BadFormula(Invalid):
    """A rule's formula that is not in the language of ``docs/rules.md``."""

    code = "bad-formula"


class NotPublishable(Invalid):
    """The file has findings that block publication; its report is kept."""

    code = "not-publishable"

    def __init__(self, message: str, *, submission_id: int) -> None:
        super().__init__(message)
        self.submission_id = submission_id


class BadQuery(Invalid):
    """A question that a table can't be asked; parameter is the one to correct."""

    code = "bad-query"

    def __init__(self, parameter: str, reason: str) -> None:
        self.parameter = parameter[:100]
        super().__init__(f"{self.parameter}: {reason}")


class FutureReceipt(Invalid):
    """Nothing can be received on a day that has not come."""

    code = "future-receipt"


class CalendarGap(Invalid):
    """We can't count: the holidays of that year aren't known."""

    code = "calendar-gap"


class NotKnown(HubError):
    """Nothing here by that name."""

    code = "not-known"


class UnknownFamily(NotKnown):
    """No family of that name under catalog/families/."""

    code = "unknown-family"


class UnknownPublisher(NotKnown):
    """No publisher of that id in catalog/site.yaml."""

    code = "unknown-publisher"


class UnknownDataset(NotKnown):
    """No published dataset at that address."""

    code = "unknown-dataset"


class NoRows(NotKnown):
    """No rows are served of this dataset: there is no table in it that could be made ready."""

    code = "no-rows"


class UnknownRow(NotKnown):
    """The dataset has no row of that number."""

    code = "unknown-row"


class UnknownSubmission(NotKnown):
    """No stored report of that number."""

    code = "unknown-submission"


class UnknownLaw(NotKnown):
    """No law of that name under requests/."""

    code = "unknown-law"


class UnknownStep(NotKnown):
    """The law has no step of that name."""

    code = "unknown-step"


class UnknownRequest(NotKnown):
    """No request with that reference and that tracking code."""

    code = "unknown-request"


class UnknownToken(NotKnown):
    """No API token of that name."""

    code = "unknown-token"


class Refused(HubError):
    """The input is sound, but not allowed in this state."""

    code = "refused"


class WrongMoment(Refused):
    """This act can't follow the last one."""

    code = "wrong-moment"


class NotInLaw(Refused):
    """The law a request was filed under does not know this act."""

    code = "not-in-law"


class ExtensionVoid(Refused):
    """An extension that the law does not grant: too late, too often, or without its reasons."""

    code = "extension-void"


class SlugTaken(Refused):
    """Another dataset already has that address."""

    code = "slug-taken"


class Denied(HubError):
    """The caller has not shown what this door asks for."""

    code = "denied"


class TokenNeeded(Denied):
    """This door opens with an API token only."""

    code = "token-needed"


class TrackingCodeNeeded(Denied):
    """A request is shown only to those who hold its tracking code."""

    code = "tracking-code-needed"


class TooLarge(HubError):
    """More bytes than this door takes."""

    code = "too-large"


class QueryTooHeavy(HubError):
    """A question that takes more time or memory than it may; narrow it, or take the file."""

    code = "query-too-heavy"


class PackBroken(HubError):
    """A file under catalog/ or requests/ breaks the rules of packs."""

    code = "pack-broken"
