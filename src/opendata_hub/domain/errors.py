"""Every error this product raises on purpose, each with a code that never changes.

HubError
├── Invalid           the input breaks a rule; the caller can correct it
│   ├── NotATable         no table can be read in a file
│   ├── NotADocument      a document that is not read, and why
│   ├── NotPublishable    a file with findings was to be published
│   ├── NotReleasable     a file of an answer in which something stands in the way
│   ├── NotRedacted       what was to be blacked out is not there, or would not go
│   ├── PieceDamaged      a piece of a file that is not what its digest says
│   ├── BrokenOffice      an office file that can't be unpacked or read
│   ├── UnsafeOffice      an office file that unpacks into too much, is encrypted, declares entities
│   ├── InvalidPackage    what a CKAN package says can't be kept; names its keys
│   ├── InvalidRecord     what a record says breaks the profile; names the form's fields
│   ├── UnreadableRecord  RDF that can't be read, or describes nothing that we know
│   ├── UnsafeRdf         RDF that would make us fetch or unfold something
│   ├── BadQuery          a question in SPARQL that can't be read, or is not allowed
│   ├── QueryTooCostly    it takes more time, memory or bytes than allowed
│   ├── ResultNotOffered  none of the formats asked for fits the question
│   ├── BadFormula        a rule that is not in the language of rules
│   ├── BadPaging         a page of the catalogue was asked for that can't be
│   ├── BadRowQuery       a question that a table can't be asked
│   ├── FutureReceipt     received tomorrow
│   ├── BadSearch         a search that can't be answered
│   ├── BadSql            a SELECT that can't be read, or that the table can't be asked
│   ├── BadSolr           a question in Solr's language that can't be read
│   ├── UnsafeLogo        a picture that may do more than be looked at
│   ├── BadAddress        no e-mail address
│   ├── BadName           no name, or one that passes for another
│   ├── WeakPassword      too short, or somebody's name
│   ├── WrongPassword     not the present one
│   ├── WrongCode         wrong, or taken before
│   ├── BadPersonalName   a name that holds markup, or turns the text around
│   ├── TooLong           a text of more characters than anybody can work with
│   ├── LooksAutomatic    a form that only a program fills like this
│   ├── TooQuick          a form that was sent faster than a person types
│   └── CalendarGap       we can't count: the holidays of that year aren't known
├── NotKnown          nothing here by that name
├── Withdrawn         a dataset was here, and is no longer published
├── Refused           the input is sound, but not allowed in this state
│   ├── SlugTaken
│   ├── SlugWithdrawn     what was withdrawn from that address does not come back unasked
│   ├── WrongOffset       a piece of a file that does not follow the last
│   ├── UploadUnfinished  a file of which pieces are missing
│   ├── TooManyUploads    one person sends more files at once than are waited for
│   ├── ChangedMeanwhile  somebody else has acted since it was read
│   ├── AuthorityTaken    another body of this hub has that id
│   ├── AuthorityClosed   the body neither publishes nor takes requests any more
│   ├── FamilyNotPublished  the body does not publish tables of that family
│   ├── WrongMoment       this act can't follow the last one
│   ├── NotInLaw          the law does not know this act
│   ├── KeyReused         one Idempotency-Key for two requests
│   ├── IdentityErased    who asked was erased, and stays so
│   ├── TargetTaken       another CKAN has that id
│   ├── SourceTaken       another source has that id, or that address
│   ├── DeletionsWait     more of a source vanished than may without a word
│   ├── HarvestRunning    the source is being read already
│   └── ExtensionVoid     too late, too often, or without its reasons
├── Denied            the caller has not shown what this door asks for
├── Forbidden         who the caller is, is known, and may not do this
│   ├── CrossSite         another site's page made a browser send it
│   ├── FormExpired       a form that was not opened in this session
│   ├── SignInLost        a sign-in at the provider that was not begun in this browser
│   ├── ProviderRefused   the provider of identities vouches for nobody
│   ├── TokenForged       what came from the provider was not made by it, for us, now
│   └── NoAccount         somebody is known to the provider, and not here
├── WrongHost         another hub's name was called
├── HeadersTooLarge   more cookies or headers than are read
├── BrokenRequest     an address with something in it that is no text
├── TooOften          more calls than are taken in this time
├── TooLarge          more bytes than this door takes
├── SearchUnavailable the index is missing, broken or being written
├── Busy              all places are taken; ask again
├── RecordRefused     a record of a source that is kept apart
│   ├── RecordTwice       one identifier, two records
│   ├── RecordTooLarge    more than any reader would read
│   ├── RecordOfOurs      it is ours, or speaks of what is ours
│   └── RecordOfAnother   another source has brought it already
├── NotFetched        what is elsewhere could not be read, or must not be
│   ├── AddressRefused    scheme, port, host or network that the hub never calls
│   ├── Unreachable       no such host, no connection, no trusted certificate
│   ├── AnswerTooLate     time is over
│   ├── AnswerTooLarge    more bytes than are read
│   ├── AnswerBroken      no HTTP, or it ends too early
│   ├── TooManyRedirects  it leads on and on
│   ├── SourceUnreadable  no catalogue, or half of one
│   ├── RemoteRefused     a CKAN elsewhere does not allow it
│   ├── PackageRefused    a CKAN elsewhere does not take a dataset
│   ├── PagesInACircle    pages that lead back, or never end
│   └── ProviderFailed    the provider of identities does not answer as one
├── IdentityUnreadable  who asked can't be opened: a key is missing, or it was altered
├── QueryTooHeavy     a question that takes more time or memory than it may
├── MailNotSent       no mail server took it
│   └── MailServerAway    the server can't be reached: all mail waits
├── MailInDoubt       the server has not said whether it took it
├── DatabaseNewer     a newer version of the hub has changed the tables
├── DatabaseHeld      somebody holds a table that a migration must change
├── BucketUnreachable the store of files does not answer, or refuses
├── FileDamaged       stored bytes are not those that were put there
├── MailboxAway       the mailbox of the desk can't be read
└── PackBroken        a file under catalog/ or requests/ breaks the rules of packs

``docs/errors.md`` lists the codes for those who call us; a test compares.
"""

