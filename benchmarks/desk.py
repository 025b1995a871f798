"""What the desk costs with 1,000 to 100,000 requests of ten events each, and how that grows.

python benchmarks/desk.py [REQUESTS …]

Everything is made up. Rows are written in bulk, as the desk would have written them one by one:
`register rebuild --check` and `register verify` are asked whether that is so.
"""

import gc
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert
from starlette.testclient import TestClient

from opendata_hub import clock
from opendata_hub.adapters.typeset.letters import typeset
from opendata_hub.bootstrap import Hub, open_hub
from opendata_hub.domain.journal import Kind, sealed
from opendata_hub.domain.people.roles import Grant, Role
from opendata_hub.domain.requests.letter import Sender
from opendata_hub.flows.people.issue_token import Limits, issue_to_program
from opendata_hub.flows.requests.sample_letter import OFFICER, sample_letter
from opendata_hub.flows.requests.write_letter import Office
from opendata_hub.flows.verify import Verified, verify
from opendata_hub.settings import Settings
from opendata_hub.store import info_requests, journal, tables
from opendata_hub.store.register import entries
from opendata_hub.web.app import create_app

SIZES = (1_000, 10_000, 100_000)
YEARS, EVENTS, IN_BATCH = 10, 10, 2_000
ANSWERED = (
    ("receive", 0, ""), ("acknowledge", 1, ""), ("extend", 12, "many-items"),
    ("grant_in_part", 30, "exception"), ("complain_to_head", 35, ""), ("head_decides", 45, ""),
    ("complain_to_commission", 50, ""), ("commission_decides", 70, ""), ("sue", 90, ""),
    ("close", 120, ""),
)  # fmt: skip
SIMPLE = (("receive", 0, ""), *(("acknowledge", 1, ""),) * 8)
DECISIONS = ("grant", "refuse", "not_held", "already_published", "withdraw")
PAGES = (
    "/fr/desk", "/fr/desk?show=late", "/fr/desk?show=due-soon", "/fr/desk?show=closed",
    "/fr/desk?state=with_the_head", "/fr/desk?unit=technique", "/ar/desk?authority=commune-exemple",
)  # fmt: skip
LIMITS = {"queue": 0.100, "filing": 0.050, "letter": 0.5, "statistics": 2.0, "verify": 30.0}


class _Row:
    """An event as the journal is told of it."""

    def __init__(self, values: dict[str, object]) -> None:
        self.__dict__.update(values)


def history(number: int, received: date, today: date) -> Iterator[tuple[str, date, str]]:
    """Ten events; of twenty requests one still waits."""
    told = ANSWERED if number % 3 == 0 else SIMPLE
    if told is SIMPLE:
        is_open = number % 20 == 1
        last = "acknowledge" if is_open else DECISIONS[number % len(DECISIONS)]
        told = (*SIMPLE, (last, 5 + number % 60, "exception" if last == "refuse" else ""))
    for act, days, ground in told:
        yield act, min(received + timedelta(days), today), ground


def build(hub: Hub, requests: int, today: date) -> None:
    """So many requests over ten years with their events, journal and register."""
    first = today - timedelta(365 * YEARS - 30)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    event = 0
    for start in range(1, requests + 1, IN_BATCH):
        with hub.writing() as session:
            last, seal = journal.head(session)
            filed, events, told = [], [], []
            for number in range(start, min(start + IN_BATCH, requests + 1)):
                received = first + timedelta(
                    (number * 365 * YEARS) // requests % (365 * YEARS - 30)
                )
                reference = f"AI-{received.year}-{number:06d}"
                acts = list(history(number, received, today))
                is_open = all(act in {"receive", "acknowledge"} for act, _, _ in acts)
                if is_open:  # those that wait came lately, as they do
                    received = today - timedelta(number % 45)
                    acts = list(history(number, received, today))
                filed.append(_filed(number, reference, received, is_open=is_open))
                for act, day, ground in acts:
                    event += 1
                    row = {
                        "id": event, "info_request_id": number, "act": act, "happened_on": day,
                        "recorded_at": now, "ground": ground, "reasons": "",
                    }  # fmt: skip
                    said = info_requests._told(_Row(row))  # noqa: SLF001  (as it is told)
                    entry = sealed(
                        last + 1, now, Kind.REQUEST_EVENT, person=None, subject=reference,
                        authority="commune-exemple", said=said, before=seal,
                    )  # fmt: skip
                    last, seal = entry.number, entry.seal
                    events.append(row)
                    told.append({
                        "number": last, "at": now, "kind": "request-event", "person_id": None,
                        "authority": "commune-exemple", "subject": reference, "said": said,
                        "digest": entry.digest, "seal": seal,
                    })  # fmt: skip
            connection = session.connection()
            connection.execute(insert(tables.InfoRequestRow), filed)
            connection.execute(insert(tables.EventRow), events)
            connection.execute(insert(tables.JournalRow), told)
    with hub.writing() as session:
        assert sum(1 for _ in entries.rebuild(session)) == requests  # noqa: S101


