"""The one door to ckanapi: a CKAN elsewhere, spoken to slowly, again where it was silent.

Every byte goes through the guarded fetcher: ckanapi asks its session for ``post`` and no more.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from ckanapi import RemoteCKAN
from ckanapi.errors import CKANAPIError, NotAuthorized, NotFound, ValidationError

from opendata_hub.adapters.fetch import USER_AGENT, Fetcher, Limits
from opendata_hub.domain.errors import (
    AnswerBroken,
    AnswerTooLate,
    PackageHidden,
    PackageRefused,
    RemoteRefused,
    Unreachable,
)
from opendata_hub.domain.remote_ckan.target import Package, Target

LIMITS = Limits(seconds=120, silence_seconds=60)
PAUSES_SECONDS = (2.0, 8.0, 30.0)
MOMENTARY = frozenset({429, 500, 502, 503, 504})
OF_ONE = frozenset({"package_patch", "package_delete"})
"""Acts on one dataset, which may have been given to another organization there."""
ACTIVE = "active"
SECONDS_A_MINUTE = 60.0


class Answered(NamedTuple):
    """What ckanapi looks at in an answer."""

    status_code: int
    text: str


class GuardedSession:
    """What ckanapi uses of a session, by the guarded fetcher. status: of the last answer."""

    def __init__(self, fetcher: Fetcher) -> None:
        self.fetcher, self.status = fetcher, 0

    def post(self, url: str, *, data: bytes, headers: Mapping[str, str], **_: object) -> Answered:
        """Send it, and follow nowhere: the headers hold a key."""
        self.status = 0
        answer = self.fetcher.send("POST", url, data, headers=headers)
        self.status = answer.status
        return Answered(answer.status, answer.body.decode("utf-8", "replace"))

    def close(self) -> None:
        """Nothing is kept open."""


@dataclass(slots=True)
class Pace:
    """At most so many calls a minute."""

    per_minute: int
    pause: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    _last: float | None = None

    def keep(self) -> None:
        """Wait until the next call may be made."""
        if self._last is not None:
            self.pause(max(0.0, self._last + SECONDS_A_MINUTE / self.per_minute - self.clock()))
        self._last = self.clock()


class Remote:
    """A CKAN elsewhere, with a key."""

    def __init__(
        self,
        target: Target,
        key: str,
        fetcher: Fetcher,
        *,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        guarded = replace(fetcher, limits=LIMITS, is_private_read=target.is_private)
        self._session = GuardedSession(guarded)
        self._ckan = RemoteCKAN(
            target.url, apikey=key, user_agent=USER_AGENT, session=self._session
        )
        self._pace, self._pause = Pace(target.per_minute, pause), pause

    def show(self, name_or_id: str) -> Package | None:
        """The package of that name or id; None where there is none, or it was deleted.

        Raises PackageHidden for one that this key may not see.
        """
        try:
            found: Package = self._again("package_show", {"id": name_or_id})
        except NotFound:
            return None
        return found if found.get("state", ACTIVE) == ACTIVE else None

    def create(self, package: Mapping[str, Any]) -> Package:
        """Make a package; raises PackageRefused.

        Where the answer never came it is looked for before it is asked for again: nobody wants
        it twice.
        """
        name, uri = str(package["name"]), _uri(package)
        for seconds in PAUSES_SECONDS:
            try:
                made: Package = self._call("package_create", package)
            except _Silence:
                self._pause(seconds)
                found = self.show(name)
                if found and _uri(found) == uri:
                    return found
            else:
                return made
        raise Unreachable(f"The CKAN did not answer to package_create of {name}")

    def change(self, remote_id: str, package: Mapping[str, Any]) -> Package:
        """Say that of a package that is there; what we do not say stays. Raises PackageRefused."""
        changed: Package = self._again("package_patch", {**package, "id": remote_id})
        return changed

    def delete(self, remote_id: str) -> None:
        """Delete a package; it may be gone already. Raises PackageRefused."""
        try:
            self._again("package_delete", {"id": remote_id})
        except NotFound:
            return

    def organization(self, name_or_id: str) -> str:
        """The id of the organization; raises RemoteRefused where there is none."""
        try:
            found = self._again("organization_show", {"id": name_or_id, "include_users": False})
        except NotFound:
            raise RemoteRefused(f"The CKAN has no organization {name_or_id[:100]!r}") from None
        return str(found["id"])

    def _again(self, action: str, said: Mapping[str, Any]) -> Any:
        """Call an action that may be repeated; raises NotFetched when it is silent for good."""
        for seconds in PAUSES_SECONDS:
            try:
                return self._call(action, said)
            except _Silence:
                self._pause(seconds)
        raise Unreachable(f"The CKAN did not answer to {action}")

    def _call(self, action: str, said: Mapping[str, Any]) -> Any:
        self._pace.keep()
        try:
            return self._ckan.call_action(action, dict(said))
        except ValidationError as problem:
            raise PackageRefused(f"{action}: {_faults(problem.error_dict)}") from None
        except NotAuthorized:
            if action == "package_show":
                hidden = f"The CKAN does not show {str(said['id'])[:100]!r} with this key"
                raise PackageHidden(hidden) from None
            if action in OF_ONE:
                raise PackageRefused(f"{action}: this key may not") from None
            raise RemoteRefused(f"The CKAN does not allow {action} with this key") from None
        except NotFound:
            raise
        except (AnswerTooLate, AnswerBroken, Unreachable) as problem:
            raise _Silence(str(problem)) from None
        except CKANAPIError:
            if self._session.status in MOMENTARY:
                raise _Silence(f"{action}: {self._session.status}") from None
            raise RemoteRefused(f"{action} was answered by {self._session.status}") from None


class _Silence(Exception):
    """No answer for the moment."""


def _uri(package: Package) -> str:
    extras = package.get("extras") or ()
    return next((str(each.get("value")) for each in extras if each.get("key") == "uri"), "")


def _faults(told: Mapping[str, Any]) -> str:
    return "; ".join(f"{key}: {said}" for key, said in told.items() if key != "__type")[:500]