from collections.abc import Iterable, Mapping, Sequence
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

    finding: the code of that finding, ``encrypted-file`` for one; reason: its message.
    """

    code = "not-a-table"

    def __init__(self, finding: str, reason: str) -> None:
        super().__init__(f"{finding}: {reason}")
        self.finding, self.reason = finding, reason


class NotADocument(Invalid):
    """A document that is not read: no document, cut off, encrypted, or too much.

    finding: the code of the only finding in its report, ``encrypted-document`` for one.
    """

    code = "not-a-document"

    def __init__(self, finding: str, reason: str) -> None:
        super().__init__(f"{finding}: {reason}")
        self.finding, self.reason = finding, reason


class InvalidRecord(Invalid):
    """What a record would say breaks DCAT-AP, or no parser could read it.

    faults: the field of the form to mend, and what is wrong with it in each language.
    """

    code = "invalid-record"

    def __init__(self, message: str, *, faults: Sequence[tuple[str, Mapping[str, str]]]) -> None:
        super().__init__(message)
        self.faults = tuple(faults)


class InvalidPackage(Invalid):
    """What a CKAN package says can't be kept.

    faults: by the key of the package, what is wrong with it, in CKAN's words where it has some.
    """

    code = "invalid-package"

    def __init__(self, faults: Mapping[str, Sequence[str]]) -> None:
        key, said = next(iter(faults.items()))
        super().__init__(f"{key}: {said[0]}")
        self.faults = {key: list(each) for key, each in faults.items()}


class UnreadableRecord(Invalid):
    """RDF that can't be read, that refers to something outside, or that describes no dataset."""

    code = "unreadable-record"


class UnsafeRdf(Invalid):
    """RDF that points to a context elsewhere, declares entities or is nested without end."""

    code = "unsafe-rdf"


class BadQuery(Invalid):
    """A question in SPARQL that can't be read, would change something or call somebody."""

    code = "bad-query"


