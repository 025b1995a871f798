"""The SQLModel tables, and nothing else.

A table class does not validate: rows are filled from checked domain values only.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, LargeBinary, MetaData, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

SQLModel.metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


metadata = SQLModel.metadata


class SubmissionRow(SQLModel, table=True):
    """A file that was handed in and the report on it, good or bad.

    authority: in whose name it was handed in; empty where it was a command. erased_at: when its
    bytes, its name and what the findings quote were erased, for nobody had published it.
    """

    __tablename__ = "submission"
    id: int = Field(default=None, primary_key=True)  # given by the database
    authority: str = Field(default="", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    family: str = Field(index=True)
    file_name: str
    sha256: str = Field(index=True)
    size_bytes: int = Field(sa_type=BigInteger)
    submitted_at: datetime
    is_valid: bool
    is_readable: bool
    is_complete: bool
    rows: int
    total_findings: int
    encoding: str | None
    counts: dict[str, int] = Field(sa_type=JSON)
    slow_because: str
    findings: list[dict[str, Any]] = Field(sa_type=JSON)
    erased_at: datetime | None = None


class DraftRow(SQLModel, table=True):
    """A publication that a steward prepares. slug: where it was published, empty until then."""

    __tablename__ = "publication_draft"
    id: int = Field(default=None, primary_key=True)  # given by the database
    authority: str = Field(index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    family: str
    submission_id: int = Field(foreign_key="submission.id")
    replaces: str
    typed: dict[str, str] = Field(sa_type=JSON)
    given: dict[str, str] = Field(sa_type=JSON)
    began_from: int | None = None
    publish_on: date | None = Field(default=None, index=True)
    approved: str
    problem: str
    slug: str
    created_at: datetime
    changed_at: datetime


class UploadRow(SQLModel, table=True):
    """A file that comes in pieces. touched_at: when its last piece came, or it began.

    draft_id:      the draft that it became the file of.
    submission_id: what it was checked as then.
    is_dropped:    no more of it comes; what has come counts for its sender until it is forgotten.
    """

    __tablename__ = "upload"
    id: int = Field(default=None, primary_key=True)  # given by the database
    key: str = Field(unique=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    file_name: str
    size_bytes: int = Field(sa_type=BigInteger)
    received_bytes: int = Field(sa_type=BigInteger)
    draft_id: int | None = None
    submission_id: int | None = None
    is_dropped: bool = False
    touched_at: datetime


class UploadPieceRow(SQLModel, table=True):
    """A piece of it, among the stored files."""

    __tablename__ = "upload_piece"
    upload_id: int = Field(foreign_key="upload.id", primary_key=True)
    first_byte: int = Field(sa_type=BigInteger, primary_key=True)
    sha256: str = Field(index=True)
    size_bytes: int


class DocumentRow(SQLModel, table=True):
    """What was read in a document that was handed in. text: for search only, never served."""

    __tablename__ = "document"
    submission_id: int = Field(foreign_key="submission.id", primary_key=True)
    pages: int
    silent_pages: int
    text: str = Field(sa_type=Text)


class ClearanceRow(SQLModel, table=True):
    """A steward's word that what looks like personal data is none; rows are only added."""

    __tablename__ = "clearance"
    id: int = Field(default=None, primary_key=True)  # given by the database
    submission_id: int = Field(foreign_key="submission.id", index=True)
    code: str
    column_name: str | None
    reason: str
    cleared_at: datetime
    person_id: int | None = Field(default=None, foreign_key="person.id")


class DatasetRow(SQLModel, table=True):
    """A published dataset as it is now.

    described: what its steward says beside title and file, as given. met: indicators of quality.
    """

    __tablename__ = "dataset"
    __table_args__ = (Index("ix_dataset_family", "family", "submission_id"),)
    id: int = Field(default=None, primary_key=True)  # given by the database
    slug: str = Field(unique=True)
    family: str
    publisher: str = Field(index=True)
    title: dict[str, str] = Field(sa_type=JSON)
    description: dict[str, str] = Field(sa_type=JSON)
    keywords: dict[str, list[str]] = Field(sa_type=JSON)
    issued_at: datetime
    modified_at: datetime = Field(index=True)
    version: int
    submission_id: int = Field(foreign_key="submission.id", index=True)
    file_name: str
    file_format: str
    media_type: str
    file_issued_at: datetime
    described: dict[str, Any] = Field(sa_type=JSON)
    met: list[str] = Field(sa_type=JSON)


class DatasetVersionRow(SQLModel, table=True):
    """A version of a dataset as it was published; its file is that of its submission.

    said, columns: what its record said, and its columns then; empty once it is gone. gone: why it
    can't be compared any more; empty while it can.
    """

    __tablename__ = "dataset_version"
    slug: str = Field(primary_key=True)
    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    published_at: datetime
    family: str
    submission_id: int = Field(foreign_key="submission.id", index=True)
    file_name: str
    said: dict[str, Any] = Field(sa_type=JSON)
    columns: dict[str, str] = Field(sa_type=JSON)
    gone: str


