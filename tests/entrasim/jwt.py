"""JSON Web Tokens, signed and verified for real: RS256 for what is issued, PS256 for what certificates sign."""

from __future__ import annotations

import base64
import functools
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

Claims = dict[str, Any]


class BadTokenError(Exception):
    """A text that is no token, or one that somebody else has signed."""


@functools.cache
def key_of(owner: str) -> rsa.RSAPrivateKey:
    """The key of an issuer, the same for the whole run: making one takes a tenth of a second."""
    assert owner
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def sign(claims: Claims, key: rsa.RSAPrivateKey, *, kid: str) -> str:
    """A token in its compact form."""
    head = {"typ": "JWT", "alg": "RS256", "kid": kid}
    text = f"{_encoded(head)}.{_encoded(claims)}"
    signature = key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{text}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def peek(token: str) -> tuple[Claims, Claims]:
    """Header and claims, not verified."""
    try:
        head, body, _ = token.split(".")
        return json.loads(_decoded(head)), json.loads(_decoded(body))
    except ValueError:
        raise BadTokenError("it is no token") from None


def verify(token: str, key: rsa.RSAPublicKey) -> Claims:
    """The claims of a token that bears the signature of this key."""
    head, claims = peek(token)
    text, _, signature = token.rpartition(".")
    try:
        if head["alg"] == "PS256":
            salted = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=hashes.SHA256.digest_size)
            key.verify(_decoded(signature), text.encode(), salted, hashes.SHA256())
        elif head["alg"] == "RS256":
            key.verify(_decoded(signature), text.encode(), padding.PKCS1v15(), hashes.SHA256())
        else:
            raise BadTokenError(f"algorithm {head['alg']} is not taken")
    except (InvalidSignature, ValueError, KeyError):
        raise BadTokenError("the signature is somebody else's") from None
    return claims


def _encoded(part: Claims) -> str:
    return base64.urlsafe_b64encode(json.dumps(part, separators=(",", ":")).encode()).decode().rstrip("=")


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