class QueryTooCostly(Invalid):
    """A question whose answer takes more time, memory or bytes than allowed."""

    code = "query-too-costly"


class ResultNotOffered(Invalid):
    """The client takes none of the formats in which such a question is answered."""

    code = "result-not-offered"


class BadFormula(Invalid):
    """A rule's formula that is not in the language of ``docs/rules.md``."""

    code = "bad-formula"


class BadPaging(Invalid):
    """A limit, an instant or a parameter that no page of the catalogue can be made of."""

    code = "bad-paging"


class BadCursor(BadPaging):
    """A cursor that was damaged, comes from another catalogue or belongs to another question."""

    code = "bad-cursor"


class NotPublishable(Invalid):
    """The file has findings that block publication; its report is kept."""

    code = "not-publishable"

    def __init__(self, message: str, *, submission_id: int) -> None:
        super().__init__(message)
        self.submission_id = submission_id


class NotReleasable(Invalid):
    """A file of an answer in which something was found that must not be handed over.

    findings: code/column of what stands in the way.
    """

    code = "not-releasable"

    def __init__(self, message: str, findings: Iterable[str]) -> None:
        super().__init__(message)
        self.findings = tuple(findings)


class NotRedacted(Invalid):
    """Nothing was blacked out, or it would have stayed readable."""

    code = "not-redacted"


class PieceDamaged(Invalid):
    """A piece of a file whose bytes are not those that its digest was made of."""

    code = "piece-damaged"


class BrokenOffice(Invalid):
    """An office file that can't be unpacked or read."""

    code = "broken-office"


class UnsafeOffice(Invalid):
    """An office file that is made to do harm, or that we can't look into."""

    code = "unsafe-office"


class BadRowQuery(Invalid):
    """A question that a table can't be asked; parameter is the one to correct."""

    code = "bad-row-query"

    def __init__(self, parameter: str, reason: str) -> None:
        self.parameter = parameter[:100]
        super().__init__(f"{self.parameter}: {reason}")


class BadPersonalName(Invalid):
    """A name or an address that holds markup, or signs that turn the text around."""

    code = "bad-personal-name"


class TooLong(Invalid):
    """More characters than anybody can work with."""

    code = "too-long"


class LooksAutomatic(Invalid):
    """A form that only a program fills like this."""

    code = "looks-automatic"


class TooQuick(Invalid):
    """A form that was sent faster than a person types, or was not opened here."""

    code = "too-quick"


class FutureReceipt(Invalid):
    """Nothing can be received on a day that has not come."""

    code = "future-receipt"


class BadSearch(Invalid):
    """A search that can't be answered: too long, too deep, too many words."""

    code = "bad-search"


class BadSql(Invalid):
    """A SELECT that can't be read, or that the table can't be asked."""

    code = "bad-sql"


class BadSolr(Invalid):
    """A question in the part of Solr's language that CKAN's clients speak, and can't be read."""

    code = "bad-solr"


class UnsafeLogo(Invalid):
    """No PNG or SVG, or one that may do more than be looked at."""

    code = "unsafe-logo"


class BadAddress(Invalid):
    """What was given is no e-mail address, or could be mistaken for another."""

    code = "bad-address"


class BadName(Invalid):
    """A name that is empty, too long, or made of letters that pass for others."""

    code = "bad-name"


class WeakPassword(Invalid):
    """A password that is too short, too long, or the person's own name or address."""

    code = "weak-password"


class WrongPassword(Invalid):
    """Not the present password of the account, which a change of it asks for."""

    code = "wrong-password"


class WrongCode(Invalid):
    """A code of the second factor, or of recovery, that is wrong or was taken before."""

    code = "wrong-code"


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
    """No authority of that id in this hub."""

    code = "unknown-publisher"


class UnknownDataset(NotKnown):
    """No published dataset at that address."""

    code = "unknown-dataset"


class NoRows(NotKnown):
    """No rows are served of this dataset: there is no table in it that could be made ready."""

    code = "no-rows"


class UnknownEntity(NotKnown):
    """No published row speaks of it, or it is a natural person."""

    code = "unknown-entity"


