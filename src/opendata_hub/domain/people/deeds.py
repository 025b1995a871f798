"""What can be done here; every route of the web says which of these it is."""

from enum import StrEnum


class Deed(StrEnum):
    """One thing to do. A token can be limited to some of them."""

    READ_PUBLISHED = "read-published"
    FILE_REQUEST = "file-request"
    FOLLOW_WITH_CODE = "follow-with-code"
    SIGN_IN = "sign-in"
    KEEP_OWN_ACCOUNT = "keep-own-account"
    FOLLOW_OWN_REQUEST = "follow-own-request"
    CHECK_FILE = "check-file"
    READ_SUBMISSION = "read-submission"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"
    READ_REQUEST = "read-request"
    READ_IDENTITY = "read-identity"
    ERASE_IDENTITY = "erase-identity"
    HANDLE_REQUEST = "handle-request"
    DECIDE_COMPLAINT = "decide-complaint"
    ANNOUNCE_DAY = "announce-day"
    MANAGE_PEOPLE = "manage-people"
    MANAGE_AUTHORITY = "manage-authority"
    READ_LOG = "read-log"
    HARVEST = "harvest"


OPEN = frozenset(
    {Deed.READ_PUBLISHED, Deed.FILE_REQUEST, Deed.FOLLOW_WITH_CODE, Deed.SIGN_IN}
)  # fmt: skip
"""What needs no account. Whoever follows a request with its code has shown that they may."""

READING = frozenset(
    {
        Deed.READ_PUBLISHED, Deed.FOLLOW_WITH_CODE, Deed.FOLLOW_OWN_REQUEST, Deed.READ_SUBMISSION,
        Deed.READ_REQUEST, Deed.READ_IDENTITY, Deed.READ_LOG,
    }
)  # fmt: skip
"""What changes nothing; an auditor does nothing else."""
