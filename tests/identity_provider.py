"""A provider of identities as a process of its own: small, strict, and a liar when told to be.

Run: PROVIDER_PORT=8100 python tests/identity_provider.py
``POST /control`` sets what the next tokens say.
"""

import hashlib
import os
import secrets
import time
from base64 import b64decode, urlsafe_b64encode
from typing import Annotated, Any
from urllib.parse import urlencode

import uvicorn
from fastapi import FastAPI, Form, Request
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

PORT = int(os.environ.get("PROVIDER_PORT", "0"))
ISSUER = f"http://127.0.0.1:{PORT}/realm"
CLIENT, SECRET = "hub", "a client secret: only a test's"
BACK = "http://hub.example/sign-in/provider/back"

app = FastAPI()
keys = [RSAKey.generate_key(2048, {"kid": "first"})]
stranger = RSAKey.generate_key(2048, {"kid": "first"})
codes: dict[str, dict[str, str]] = {}
told: dict[str, Any] = {}
count = {"keys": 0, "discovery": 0}


@app.post("/control")
async def control(request: Request):
    told.clear()
    told.update(await request.json())
    if told.pop("new_key", None):
        keys[0] = RSAKey.generate_key(2048, {"kid": secrets.token_hex(4)})
    return count


@app.get("/realm/.well-known/openid-configuration")
def discovery():
    count["discovery"] += 1
    return {
        "issuer": told.get("issuer", ISSUER),
        "authorization_endpoint": f"{ISSUER}/authorize",
        "token_endpoint": told.get("token_endpoint", f"{ISSUER}/token"),
        "jwks_uri": f"{ISSUER}/keys",
        "end_session_endpoint": f"{ISSUER}/end",
        "token_endpoint_auth_methods_supported": [told.get("method", "client_secret_basic")],
    }


@app.get("/realm/keys")
def public_keys():
    count["keys"] += 1
    return KeySet(keys).as_dict(private=False)


@app.get("/realm/authorize")
def authorize(request: Request):
    """Everybody is who the test says; what the hub asks is looked at closely."""
    asked = dict(request.query_params)
    wanted = {"response_type": "code", "client_id": CLIENT, "redirect_uri": BACK,
              "code_challenge_method": "S256"}  # fmt: skip
    if any(asked.get(name) != value for name, value in wanted.items()):
        return PlainTextResponse("no such client", 400)
    if len(asked["state"]) < 32 or len(asked["nonce"]) < 32 or "openid" not in asked["scope"]:
        return PlainTextResponse("too little", 400)
    if error := told.get("error"):
        return RedirectResponse(f"{BACK}?{urlencode({'error': error, 'state': asked['state']})}")
    code = secrets.token_urlsafe(16)
    codes[code] = asked
    answer = {"code": code, "state": asked["state"], "iss": ISSUER}
    return RedirectResponse(f"{BACK}?{urlencode(answer)}")


@app.post("/realm/token")
def token(
    request: Request,
    grant_type: Annotated[str, Form()],
    code: Annotated[str, Form()],
    redirect_uri: Annotated[str, Form()],
    code_verifier: Annotated[str, Form()],
    client_secret: Annotated[str, Form()] = "",
):
    asked = codes.pop(code, None)
    digest = hashlib.sha256(code_verifier.encode()).digest()
    challenge = urlsafe_b64encode(digest).decode().rstrip("=")
    if (
        asked is None
        or asked["code_challenge"] != challenge
        or redirect_uri != BACK
        or grant_type != "authorization_code"
        or not is_client(request.headers.get("authorization", ""), client_secret)
    ):
        return JSONResponse({"error": "invalid_grant"}, 400)
    if raw := told.get("raw"):
        return PlainTextResponse(raw)
    now = int(time.time())
    claims = {
        "iss": ISSUER, "aud": CLIENT, "sub": "subject-1", "iat": now, "exp": now + 300,
        "nonce": asked["nonce"], "email": "Agent@Commune.example", "email_verified": True,
        "name": "Agent Fictif", **told.get("claims", {}),
    }  # fmt: skip
    claims = {name: value for name, value in claims.items() if value is not None}
    key = stranger if told.get("forged") else keys[0]
    signed = jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)
    if told.get("unsigned"):
        header = urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
        signed = f"{header}.{signed.split('.')[1]}."
    return {"access_token": "x", "token_type": "Bearer", "id_token": signed}


def is_client(header: str, secret: str) -> bool:
    if told.get("method") == "client_secret_post":
        return secret == SECRET and not header
    name, _, given = b64decode(header.removeprefix("Basic ")).decode().partition(":")
    return (name, given) == (CLIENT, "a+client+secret%3A+only+a+test%27s")


@app.get("/realm/end")
def end(post_logout_redirect_uri: str, client_id: str):
    assert client_id == CLIENT
    return RedirectResponse(post_logout_redirect_uri)


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="warning")