class UnknownAlert(NotKnown):
    """The link of an alert by e-mail is not whole, too old, or its alert was stopped."""

    code = "unknown-alert"


class UnknownRowReport(NotKnown):
    """No report of that number on a row."""

    code = "unknown-row-report"


class UnknownRow(NotKnown):
    """The dataset has no row of that number."""

    code = "unknown-row"


class UnknownSubmission(NotKnown):
    """No stored report of that number."""

    code = "unknown-submission"


class UnknownDraft(NotKnown):
    """No publication is being prepared under that number, or not within reach."""

    code = "unknown-draft"


class UnknownUpload(NotKnown):
    """No such file is being sent in pieces, or not any more, or by somebody else."""

    code = "unknown-upload"


class UnknownLetter(NotKnown):
    """No letter of that name under this law."""

    code = "unknown-letter"


class UnknownFile(NotKnown):
    """No such file of that request, or none for whoever asks."""

    code = "unknown-file"


class UnknownLaw(NotKnown):
    """No law of that name under requests/."""

    code = "unknown-law"


class UnknownStep(NotKnown):
    """The law has no step of that name."""

    code = "unknown-step"


class UnknownRequest(NotKnown):
    """No request with that reference and that tracking code."""

    code = "unknown-request"


class UnknownJob(NotKnown):
    """No job of that name is on the schedule."""

    code = "unknown-job"


class UnknownWork(NotKnown):
    """No work of that number was given up, or no queue of that name."""

    code = "unknown-work"


class UnknownMail(NotKnown):
    """No mail or letter of that number."""

    code = "unknown-mail"


class UnknownPerson(NotKnown):
    """No account of that number or address."""

    code = "unknown-person"


class UnknownToken(NotKnown):
    """No API token of that name."""

    code = "unknown-token"


class LinkOver(NotKnown):
    """A link that is not known, was used, or has expired."""

    code = "link-over"


class Withdrawn(HubError):
    """A dataset was published at that address and was withdrawn; a tombstone says why."""

    code = "withdrawn"


class Refused(HubError):
    """The input is sound, but not allowed in this state."""

    code = "refused"


class KeyReused(Refused):
    """An Idempotency-Key that came before, with another request."""

    code = "key-reused"


class FileErased(Refused):
    """A file that was handed in and not published, and was erased when its days were over."""

    code = "file-erased"


class IdentityErased(Refused):
    """Who asked was erased, as the law or the requester wanted it."""

    code = "identity-erased"


class IdentityUnreadable(HubError):
    """Who asked can't be opened: its key is missing, or what is kept was altered."""

    code = "identity-unreadable"


class WrongOffset(Refused):
    """A piece of a file that does not follow those that have come."""

    code = "wrong-offset"


class UploadUnfinished(Refused):
    """A file of which some pieces have not come yet."""

    code = "upload-unfinished"


class TooManyUploads(Refused):
    """More files are being sent in pieces by one person than are waited for."""

    code = "too-many-uploads"


class ChangedMeanwhile(Refused):
    """Somebody else has acted since it was read; nothing is overwritten."""

    code = "changed-meanwhile"


class WrongMoment(Refused):
    """This act can't follow the last one."""

    code = "wrong-moment"


class NotInLaw(Refused):
    """The law a request was filed under does not know this act."""

    code = "not-in-law"


class ExtensionVoid(Refused):
    """An extension that the law does not grant: too late, too often, or without its reasons."""

    code = "extension-void"


class LetterIncomplete(Invalid):
    """A letter that lacks what it must say, such as the reasons or the remedies of a refusal."""

    code = "letter-incomplete"


class SlugTaken(Refused):
    """Another dataset already has that address."""

    code = "slug-taken"


class SlugWithdrawn(Refused):
    """A dataset was withdrawn from that address; it comes back only where that is said.

    slug, publisher: the address, and whose dataset it was.
    """

    code = "slug-withdrawn"

    def __init__(self, message: str, *, slug: str, publisher: str) -> None:
        super().__init__(message)
        self.slug, self.publisher = slug, publisher