class FragmentRow(SQLModel, table=True):
    """A dataset's record in one syntax, ready to be joined with others.

    dataset_id:  its place in the catalogue: the id of a dataset, or the place of a harvested one.
    written_for: digest of all that a record depends on beside its dataset.
    shares:      digest of what it says as many others do; empty where all is in its body.
    """

    __tablename__ = "fragment"
    # What is asked at each start, of every record, without its text.
    __table_args__ = (Index("ix_fragment_written_for", "dataset_id", "written_for"),)
    dataset_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    syntax: str = Field(primary_key=True)
    written_for: str
    body: str = Field(sa_type=Text)
    shares: str = Field(default="", sa_column_kwargs={"server_default": ""})


class SharedFragmentRow(SQLModel, table=True):
    """What many records say word for word, such as entries of lists and who publishes: kept once.

    written_for: the state of the declarations that it was written for.
    """

    __tablename__ = "shared_fragment"
    digest: str = Field(primary_key=True)
    syntax: str = Field(primary_key=True)
    written_for: str
    body: str = Field(sa_type=Text)


class ChangeRow(SQLModel, table=True):
    """The log of what happened to the catalogue; rows are only added, so no number comes twice.

    base_url: the address of the hub when it happened; every IRI of the record begins with it.
    """

    __tablename__ = "change"
    id: int = Field(default=None, primary_key=True)  # given by the database
    slug: str = Field(index=True)
    kind: str
    changed_at: datetime
    base_url: str


class ChangeRecordRow(SQLModel, table=True):
    """What a dataset's record was after a change: JSON-LD, deflated. Erased when withdrawn."""

    __tablename__ = "change_record"
    change_id: int = Field(foreign_key="change.id", primary_key=True)
    body: bytes = Field(sa_type=LargeBinary)


class EntryRow(SQLModel, table=True):
    """A place in the catalogue: given once, kept through every change and after a withdrawal.

    position: the id of the dataset. change_id: its latest change. iri: of a harvested dataset,
    which keeps the address it has elsewhere; empty for one that was published here.
    """

    __tablename__ = "entry"
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    slug: str = Field(unique=True)
    change_id: int = Field(foreign_key="change.id", index=True)
    changed_at: datetime = Field(index=True)
    is_withdrawn: bool
    iri: str = Field(default="", sa_type=Text)


class TombstoneRow(SQLModel, table=True):
    """What is still said of a dataset that was withdrawn. publisher: empty where not kept."""

    __tablename__ = "tombstone"
    position: int = Field(
        foreign_key="entry.position", primary_key=True, sa_column_kwargs={"autoincrement": False}
    )
    publisher: str = ""
    title: dict[str, str] = Field(sa_type=JSON)
    reason: str
    version: int
    issued_at: datetime
    withdrawn_at: datetime


class CatalogKeyRow(SQLModel, table=True):
    """One row: what tells the cursors of this catalogue from those of another."""

    __tablename__ = "catalog_key"
    key: str = Field(primary_key=True)


class PersonRow(SQLModel, table=True):
    """An account: of somebody, or of a program that acts under roles of its own (no email).

    email: folded, so that one mailbox has one account. disabled_at: nothing opens to it any more.
    """

    __tablename__ = "person"
    id: int = Field(default=None, primary_key=True)  # given by the database
    email: str | None = Field(unique=True)
    name: str
    language: str
    created_at: datetime
    confirmed_at: datetime | None
    disabled_at: datetime | None


class PersonRoleRow(SQLModel, table=True):
    """A role that is held now. authority, unit: where; empty means everywhere."""

    __tablename__ = "person_role"
    person_id: int = Field(foreign_key="person.id", primary_key=True)
    role: str = Field(primary_key=True)
    authority: str = Field(primary_key=True)
    unit: str = Field(primary_key=True)


class ApiTokenRow(SQLModel, table=True):
    """A key for programs; only its digest is kept.

    person_id: whose roles it acts under. deeds: what it is limited to; null for all of them.
    is_proved: whether whoever made it had shown more than a password; opens roles that ask for it.
    """

    __tablename__ = "api_token"
    id: int = Field(default=None, primary_key=True)  # given by the database
    person_id: int = Field(foreign_key="person.id", index=True)
    name: str = Field(unique=True)
    sha256: str = Field(unique=True)
    deeds: list[str] | None = Field(sa_type=JSON)
    is_proved: bool = True
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class AuthorityRow(SQLModel, table=True):
    """A public body of this hub beside those of ``catalog/site.yaml``."""

    __tablename__ = "authority"
    id: str = Field(primary_key=True)
    name: dict[str, str] = Field(sa_type=JSON)
    type: str
    homepage: str
    email: str
    law: str
    reference_prefix: str = Field(unique=True)
    territory: str
    parent: str = Field(index=True)
    families: list[str] = Field(sa_type=JSON)
    units: list[dict[str, Any]] = Field(sa_type=JSON)
    is_active: bool
    created_at: datetime
    changed_at: datetime


