"""How a client proves to be an application: with a secret, a certificate, or a token of a cluster that it trusts."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import rsa

from tests.entrasim import jwt
from tests.entrasim.directory import AUDIENCE, Application
from tests.entrasim.refusals import NoTokenError

BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def prove(form: Mapping[str, str], application: Application, *, token_url: str, now: datetime) -> str:
    """How it was proven; raises NoTokenError unless it was."""
    if "client_secret" in form:
        _secret(form["client_secret"], application, now=now)
        return "secret"
    if form.get("client_assertion_type") != BEARER:
        raise NoTokenError(7000215)
    assertion = form["client_assertion"]
    try:
        head, _ = jwt.peek(assertion)
        if "x5t#S256" in head:
            _certificate(assertion, application, token_url=token_url, now=now)
            return "certificate"
        _federated(assertion, application, now=now)
    except jwt.BadTokenError:
        raise NoTokenError(700027) from None
    return "federated"


def _secret(given: str, application: Application, *, now: datetime) -> None:
    for secret, ends in application.secrets.items():
        if hmac.compare_digest(secret.encode(), given.encode()):
            if ends is not None and ends <= now:
                raise NoTokenError(7000222)
            return
    raise NoTokenError(7000215)


def _certificate(assertion: str, application: Application, *, token_url: str, now: datetime) -> None:
    head, _ = jwt.peek(assertion)
    certificate = application.certificates.get(str(head["x5t#S256"]).rstrip("="))
    if certificate is None:
        raise NoTokenError(700027)
    key = certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    claims = jwt.verify(assertion, key)
    if (claims["iss"], claims["sub"], claims["aud"]) != (application.client_id, application.client_id, token_url):
        raise NoTokenError(700027)
    _timely(claims, now=now)


def _federated(assertion: str, application: Application, *, now: datetime) -> None:
    _, unverified = jwt.peek(assertion)
    issuer = unverified.get("iss", "")
    if issuer not in {one for one, _ in application.federations}:
        raise NoTokenError(700211)
    claims = jwt.verify(assertion, jwt.key_of(issuer).public_key())
    if claims["aud"] != AUDIENCE:
        raise NoTokenError(700212)
    if (issuer, claims["sub"]) not in application.federations:
        raise NoTokenError(700213)
    _timely(claims, now=now)


def _timely(claims: jwt.Claims, *, now: datetime) -> None:
    # Five minutes of skew are forgiven.
    if not claims["nbf"] - 300 <= now.timestamp() < claims["exp"] + 300:
        raise NoTokenError(700024)