class AuthorityTaken(Refused):
    """Another authority of this hub has that id."""

    code = "authority-taken"


class AuthorityClosed(Refused):
    """The authority neither publishes nor takes requests any more."""

    code = "authority-closed"


class FamilyNotPublished(Refused):
    """The authority does not publish tables of that family."""

    code = "family-not-published"


class DemoPasswords(Refused):
    """Accounts with passwords that everybody knows, in a hub that others can reach."""

    code = "demo-passwords"


class Denied(HubError):
    """The caller has not shown what this door asks for."""

    code = "denied"


class SignInNeeded(Denied):
    """This door opens to somebody whom the hub knows: by a session, or by an API token."""

    code = "sign-in-needed"


class TokenNeeded(Denied):
    """The API token that was sent is not known, expired or revoked."""

    code = "token-needed"


class NotSignedIn(Denied):
    """No account with that address and that password, or it is closed: they are not told apart."""

    code = "not-signed-in"


class ProofNeeded(Denied):
    """So many wrong passwords that only a link to the account's own address opens it from here."""

    code = "proof-needed"


class TrackingCodeNeeded(Denied):
    """A request is shown only to those who hold its tracking code."""

    code = "tracking-code-needed"


class Forbidden(HubError):
    """Who the caller is, is known, and may not do this here."""

    code = "forbidden"


class CrossSite(Forbidden):
    """What changes something is sent from a page of the hub, or by a program with its key."""

    code = "cross-site"


class FormExpired(Forbidden):
    """A form that was not opened in the session it was sent in."""

    code = "form-expired"


class SignInLost(Forbidden):
    """A sign-in at the provider that was not begun in this browser, or too long ago."""

    code = "sign-in-lost"


class ProviderRefused(Forbidden):
    """The provider of identities vouches for nobody: it was refused, or broken off."""

    code = "provider-refused"


class TokenForged(Forbidden):
    """What came from the provider was not made by it, for this hub, for this sign-in, just now."""

    code = "token-forged"


class NoAccount(Forbidden):
    """Somebody is known to the provider of identities, and has no account here."""

    code = "no-account"


class WrongHost(HubError):
    """The call names a host that is not the hub's."""

    code = "wrong-host"


class HeadersTooLarge(HubError):
    """More cookies or headers than are read."""

    code = "headers-too-large"


class BrokenRequest(HubError):
    """What was sent is not what it says it is: the query of an address holds a NUL."""

    code = "broken-request"


