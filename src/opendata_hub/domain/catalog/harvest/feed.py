"""The log of changes as a DCAT-AP Feed: a linked data event stream of ActivityStreams.

A page holds the events of a fixed range of numbers, so it is closed for good once the range is
over, and links to the page before it: who polls reads the open page only.
Source: the DCAT-AP Feeds specification (SEMICeu/LDES-DCAT-AP-feeds), JSON-LD.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from opendata_hub.domain.catalog.dcat import PREFIXES, Frame
from opendata_hub.domain.catalog.harvest.change import Change, ChangeKind

EVENTS_ON_A_PAGE = 100
CONTEXT: Mapping[str, str] = {
    **PREFIXES,
    "as": "https://www.w3.org/ns/activitystreams#",
    "ldes": "https://w3id.org/ldes#",
    "tree": "https://w3id.org/tree#",
}
ACTIVITIES: Mapping[ChangeKind, str] = {
    ChangeKind.CREATED: "as:Create",
    ChangeKind.MOVED: "as:Create",
    ChangeKind.REPLACED: "as:Update",
    ChangeKind.REWRITTEN: "as:Update",
    ChangeKind.WITHDRAWN: "as:Delete",
}
"""What a change is to those who follow a feed. A record that moved is a new one at this address."""


def page_of(number: int) -> int:
    """The page that holds the event of that number; numbers begin with 1."""
    return (number - 1) // EVENTS_ON_A_PAGE


def first_before(page: int) -> int:
    """The number just before the first that the page may hold."""
    return page * EVENTS_ON_A_PAGE


def root(frame: Frame, last_page: int) -> str:
    """The stream and its view, which leads to the page that is still open."""
    view = _address(frame)
    document = {
        "@context": dict(CONTEXT),
        "@id": f"{view}#stream",
        "@type": "ldes:EventStream",
        "ldes:timestampPath": {"@id": "as:published"},
        "ldes:versionOfPath": {"@id": "as:object"},
        "tree:view": {
            "@id": view,
            "@type": "tree:Node",
            "tree:viewDescription": {
                "ldes:retentionPolicy": {
                    "@type": "ldes:LatestVersionSubset",
                    "ldes:amount": 1,
                }
            },
            "tree:relation": {
                "@type": "tree:Relation",
                "tree:node": {"@id": page_address(frame, last_page)},
            },
        },
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def page(
    frame: Frame, number: int, events: Sequence[Change], *, older: Change | None
) -> Iterator[str]:
    """One page in pieces; ``older`` is the last event before it, on an older page."""
    me, stream = page_address(frame, number), f"{_address(frame)}#stream"
    head = {
        "@id": stream,
        "@type": "ldes:EventStream",
        "tree:view": {"@id": me, "@type": "tree:Node", **_relation(frame, older)},
        "tree:member": [{"@id": _event_address(frame, event)} for event in events],
    }
    yield f'{{"@context": {json.dumps(dict(CONTEXT))},\n"@graph": [\n{_json(head)}'
    for event in events:
        yield ",\n"
        yield _member(frame, event)
    yield "\n]}\n"


def page_address(frame: Frame, number: int) -> str:
    """Where a page of the feed is."""
    return f"{_address(frame)}/pages/{number}"


def _relation(frame: Frame, older: Change | None) -> dict[str, object]:
    """The link to the page before: nothing there is younger than its last event."""
    if older is None:
        return {}
    return {
        "tree:relation": {
            "@type": "tree:LessThanOrEqualToRelation",
            "tree:path": {"@id": "as:published"},
            "tree:value": _instant(older.changed_at),
            "tree:node": {"@id": page_address(frame, page_of(older.number))},
        }
    }


def _member(frame: Frame, event: Change) -> str:
    """An event; what the record said after it is a graph of the event's own name."""
    member = {
        "@id": _event_address(frame, event),
        "@type": ACTIVITIES[event.kind],
        "as:object": {"@id": event.iri or str(frame.iri(f"datasets/{event.slug}"))},
        "as:published": _instant(event.changed_at),
    }
    text = _json(member)
    # The record is JSON already, and far larger than the rest: it is not read to be written again.
    return f'{text[:-1]}, "@graph": [\n{event.record}\n]}}' if event.record else text


def _event_address(frame: Frame, event: Change) -> str:
    return f"{page_address(frame, page_of(event.number))}#change-{event.number}"


def _address(frame: Frame) -> str:
    return str(frame.iri("catalog/feed"))


def _instant(moment: datetime) -> dict[str, str]:
    return {"@type": "xsd:dateTime", "@value": moment.isoformat(timespec="seconds")}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