class AuthorityLogoRow(SQLModel, table=True):
    """The picture of an authority, declared or kept; its bytes are a stored file."""

    __tablename__ = "authority_logo"
    authority: str = Field(primary_key=True)
    sha256: str
    media_type: str


class PasswordRow(SQLModel, table=True):
    """What is kept of a password: Argon2id. is_demo: everybody knows it."""

    __tablename__ = "password"
    person_id: int = Field(foreign_key="person.id", primary_key=True)
    hash: str
    is_demo: bool
    changed_at: datetime


class TotpRow(SQLModel, table=True):
    """A second factor. The secret is derived from the hub's key and this salt, and not kept.

    confirmed_at: null while it is being set up. last_step: the time step of the last code taken.
    """

    __tablename__ = "totp"
    person_id: int = Field(foreign_key="person.id", primary_key=True)
    salt: str
    confirmed_at: datetime | None
    last_step: int = Field(sa_type=BigInteger)


class RecoveryCodeRow(SQLModel, table=True):
    """A code that stands in once for a lost second factor; only its digest is kept."""

    __tablename__ = "recovery_code"
    person_id: int = Field(foreign_key="person.id", primary_key=True)
    sha256: str = Field(primary_key=True)
    used_at: datetime | None


class WebSessionRow(SQLModel, table=True):
    """Somebody who has signed in with a browser; only the digest of the key is kept."""

    __tablename__ = "web_session"
    id: int = Field(default=None, primary_key=True)  # given by the database
    sha256: str = Field(unique=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    proof: str
    opened_at: datetime
    seen_at: datetime = Field(index=True)
    user_agent: str


class OneTimeLinkRow(SQLModel, table=True):
    """A link that was sent by mail and works once; only the digest of its key is kept.

    The key is derived from the hub's key and the salt, when the mail is sent.
    person_id: whose account it is about; null where it makes one. made_by: who invited.
    """

    __tablename__ = "one_time_link"
    id: int = Field(default=None, primary_key=True)  # given by the database
    sha256: str = Field(unique=True)
    salt: str
    kind: str
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    email: str
    name: str
    language: str
    grants: list[list[str]] = Field(sa_type=JSON)
    made_by: int | None = Field(default=None, foreign_key="person.id")
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None


class MailRow(SQLModel, table=True):
    """A mail to be sent after the transaction that wrote it; made into words when it is sent.

    email: empty where it goes to who filed ``reference``: that is read when it is sent.
    due_at: when to try, or try again. failed_at: nobody tries any more. handing_over_at: since
    when it is given to a server; with nothing after that, it is in doubt.
    token: what its Message-ID begins with. said: what its words are made of; names nobody.
    rank: those with a higher one wait until those with a lower one were sent.
    """

    __tablename__ = "mail"
    __table_args__ = (Index("ix_mail_rank", "rank", "due_at"),)
    id: int = Field(default=None, primary_key=True)  # given by the database
    kind: str
    email: str
    language: str
    link_id: int | None = Field(default=None, foreign_key="one_time_link.id")
    written_at: datetime
    due_at: datetime | None = Field(index=True)
    attempts: int
    problem: str
    sent_at: datetime | None
    failed_at: datetime | None = Field(default=None, index=True)
    token: str = Field(unique=True)
    reference: str = Field(default="", index=True)
    letter_id: int | None = Field(default=None, foreign_key="letter.id", index=True)
    said: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    handing_over_at: datetime | None = Field(default=None, index=True)
    bounced_at: datetime | None = Field(default=None, index=True)
    rank: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class AttemptRow(SQLModel, table=True):
    """A place from which somebody wanted to open an account; digests, no addresses."""

    __tablename__ = "attempt"
    place_sha256: str = Field(primary_key=True)
    account_sha256: str = Field(index=True)
    failures: int
    failed_at: datetime | None
    opened_at: datetime | None


class IdentityRow(SQLModel, table=True):
    """Who an account is at a provider of identities elsewhere."""

    __tablename__ = "identity"
    issuer: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    linked_at: datetime


class CounterRow(SQLModel, table=True):
    """The last number given out in a series, such as the requests of a year."""

    __tablename__ = "counter"
    series: str = Field(primary_key=True)
    last: int


class InfoRequestRow(SQLModel, table=True):
    """A request for information, without who asked.

    authority: the body that answers; unit: of it. owner_id: the account it was filed from, if any.
    channel: the way it came in. details: what the model form asks besides. officer_id, answer_by:
    who works on it, and the body's own day.

    due_on, safe_on, is_open: cached for lists; the truth is counted from the events. answer_due_on:
    of the answer; due_on is the head's while a complaint is to be decided. first_due_on: of the
    first answer, once what was answered is reopened.
    """

    __tablename__ = "info_request"
    __table_args__ = (
        Index("ix_info_request_queue", "is_open", "due_on", "reference"),
        Index("ix_info_request_queue_of", "authority", "is_open", "due_on", "reference"),
    )
    id: int = Field(default=None, primary_key=True)  # given by the database
    authority: str = Field(index=True)
    unit: str = ""
    owner_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    reference: str = Field(unique=True)
    tracking_sha256: str
    law: str
    subject: str
    text: str = Field(sa_type=Text)
    language: str
    is_urgent: bool
    channel: str = "web"
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    officer_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    answer_by: date | None = None
    due_on: date = Field(index=True)
    answer_due_on: date
    safe_on: date
    first_due_on: date | None = None
    is_open: bool = Field(default=True, index=True)


class FilingRow(SQLModel, table=True):
    """A request that came by the form or with a word of its sender; forgotten after a day.

    once_sha256, content_sha256: keyed digests. salt: what its tracking code is worked out with.
    view_sha256: digest of what the address of its receipt ends with.
    """

    __tablename__ = "filing"
    once_sha256: str = Field(primary_key=True)
    content_sha256: str
    salt: str
    view_sha256: str = Field(unique=True)
    info_request_id: int | None = Field(default=None, foreign_key="info_request.id", index=True)
    filed_at: datetime = Field(index=True)


class SuggestionCountRow(SQLModel, table=True):
    """How often something was suggested before filing, opened, and filed after all, on a day."""

    __tablename__ = "suggestion_count"
    day: date = Field(primary_key=True)
    authority: str = Field(primary_key=True)
    what: str = Field(primary_key=True)
    number: int


class RequesterRow(SQLModel, table=True):
    """Who asked, sealed. Apart from the request, so that reading the one never reads the other.

    sealed: null once it was erased. key_name: of the key that sealed it. email_mark: a keyed
    digest of the e-mail address, by which its requests are found.
    """

    __tablename__ = "requester"
    info_request_id: int = Field(
        foreign_key="info_request.id", primary_key=True, sa_column_kwargs={"autoincrement": False}
    )
    sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    key_name: str = Field(default="", index=True)
    email_mark: str = Field(default="", index=True)
    erased_at: datetime | None = None
    erased_why: str = ""


class UnsealedRequesterRow(SQLModel, table=True):
    """Who asked, in the clear, as a hub kept it before it had a vault; empty after it is opened."""

    __tablename__ = "requester_unsealed"
    info_request_id: int = Field(
        foreign_key="info_request.id", primary_key=True, sa_column_kwargs={"autoincrement": False}
    )
    name: str
    email: str
    address: str
    id_number: str


class EventRow(SQLModel, table=True):
    """One thing that happened to a request; rows are added, never changed."""

    __tablename__ = "event"
    id: int = Field(default=None, primary_key=True)  # given by the database
    info_request_id: int = Field(foreign_key="info_request.id", index=True)
    act: str
    happened_on: date
    recorded_at: datetime
    ground: str = ""
    reasons: str = Field(default="", sa_type=Text)


class RegisterEntryRow(SQLModel, table=True):
    """What the public register tells of a request. Nobody is named in it.

    wording, is_withheld: what an officer has said of its subject. old_reference: of an old
    register it was taken from. All else is worked out from the request and its events by one
    function, and can be worked out again.
    """

    __tablename__ = "register_entry"
    __table_args__ = (
        UniqueConstraint("authority", "old_reference", name="uq_register_entry_old_reference"),
        Index("ix_register_entry_newest", "received_on", "reference"),
        Index("ix_register_entry_newest_of", "authority", "received_on", "reference"),
        Index("ix_register_entry_state", "state", "due_on", "reference"),
    )
    info_request_id: int = Field(foreign_key="info_request.id", primary_key=True)
    reference: str = Field(unique=True)
    authority: str
    channel: str
    language: str
    is_urgent: bool
    state: str
    received_on: date
    received_year: int
    received_month: int
    due_on: date
    outcome: str
    ground: str
    extended_on: date | None
    extension_ground: str
    answered_on: date | None
    settled_on: date | None
    net_days: int | None
    complained_on: date | None
    head_decided_on: date | None
    commission_on: date | None
    commission_decided_on: date | None
    commission_ground: str
    sued_on: date | None
    first_due_on: date | None
    reopened_on: date | None
    subject: str
    folded_subject: str
    wording: str = ""
    is_withheld: bool = False
    old_reference: str | None = None


class LetterRow(SQLModel, table=True):
    """A letter that was written; its PDF lies among the files. Rows are added, never changed.

    event_id: the event it tells of; null where it tells of none. person_id: who wrote it.
    """

    __tablename__ = "letter"
    id: int = Field(default=None, primary_key=True)  # given by the database
    info_request_id: int = Field(foreign_key="info_request.id", index=True)
    event_id: int | None = Field(default=None, foreign_key="event.id")
    name: str
    language: str
    sha256: str = Field(index=True)
    size_bytes: int
    written_at: datetime
    person_id: int | None = Field(default=None, foreign_key="person.id")


class AssignmentRow(SQLModel, table=True):
    """A request was given to a unit or an officer; rows are added, never changed."""

    __tablename__ = "assignment"
    id: int = Field(default=None, primary_key=True)  # given by the database
    info_request_id: int = Field(foreign_key="info_request.id", index=True)
    unit: str
    officer_id: int | None = Field(default=None, foreign_key="person.id")
    answer_by: date | None
    person_id: int | None = Field(default=None, foreign_key="person.id")
    assigned_at: datetime


class CaseFileRow(SQLModel, table=True):
    """A file of a case; its bytes lie among the files.

    findings, cleared: as in a report on a submission. made_from: the file it is a copy of.
    removed_at: nobody is shown it any more.
    """

    __tablename__ = "case_file"
    id: int = Field(default=None, primary_key=True)  # given by the database
    info_request_id: int = Field(foreign_key="info_request.id", index=True)
    origin: str
    name: str
    media_type: str
    sha256: str = Field(index=True)
    size_bytes: int = Field(sa_type=BigInteger)
    added_at: datetime
    person_id: int | None = Field(default=None, foreign_key="person.id")
    findings: list[dict[str, Any]] = Field(sa_type=JSON)
    cleared: list[dict[str, Any]] = Field(sa_type=JSON)
    release: str
    public_from: date | None
    made_from: int | None = Field(default=None, foreign_key="case_file.id")
    exceptions: list[str] = Field(sa_type=JSON)
    dataset: str = ""
    released_at: datetime | None = None
    removed_at: datetime | None


class LetterDeliveryRow(SQLModel, table=True):
    """A printed letter that was posted or handed over; rows are added, never changed."""

    __tablename__ = "letter_delivery"
    id: int = Field(default=None, primary_key=True)  # given by the database
    letter_id: int = Field(foreign_key="letter.id", index=True)
    way: str
    happened_on: date
    noted_at: datetime
    person_id: int | None = Field(default=None, foreign_key="person.id")


class MailboxRow(SQLModel, table=True):
    """How far a mailbox was read. validity: while it stays, its numbers stay; began_on: since."""

    __tablename__ = "mailbox"
    name: str = Field(primary_key=True)
    validity: int = Field(sa_type=BigInteger)
    last_uid: int = Field(sa_type=BigInteger)
    began_on: date


class IncomingMailRow(SQLModel, table=True):
    """A mail that came in. What names somebody is sealed, and null once it has served.

    authority: whose desk it came to. sender_mark: a keyed digest of the sender, to count by.
    reference: of the request that it became or belongs to. why: and the words of an officer.
    settled_at, person_id: when an officer dealt with it, and who.
    """

    __tablename__ = "incoming_mail"
    id: int = Field(default=None, primary_key=True)  # given by the database
    mailbox: str
    validity: int = Field(sa_type=BigInteger)
    uid: int = Field(sa_type=BigInteger)
    sha256: str = Field(unique=True)
    message_id_sha256: str = Field(default="", index=True)
    received_at: datetime
    size_bytes: int = Field(sa_type=BigInteger)
    authority: str = Field(index=True)
    state: str = Field(index=True)
    why: str
    reason: str = Field(default="", sa_type=Text)
    reference: str = Field(default="", index=True)
    language: str
    is_urgent: bool
    sender_mark: str = Field(default="", index=True)
    key_name: str
    sealed: bytes | None = Field(sa_type=LargeBinary)
    settled_at: datetime | None = None
    person_id: int | None = Field(default=None, foreign_key="person.id")


class IncomingFileRow(SQLModel, table=True):
    """A file of a mail that came in. problem: why it is not taken; then it is not kept either."""

    __tablename__ = "incoming_file"
    id: int = Field(default=None, primary_key=True)  # given by the database
    incoming_mail_id: int = Field(foreign_key="incoming_mail.id", index=True)
    name: str
    media_type: str
    sha256: str = Field(index=True)
    size_bytes: int = Field(sa_type=BigInteger)
    problem: str


class ReminderRow(SQLModel, table=True):
    """A reminder that was written: of which last day, at which distance in working days."""

    __tablename__ = "reminder"
    reference: str = Field(primary_key=True)
    due_on: date = Field(primary_key=True)
    distance: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    written_at: datetime


class DigestRow(SQLModel, table=True):
    """An officer's digest of a day that was written."""

    __tablename__ = "digest"
    person_id: int = Field(
        foreign_key="person.id", primary_key=True, sa_column_kwargs={"autoincrement": False}
    )
    day: date = Field(primary_key=True)


class CalendarFeedRow(SQLModel, table=True):
    """The calendar of an officer; only the digest of its address is kept."""

    __tablename__ = "calendar_feed"
    person_id: int = Field(
        foreign_key="person.id", primary_key=True, sa_column_kwargs={"autoincrement": False}
    )
    sha256: str = Field(unique=True)
    made_at: datetime


class CorrespondentRow(SQLModel, table=True):
    """How who filed a request is written to; names nobody.

    code_salt: the tracking code is derived from the hub's key and this, and not kept; empty where
    it was made at random. declined_at: since when no notices are wanted.
    """

    __tablename__ = "correspondent"
    reference: str = Field(primary_key=True)
    code_salt: str
    declined_at: datetime | None


class JournalRow(SQLModel, table=True):
    """What was done, sealed; rows are added, never changed, but that ``said`` may be erased."""

    __tablename__ = "journal"
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime
    kind: str = Field(index=True)
    person_id: int | None = Field(foreign_key="person.id", index=True)
    authority: str = Field(index=True)
    subject: str = Field(index=True)
    said: dict[str, str] | None = Field(sa_type=JSON)
    digest: str
    seal: str


class CalendarDayRow(SQLModel, table=True):
    """A day that was announced to be off, or not to be; rows are added, never changed.

    authority:  whose doors alone are closed; empty for the whole jurisdiction.
    instead_of: a listed day that is an ordinary one after all: the feast has moved.
    """

    __tablename__ = "calendar_day"
    id: int = Field(default=None, primary_key=True)  # given by the database
    jurisdiction: str = Field(index=True)
    authority: str = ""
    day: date
    name: dict[str, str] = Field(sa_type=JSON)
    status: str
    source: str
    known_on: date
    instead_of: date | None
    announced_at: datetime


class DueChangeRow(SQLModel, table=True):
    """A due day that was counted anew: what it was, what it became, and why."""

    __tablename__ = "due_change"
    id: int = Field(default=None, primary_key=True)  # given by the database
    info_request_id: int = Field(foreign_key="info_request.id", index=True)
    due_before: date
    due_after: date
    safe_before: date
    safe_after: date
    reason: str
    changed_at: datetime


class OutboxRow(SQLModel, table=True):
    """A notice to be sent after the transaction that wrote it; it names a request, no person."""

    __tablename__ = "outbox"
    id: int = Field(default=None, primary_key=True)  # given by the database
    kind: str = Field(index=True)
    subject: str
    content: dict[str, Any] = Field(sa_type=JSON)
    written_at: datetime
    sent_at: datetime | None = Field(default=None, index=True)


class LinkRow(SQLModel, table=True):
    """An address in records, as it was at the last look."""

    __tablename__ = "link"
    id: int = Field(default=None, primary_key=True)  # given by the database
    url: str = Field(unique=True, sa_type=Text)
    checked_at: datetime
    status: int
    problem: str
    took_ms: int
    led_to: str = Field(sa_type=Text)
    fails_since: datetime | None
    failures: int
    due_at: datetime = Field(index=True)


class LinkCheckRow(SQLModel, table=True):
    """One of the last looks at an address."""

    __tablename__ = "link_check"
    id: int = Field(default=None, primary_key=True)  # given by the database
    link_id: int = Field(foreign_key="link.id", index=True)
    checked_at: datetime
    status: int
    problem: str
    took_ms: int
    led_to: str = Field(sa_type=Text)


class HarvestSourceRow(SQLModel, table=True):
    """A catalogue elsewhere that is read again and again.

    marker: instant, by the source's own clock, up to which its changes are known.
    """

    __tablename__ = "harvest_source"
    id: str = Field(primary_key=True)
    kind: str
    url: str = Field(sa_type=Text)
    authority: str = Field(index=True)
    language: str
    filter: str
    hours: int
    most_gone: int
    page_size: int
    is_private: bool
    is_active: bool
    added_at: datetime
    due_at: datetime = Field(index=True)
    marker: datetime | None
    read_whole_at: datetime | None


class HarvestRunRow(SQLModel, table=True):
    """One reading of a source, from its first page to its last. cursor: the page to read next.

    seen_at: when it last moved; one that stands still for long was interrupted.
    """

    __tablename__ = "harvest_run"
    id: int = Field(default=None, primary_key=True)  # given by the database
    source: str = Field(foreign_key="harvest_source.id", index=True)
    state: str
    is_whole: bool
    since: datetime | None
    cursor: str = Field(sa_type=Text)
    pages: int
    total: int | None
    counts: dict[str, int] = Field(sa_type=JSON)
    marker: datetime | None
    started_at: datetime
    seen_at: datetime
    ended_at: datetime | None
    code: str
    problem: str = Field(sa_type=Text)


class HarvestPageRow(SQLModel, table=True):
    """A page of a source as it was when last read: what asks for it only if it has changed."""

    __tablename__ = "harvest_page"
    source: str = Field(foreign_key="harvest_source.id", primary_key=True)
    address: str = Field(primary_key=True, sa_type=Text)
    run: int
    etag: str
    last_modified: str
    sha256: str
    following: str = Field(sa_type=Text)
    total: int | None


class HarvestedRow(SQLModel, table=True):
    """A dataset of another catalogue, as it was last read and sound.

    position: its place in this catalogue. identifier: its name at the source. digest: of what
    came. run: the last in which the source had it; page: on which page. notes: what was
    written in other words than the source's, with the source's own.
    """

    __tablename__ = "harvested"
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    source: str = Field(foreign_key="harvest_source.id")
    identifier: str = Field(sa_type=Text)
    slug: str = Field(unique=True)
    iri: str = Field(sa_type=Text, index=True)
    title: dict[str, str] = Field(sa_type=JSON)
    description: dict[str, str] = Field(sa_type=JSON)
    keywords: dict[str, list[str]] = Field(sa_type=JSON)
    publisher: dict[str, str] = Field(sa_type=JSON)
    facets: dict[str, list[str]] = Field(sa_type=JSON)
    landing_page: str = Field(sa_type=Text)
    notes: list[list[str]] = Field(sa_type=JSON)
    met: list[str] = Field(sa_type=JSON)
    version: int
    issued_at: datetime
    modified_at: datetime
    digest: str
    run: int
    page: str = Field(sa_type=Text)
    is_gone: bool
    __table_args__ = (
        UniqueConstraint("source", "identifier"),
        Index("ix_harvested_source_run", "source", "run"),
    )


class QuarantineRow(SQLModel, table=True):
    """A record of a source that could not be taken, and why. given: what came, deflated."""

    __tablename__ = "quarantine"
    source: str = Field(foreign_key="harvest_source.id", primary_key=True)
    identifier: str = Field(primary_key=True, sa_type=Text)
    run: int
    page: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    code: str
    reason: str = Field(sa_type=Text)
    first_at: datetime
    last_at: datetime
    given: bytes = Field(sa_type=LargeBinary)


class CkanDraftRow(SQLModel, table=True):
    """A package that a client of CKAN has begun, without a file; id is that of the package."""

    __tablename__ = "ckan_draft"
    id: str = Field(primary_key=True)
    slug: str = Field(index=True, unique=True)
    publisher: str = Field(index=True)
    package: dict[str, Any] = Field(sa_type=JSON)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    created_at: datetime
    modified_at: datetime


class CkanPackageRow(SQLModel, table=True):
    """A package as CKAN's clients are told it, made of the change that it names: JSON, deflated.

    publisher: empty for what was harvested. form: what it was written by. written_for: digest of
    all that it depends on beside its dataset.
    """

    __tablename__ = "ckan_package"
    __table_args__ = (Index("ix_ckan_package_form_change_id", "form", "change_id"),)
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    change_id: int
    publisher: str
    form: str
    written_for: str
    body: bytes = Field(sa_type=LargeBinary)


class CkanTargetRow(SQLModel, table=True):
    """A CKAN elsewhere that our datasets are brought to; its key is sealed.

    key_name: of the vault's key that sealed it.
    """

    __tablename__ = "ckan_target"
    id: str = Field(primary_key=True)
    url: str = Field(sa_type=Text)
    authority: str = Field(index=True)
    organization: str
    added_at: datetime
    most_deleted: int
    per_minute: int
    is_private: bool
    key_name: str
    sealed: bytes = Field(sa_type=LargeBinary)


class CkanSentRow(SQLModel, table=True):
    """What was said of a dataset at a CKAN, and what the CKAN kept of it, without what it adds."""

    __tablename__ = "ckan_sent"
    target: str = Field(foreign_key="ckan_target.id", primary_key=True)
    slug: str = Field(primary_key=True)
    remote_id: str
    sent: dict[str, Any] = Field(sa_type=JSON)
    kept: dict[str, Any] = Field(sa_type=JSON)
    sent_at: datetime


class CkanPlanRow(SQLModel, table=True):
    """The last plan for a CKAN elsewhere: datasets of each step, and the first of the steps."""

    __tablename__ = "ckan_plan"
    target: str = Field(foreign_key="ckan_target.id", primary_key=True)
    made_at: datetime
    counts: dict[str, int] = Field(sa_type=JSON)
    steps: list[dict[str, Any]] = Field(sa_type=JSON)


class JobRunRow(SQLModel, table=True):
    """A job: when it is due, and its last run. problem: a code or a kind of error, never words."""

    __tablename__ = "job_run"
    name: str = Field(primary_key=True)
    due_at: datetime
    began_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str = ""
    took_ms: int | None = Field(default=None, sa_type=BigInteger)
    done_at: datetime | None = None
    problem: str = ""


class EntityEntryRow(SQLModel, table=True):
    """That the rows of a dataset speak of a supplier, an association, a project or a commitment.

    said: the values of the columns of the key. folded: of the name, to look it up. amount: a
    decimal as text. is_person: it is a natural person, and nobody is shown it. is_legal: a row says
    that it is none.
    """

    __tablename__ = "entity_entry"
    __table_args__ = (Index("ix_entity_entry_key", "scheme", "value", "kind"),)
    id: int = Field(default=None, primary_key=True)  # given by the database
    slug: str = Field(index=True)
    kind: str
    scheme: str
    value: str = Field(sa_type=Text)
    said: dict[str, str] = Field(sa_type=JSON)
    name: dict[str, str] = Field(sa_type=JSON)
    folded: str = Field(sa_type=Text)
    rows: int
    amount: str | None
    others: list[list[str]] = Field(sa_type=JSON)
    is_person: bool
    is_first: bool
    is_legal: bool


class EntityIndexedRow(SQLModel, table=True):
    """Which version of a dataset was looked through for entities, by which declarations."""

    __tablename__ = "entity_indexed"
    slug: str = Field(primary_key=True)
    version: int
    made_for: str


class RowReportRow(SQLModel, table=True):
    """What a reader says is wrong in a row. It names nobody who reported.

    column: empty for the row as a whole. settled_at: when a steward had looked at it. words: empty
    from then on, and after their days.
    """

    __tablename__ = "row_report"
    id: int = Field(default=None, primary_key=True)  # given by the database
    slug: str = Field(index=True)
    authority: str = Field(index=True)
    version: int
    row_number: int
    column: str
    words: str = Field(sa_type=Text)
    language: str
    reported_at: datetime
    settled_at: datetime | None = Field(default=None, index=True)
    settled_by: int | None = Field(default=None, foreign_key="person.id")


class AlertRow(SQLModel, table=True):
    """Who wants to be told by e-mail of what is new of a thing; the address is sealed.

    about, about_sha256: what is followed, and a digest to find it by. label: what its reader calls
    it. email_mark: a keyed digest, to look for. salt: what its links are worked out from.
    asked_at: when its address was last written to because somebody asked. since: the change after
    which it tells. told_at: when a mail with news was last written.
    """

    __tablename__ = "alert"
    __table_args__ = (
        UniqueConstraint("email_mark", "about_sha256"),
        Index("ix_alert_kind", "kind", "about"),
    )
    id: int = Field(default=None, primary_key=True)  # given by the database
    kind: str
    about: str = Field(sa_type=Text)
    about_sha256: str
    label: str = Field(sa_type=Text)
    language: str
    email_mark: str
    key_name: str = Field(index=True)
    sealed: bytes = Field(sa_type=LargeBinary)
    salt: str = Field(unique=True)
    asked_at: datetime
    confirmed_at: datetime | None = Field(index=True)
    since: int
    told_at: datetime | None


class AlertKeyRow(SQLModel, table=True):
    """By which keys rows speak of the entity that an alert is on."""

    __tablename__ = "alert_key"
    __table_args__ = (Index("ix_alert_key_value", "scheme", "value", "kind"),)
    id: int = Field(default=None, primary_key=True)  # given by the database
    alert_id: int = Field(foreign_key="alert.id", index=True)
    kind: str
    scheme: str
    value: str = Field(sa_type=Text)


class AlertNewsRow(SQLModel, table=True):
    """A dataset that an alert has to tell of in its next mail, for that change."""

    __tablename__ = "alert_news"
    __table_args__ = (Index("ix_alert_news_slug", "slug", "alert_id"),)
    alert_id: int = Field(foreign_key="alert.id", primary_key=True)
    slug: str = Field(primary_key=True)
    change_id: int


class AlertToldRow(SQLModel, table=True):
    """A dataset that an alert has told of, and when it last did: its withdrawal is told as well."""

    __tablename__ = "alert_told"
    __table_args__ = (Index("ix_alert_told_slug", "slug", "alert_id"),)
    alert_id: int = Field(foreign_key="alert.id", primary_key=True)
    slug: str = Field(primary_key=True)
    told_at: datetime = Field(index=True)


class AlertRefusalRow(SQLModel, table=True):
    """An address, by a keyed digest alone, to which no mail of alerts is written.

    salt: of the alert by whose link that was said; the same link takes it back.
    """

    __tablename__ = "alert_refusal"
    email_mark: str = Field(primary_key=True)
    salt: str = Field(unique=True)
    refused_at: datetime


class AlertCursorRow(SQLModel, table=True):
    """One row: the last change of which is noted who wants to be told of it."""

    __tablename__ = "alert_cursor"
    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    change_id: int


class JobRow(SQLModel, table=True):
    """Work that waits, is done, or was given up; what is done is deleted.

    key: the same for the same work. lock: of two that share one, one waits; empty for none.
    held_until, holder: by whom it is done, and until when nobody else takes it.
    problem: a code or a kind of error, never words.
    """

    __tablename__ = "job"
    id: int = Field(default=None, primary_key=True)  # given by the database
    task: str
    args: dict[str, str] = Field(sa_type=JSON)
    key: str = Field(index=True)
    lane: str
    lock: str = Field(index=True)
    written_at: datetime
    due_at: datetime = Field(index=True)
    attempts: int
    held_until: datetime | None = None
    holder: str = Field(default="", index=True)
    given_up_at: datetime | None = None
    problem: str = ""
