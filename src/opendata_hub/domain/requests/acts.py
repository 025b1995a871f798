"""What can be done to a request, and which state each act leads to.

The table is the whole of it: an act that does not stand here in a state is refused there. What
a law does not know is refused under that law, whatever the table says.
"""

from collections.abc import Mapping
from enum import StrEnum

from opendata_hub.domain.errors import WrongMoment


class Act(StrEnum):
    """What can happen to a request."""

    RECEIVE = "receive"
    ACKNOWLEDGE = "acknowledge"
    ASK_CLARIFICATION = "ask_clarification"
    CLARIFY = "clarify"
    ASK_FEE = "ask_fee"
    PAY = "pay"
    ASK_IDENTITY = "ask_identity"
    SHOW_IDENTITY = "show_identity"
    CONSULT_THIRD_PARTY = "consult_third_party"
    THIRD_PARTY_REPLIES = "third_party_replies"
    EXTEND = "extend"
    TRANSFER = "transfer"
    GRANT = "grant"
    GRANT_IN_PART = "grant_in_part"
    REFUSE = "refuse"
    NOT_HELD = "not_held"
    ALREADY_PUBLISHED = "already_published"
    WITHDRAW = "withdraw"
    COMPLAIN_TO_HEAD = "complain_to_head"
    HEAD_DECIDES = "head_decides"
    COMPLAIN_TO_COMMISSION = "complain_to_commission"
    COMMISSION_DECIDES = "commission_decides"
    SUE = "sue"
    CLOSE = "close"
    REOPEN = "reopen"


class State(StrEnum):
    """Where a request stands. Whether it is late is never a state, but a question."""

    NEW = "new"
    RECEIVED = "received"
    WAITING_FOR_CLARIFICATION = "waiting_for_clarification"
    WAITING_FOR_FEE = "waiting_for_fee"
    WAITING_FOR_IDENTITY = "waiting_for_identity"
    WITH_A_THIRD_PARTY = "with_a_third_party"
    ANSWERED = "answered"
    TRANSFERRED = "transferred"
    WITHDRAWN = "withdrawn"
    WITH_THE_HEAD = "with_the_head"
    DECIDED_BY_THE_HEAD = "decided_by_the_head"
    WITH_THE_COMMISSION = "with_the_commission"
    DECIDED_BY_THE_COMMISSION = "decided_by_the_commission"
    IN_COURT = "in_court"
    CLOSED = "closed"


DECISIONS = frozenset(
    {Act.GRANT, Act.GRANT_IN_PART, Act.REFUSE, Act.NOT_HELD, Act.ALREADY_PUBLISHED}
)
STOPS: Mapping[Act, str] = {
    Act.ASK_CLARIFICATION: "clarification",
    Act.ASK_FEE: "fees",
    Act.ASK_IDENTITY: "identity",
    Act.CONSULT_THIRD_PARTY: "third-party",
}
"""The acts that stop the clock where the law lets them, by the ground a law calls it."""
RESUMES = frozenset({Act.CLARIFY, Act.PAY, Act.SHOW_IDENTITY, Act.THIRD_PARTY_REPLIES})
ASKS_REQUESTER = frozenset({Act.ASK_CLARIFICATION, Act.ASK_FEE, Act.ASK_IDENTITY})
"""The acts after which it is the requester's turn."""