class TooOften(HubError):
    """More calls than are taken in this time; seconds says how long to wait."""

    code = "too-many-requests"

    def __init__(self, message: str, *, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class TooLarge(HubError):
    """More bytes than this door takes."""

    code = "too-large"


class DatabaseNewer(HubError):
    """The tables are those of a newer version of the hub; this one would not understand them."""

    code = "database-newer"


class DatabaseHeld(HubError):
    """Somebody holds a table that a migration must change; nothing was changed."""

    code = "database-held"


class BucketUnreachable(HubError):
    """The bucket in which files lie can't be reached, or does not allow what is asked."""

    code = "bucket-unreachable"


class FileDamaged(HubError):
    """The bytes of a stored file are not those that were put there; they are not handed out."""

    code = "file-damaged"


class SearchUnavailable(HubError):
    """The index of search is missing, broken, or held by another writer; it heals by itself."""

    code = "search-unavailable"


class Busy(HubError):
    """All places are taken, something is being made ready, or others write; ask again."""

    code = "busy"


class RecordRefused(HubError):
    """A record of a source that is not taken; it is kept apart, with the reason."""

    code = "record-refused"


class RecordTwice(RecordRefused):
    """A source has two records of one identifier that say different things."""

    code = "record-twice"


class RecordTooLarge(RecordRefused):
    """A record says more than any reader would read."""

    code = "record-too-large"


class RecordOfOurs(RecordRefused):
    """A record from elsewhere that is ours, or speaks of what is ours."""

    code = "record-of-ours"


class RecordOfAnother(RecordRefused):
    """The dataset was harvested from another source already."""

    code = "record-of-another-source"


class NotFetched(HubError):
    """What is elsewhere could not be read, or must not be."""

    code = "not-fetched"


class AddressRefused(NotFetched):
    """A scheme, port, host or network that the hub never calls."""

    code = "address-refused"


class Unreachable(NotFetched):
    """No such host, no connection, or no certificate that can be trusted."""

    code = "unreachable"


class AnswerTooLate(NotFetched):
    """The whole answer did not come in time."""

    code = "answer-too-late"


class AnswerTooLarge(NotFetched):
    """The answer has more bytes than are read."""

    code = "answer-too-large"


class AnswerBroken(NotFetched):
    """What was answered is not HTTP, is packed in a way that is not read, or ends too early."""

    code = "answer-broken"


class TooManyRedirects(NotFetched):
    """The address leads on and on."""

    code = "too-many-redirects"


class SourceUnreadable(NotFetched):
    """A source answers something that is no catalogue, or half of one."""

    code = "source-unreadable"


class PagesInACircle(NotFetched):
    """The pages of a source lead back to one that was read already, or never end."""

    code = "pages-in-a-circle"


class UnknownSource(NotKnown):
    """No source of that id is harvested here."""

    code = "unknown-source"


class UnknownTarget(NotKnown):
    """No CKAN of that id is a target of this hub."""

    code = "unknown-target"


class TargetTaken(Refused):
    """Another CKAN of this hub has that id."""

    code = "target-taken"


class SourceTaken(Refused):
    """Another source of this hub has that id, or that address."""

    code = "source-taken"


class DeletionsWait(Refused):
    """More of a source has vanished than may without somebody's word."""

    code = "deletions-wait"


class QueueNotInstalled(Refused):
    """The database is PostgreSQL, and what keeps its queue is not installed."""

    code = "queue-not-installed"


class JobRunning(Refused):
    """The job is being done already, by this process or another."""

    code = "job-running"


class HarvestRunning(Refused):
    """The source is being read already."""

    code = "harvest-running"


class RemoteRefused(NotFetched):
    """A CKAN elsewhere does not allow it, has no such organization, or answers as none."""

    code = "remote-refused"


class PackageHidden(RemoteRefused):
    """A CKAN elsewhere has a dataset of that name and does not show it: private, or deleted."""

    code = "package-hidden"


class PackageRefused(NotFetched):
    """A CKAN elsewhere takes this dataset not as it is told, and says why."""

    code = "package-refused"


class MailNotSent(HubError):
    """No mail server took the mail; it is tried again, unless the server refused it for good.

    is_lasting: whether it did. is_address: because of the address, to which no mail gets.
    """

    code = "mail-not-sent"

    def __init__(self, message: str, *, is_lasting: bool = False, is_address: bool = False) -> None:
        super().__init__(message)
        self.is_lasting = is_lasting
        self.is_address = is_address


class MailServerAway(MailNotSent):
    """The mail server can't be reached, or does not let us in: all mail waits."""

    code = "mail-server-away"


class MailInDoubt(HubError):
    """The server did not say whether it took a mail that it was given; it is not sent again."""

    code = "mail-in-doubt"


class MailboxAway(HubError):
    """The mailbox of the desk can't be reached, or does not let us in."""

    code = "mailbox-away"


class ProviderFailed(NotFetched):
    """The provider of identities does not answer, or not as OpenID Connect says."""

    code = "provider-failed"


class QueryTooHeavy(HubError):
    """A question that takes more time or memory than it may; narrow it, or take the file."""

    code = "query-too-heavy"


class BackupBroken(HubError):
    """A backup is not whole, was altered, or is sealed with another key."""

    code = "backup-broken"


class BackupMisplaced(Refused):
    """There is something already where a backup, or a hub made of one, is to be put."""

    code = "backup-misplaced"


class PackBroken(HubError):
    """A file under catalog/ or requests/ breaks the rules of packs."""

    code = "pack-broken"


class NotTypeset(HubError):
    """A letter that could not be set as it should be: a letter no font has, a broken picture."""

    code = "not-typeset"