def _filed(number: int, reference: str, received: date, *, is_open: bool) -> dict[str, object]:
    return {
        "id": number, "authority": "commune-exemple", "unit": "technique" if number % 7 else "",
        "owner_id": None, "reference": reference, "tracking_sha256": str(number), "law": "ma/31-13",
        "channel": "web", "subject": f"Marchés de voirie n° {number}", "text": "Le texte. " * 40,
        "language": "fr", "is_urgent": False, "due_on": received + timedelta(28), "answer_due_on": received + timedelta(28),
        "safe_on": received + timedelta(27), "is_open": is_open,
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds of the process and of the clock on the wall; other programs lengthen the second."""

    cpu: float
    wall: float


def took(act: Callable[[], object], times: int, percent: int = 99) -> Took:
    """What so many per cent of the times do not exceed."""
    cpu, wall = [], []
    for _ in range(times):
        began, since = time.process_time(), time.perf_counter()
        act()
        cpu.append(time.process_time() - began)
        wall.append(time.perf_counter() - since)
    return Took(*(sorted(each)[-(-times * percent // 100) - 1] for each in (cpu, wall)))


def measure(hub: Hub) -> dict[str, Took]:
    """Every figure that is promised."""
    with hub.writing() as session:
        key = issue_to_program(
            session, "bench", {Grant(Role.OFFICER)}, Limits(), by=None, now=clock.now()
        )
    client = TestClient(create_app(hub), base_url=hub.frame.base_url)
    headers = {"Authorization": f"Bearer {key}"}

    def get(address: str) -> None:
        answer = client.get(address, headers=headers)
        assert answer.status_code == 200, (address, answer.text[:300])  # noqa: S101

    found = {}
    for page in PAGES:
        get(page)
        found[f"queue {page}"] = took(lambda page=page: get(page), 100)
    found["queue"] = max(found.values(), key=lambda each: each.cpu)
    for by in ("year", "month"):
        found[f"statistics by {by}"] = took(lambda by=by: get(f"/fr/statistics?by={by}"), 3)
    found["statistics"] = found["statistics by month"]
    found["register page"] = took(lambda: get("/fr/register?q=voirie+n°+77"), 20)
    found["filing"] = filing(client)
    found["letter"] = letter(hub)
    gc.collect()
    with hub.reading() as session:
        found["verify"] = took(lambda: require_sound(verify(session)), 1)
    return found


def require_sound(verified: Verified) -> None:
    """Stop where what was built is not as the desk would have built it."""
    assert not verified.faults, verified.faults[:3]  # noqa: S101


def filing(client: TestClient) -> Took:
    """A filing without its PDF."""
    body = {
        "subject": "Budget", "text": "Les annexes du budget", "language": "fr",
        "requester": {"name": "Personne Fictive", "address": "1, rue de l’Exemple",
                      "email": "", "id_number": "XX000000"},
    }  # fmt: skip

    def one() -> None:
        client.post("/api/v1/requests", json=body).raise_for_status()

    one()
    return took(one, 20)


def letter(hub: Hub) -> Took:
    """A refusal, composed and typeset, the slower of both languages."""
    law = hub.law_named("ma/31-13")
    body, today, now = hub.authority(), clock.today(hub.timezone), clock.now()
    found = []
    for language in ("fr", "ar"):
        sender = Sender(body.name, OFFICER[language], (body.email,))
        office = Office(
            letters=hub.letters_under(law), law=law, calendar=hub.calendar_of(law), sender=sender,
            follow_at=f"{hub.frame.base_url}/{{language}}/requests", logo=hub.logo,
        )  # fmt: skip

        def one(office: Office = office, language: str = language) -> None:
            typeset(sample_letter(
                office, "refusal", language=language, ground="exception", today=today, now=now
            ))  # fmt: skip

        one()
        found.append(took(one, 5))
    return max(found, key=lambda each: each.cpu)


def main() -> None:
    """Print every figure for each size, and how it grows from the first to the last."""
    sizes = tuple(map(int, sys.argv[1:])) or SIZES
    every: dict[int, dict[str, Took]] = {}
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            settings = Settings(home=Path(folder) / "var", rate_limits="file=off, read=off")
            hub = open_hub(settings)
            began = time.perf_counter()
            build(hub, size, clock.today(hub.timezone))
            print(
                f"{size:,} requests, {size * EVENTS:,} events built in {time.perf_counter() - began:.0f} s"
            )
            every[size] = measure(hub)
            hub.engine.dispose()
        print(f"  {'':<42}{'CPU ms':>10}{'wall ms':>10}")
        for name, each in every[size].items():
            limit = LIMITS.get(name, 0.0)
            verdict = "ok" if each.cpu < limit else "MISSED"
            said = f"  of {1000 * limit:,.0f}: {verdict}" if limit else ""
            print(f"  {name:<42}{1000 * each.cpu:>10,.1f}{1000 * each.wall:>10,.1f}{said}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")
    small, large = every[sizes[0]], every[sizes[-1]]
    if len(sizes) > 1:
        print(f"growth from {sizes[0]:,} to {sizes[-1]:,} requests (×{sizes[-1] // sizes[0]}):")
        for name, each in large.items():
            print(f"  {name:<42}×{each.cpu / small[name].cpu:,.1f}")


if __name__ == "__main__":
    main()
