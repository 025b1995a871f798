"""Speaks with the provider of identities: what it offers, its keys, a token for a code."""

import json
import threading
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from opendata_hub.adapters.fetch import Fetcher, Limits
from opendata_hub.domain.errors import NotFetched, ProviderFailed, ProviderRefused, TokenForged

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "Ed25519", "EdDSA"]
"""Signed by a key of the provider's own; never by a secret that both know, never by nothing."""
SCOPE = "openid email profile"
LIMITS = Limits(seconds=10, silence_seconds=5, size_bytes=500_000, redirects=0)
KEPT_SECONDS = 3600
ASKED_AGAIN_SECONDS = 60
"""A key that is not known may be a new one; nobody makes us ask for it at every call."""


@dataclass(frozen=True, slots=True)
class Client:
    """The hub as the provider knows it. secret: empty for a public client."""

    issuer: str
    id: str
    secret: str = field(repr=False)
    is_private_read: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """What the provider says of itself, read at so many ticks."""

    authorization: str
    token: str
    end_session: str
    takes_basic: bool
    keys_at: str
    keys: KeySet
    read_at: float


class Provider:
    """One provider of identities; what it offers is read when it is first needed, and hourly."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._fetcher = Fetcher(LIMITS, is_private_read=client.is_private_read)
        self._offer: Offer | None = None
        self._lock = threading.Lock()

    def address(self, *, back_to: str, state: str, nonce: str, challenge: str, now: float) -> str:
        """Where to send a browser that wants to sign in; raises ProviderFailed.

        now: in ticks. challenge: of the verifier, by S256.
        """
        asked = {
            "response_type": "code", "client_id": self.client.id, "redirect_uri": back_to,
            "scope": SCOPE, "state": state, "nonce": nonce,
            "code_challenge": challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        return _with(self._offered(now).authorization, asked)

    def way_out(self, *, back_to: str, now: float) -> str:
        """Where to end the session at the provider as well; empty when it offers none."""
        end = self._offered(now).end_session
        asked = {"client_id": self.client.id, "post_logout_redirect_uri": back_to}
        return _with(end, asked) if end else ""

    def claims(self, code: str, *, back_to: str, verifier: str, now: float) -> Mapping[str, Any]:
        """What the token for a code says; its signature is the provider's, nothing else is checked.

        Raises ProviderRefused for a code that is not taken, TokenForged, ProviderFailed.
        """
        offer = self._offered(now)
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": back_to,
            "client_id": self.client.id, "code_verifier": verifier,
        }  # fmt: skip
        headers = {"Accept": "application/json"}
        if self.client.secret and offer.takes_basic:
            pair = f"{quote_plus(self.client.id)}:{quote_plus(self.client.secret)}"
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode('ascii')}"
        elif self.client.secret:
            form["client_secret"] = self.client.secret
        try:
            answer = self._fetcher.post(offer.token, form, headers=headers)
        except NotFetched as problem:
            raise ProviderFailed(
                f"The provider of identities can't be reached: {problem.code}"
            ) from None
        if answer.status in {400, 401, 403}:
            raise ProviderRefused("The provider of identities does not take this sign-in any more")
        token = _document(answer.status, answer.body).get("id_token")
        if not isinstance(token, str):
            raise ProviderFailed("The provider of identities gave no token that says who it is")
        return self._opened(token, offer, now)

    def _opened(self, token: str, offer: Offer, now: float) -> Mapping[str, Any]:
        try:
            return jwt.decode(token, offer.keys, algorithms=ALGORITHMS).claims
        except InvalidKeyIdError:
            if now - offer.read_at < ASKED_AGAIN_SECONDS:
                raise TokenForged("The token is signed with no key of the provider") from None
        except (JoseError, ValueError):
            raise TokenForged("The token was not signed by the provider") from None
        return self._opened(token, self._offered(now, longest=ASKED_AGAIN_SECONDS), now)

    def _offered(self, now: float, longest: float = KEPT_SECONDS) -> Offer:
        with self._lock:
            if self._offer is None or now - self._offer.read_at >= longest:
                self._offer = self._read(now)
            return self._offer

    def _read(self, now: float) -> Offer:
        told = self._get(f"{self.client.issuer.rstrip('/')}/.well-known/openid-configuration")
        if told.get("issuer") != self.client.issuer:
            raise ProviderFailed("The provider of identities calls itself by another name")
        methods = told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        keys_at = self._endpoint(told, "jwks_uri")
        try:
            keys = KeySet.import_key_set(self._get(keys_at))  # type: ignore[arg-type]
        except (JoseError, KeyError, TypeError, ValueError):
            raise ProviderFailed("The keys of the provider of identities can't be read") from None
        return Offer(
            authorization=self._endpoint(told, "authorization_endpoint"),
            token=self._endpoint(told, "token_endpoint"),
            end_session=self._endpoint(told, "end_session_endpoint")
            if "end_session_endpoint" in told
            else "",
            takes_basic="client_secret_basic" in methods,
            keys_at=keys_at,
            keys=keys,
            read_at=now,
        )

    def _endpoint(self, told: Mapping[str, Any], name: str) -> str:
        address = told.get(name)
        schemes = {"https", "http"} if self.client.is_private_read else {"https"}
        if not isinstance(address, str) or urlsplit(address).scheme not in schemes:
            raise ProviderFailed(f"The provider of identities names no {name} that can be used")
        return address

    def _get(self, address: str) -> Mapping[str, Any]:
        try:
            answer = self._fetcher.get(address, accept="application/json")
        except NotFetched as problem:
            raise ProviderFailed(
                f"The provider of identities can't be reached: {problem.code}"
            ) from None
        return _document(answer.status, answer.body)


def _document(status: int, body: bytes) -> Mapping[str, Any]:
    """The JSON object that was answered; raises ProviderFailed, which repeats none of it."""
    try:
        told = json.loads(body) if status == 200 else None  # noqa: PLR2004
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise ProviderFailed(f"The provider of identities answered {status}, or no JSON")
    return told


def _with(address: str, asked: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"