_DECIDE = dict.fromkeys(DECISIONS, State.ANSWERED)
_REMEDIES = {
    Act.COMPLAIN_TO_HEAD: State.WITH_THE_HEAD,
    Act.COMPLAIN_TO_COMMISSION: State.WITH_THE_COMMISSION,
    Act.SUE: State.IN_COURT,
}
# A late answer is still an answer: the authority may give one while a complaint is under way,
# and the complaint goes on until who hears it decides or the requester withdraws it.
TRANSITIONS: Mapping[State, Mapping[Act, State]] = {
    State.NEW: {Act.RECEIVE: State.RECEIVED},
    State.RECEIVED: {
        **_DECIDE,
        **_REMEDIES,
        Act.ACKNOWLEDGE: State.RECEIVED,
        Act.EXTEND: State.RECEIVED,
        Act.ASK_CLARIFICATION: State.WAITING_FOR_CLARIFICATION,
        Act.ASK_FEE: State.WAITING_FOR_FEE,
        Act.ASK_IDENTITY: State.WAITING_FOR_IDENTITY,
        Act.CONSULT_THIRD_PARTY: State.WITH_A_THIRD_PARTY,
        Act.TRANSFER: State.TRANSFERRED,
        Act.WITHDRAW: State.WITHDRAWN,
    },
    State.WAITING_FOR_CLARIFICATION: {
        Act.CLARIFY: State.RECEIVED,
        Act.REFUSE: State.ANSWERED,
        Act.WITHDRAW: State.WITHDRAWN,
        Act.CLOSE: State.CLOSED,
    },
    State.WAITING_FOR_FEE: {
        Act.PAY: State.RECEIVED,
        Act.WITHDRAW: State.WITHDRAWN,
        Act.CLOSE: State.CLOSED,
    },
    State.WAITING_FOR_IDENTITY: {
        Act.SHOW_IDENTITY: State.RECEIVED,
        Act.REFUSE: State.ANSWERED,
        Act.WITHDRAW: State.WITHDRAWN,
        Act.CLOSE: State.CLOSED,
    },
    # Whoever is consulted may keep silent: the answer is still the authority's to give.
    State.WITH_A_THIRD_PARTY: {
        **_DECIDE,
        **_REMEDIES,
        Act.THIRD_PARTY_REPLIES: State.RECEIVED,
        Act.EXTEND: State.WITH_A_THIRD_PARTY,
        Act.WITHDRAW: State.WITHDRAWN,
    },
    State.ANSWERED: {**_REMEDIES, Act.CLOSE: State.CLOSED, Act.REOPEN: State.RECEIVED},
    State.TRANSFERRED: {Act.CLOSE: State.CLOSED, Act.REOPEN: State.RECEIVED},
    State.WITHDRAWN: {Act.REOPEN: State.RECEIVED},
    State.WITH_THE_HEAD: {
        **dict.fromkeys(DECISIONS, State.WITH_THE_HEAD),
        Act.HEAD_DECIDES: State.DECIDED_BY_THE_HEAD,
        Act.COMPLAIN_TO_COMMISSION: State.WITH_THE_COMMISSION,
        Act.SUE: State.IN_COURT,
        Act.WITHDRAW: State.WITHDRAWN,
    },
    State.DECIDED_BY_THE_HEAD: {
        Act.COMPLAIN_TO_COMMISSION: State.WITH_THE_COMMISSION,
        Act.SUE: State.IN_COURT,
        Act.CLOSE: State.CLOSED,
    },
    State.WITH_THE_COMMISSION: {
        **dict.fromkeys(DECISIONS, State.WITH_THE_COMMISSION),
        Act.COMMISSION_DECIDES: State.DECIDED_BY_THE_COMMISSION,
        Act.SUE: State.IN_COURT,
        Act.WITHDRAW: State.WITHDRAWN,
    },
    State.DECIDED_BY_THE_COMMISSION: {Act.SUE: State.IN_COURT, Act.CLOSE: State.CLOSED},
    State.IN_COURT: {
        **dict.fromkeys(DECISIONS, State.IN_COURT),
        Act.WITHDRAW: State.WITHDRAWN,
        Act.CLOSE: State.CLOSED,
    },
    State.CLOSED: {Act.REOPEN: State.RECEIVED},
}


def possible_acts(state: State, known: frozenset[Act] | None) -> list[Act]:
    """What can be done in a state under a law; ``known``: the acts the law knows, None for all."""
    return [act for act in TRANSITIONS[state] if known is None or act in known]


def state_after(state: State, act: Act) -> State:
    """The state that ``act`` leads to; raises WrongMoment, which lists what is open instead."""
    possible = TRANSITIONS[state]
    if act in possible:
        return possible[act]
    raise WrongMoment(
        f"{act} is not possible while a request is {state}; possible: {', '.join(possible)}"
    )
