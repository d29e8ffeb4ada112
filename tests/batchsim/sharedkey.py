"""Verifies SharedKey signatures bit by bit.

Source: Microsoft's page "Authenticate requests to the Azure Batch service"; the string to sign equals what
PyPI's azure-batch signs. Path and query are taken as sent: a proxy or client that rewrites them breaks the
signature here as it would there.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from tests.batchsim.errors import Refusal, about_header

if TYPE_CHECKING:
    from collections.abc import Mapping

ALLOWED_SKEW = timedelta(minutes=15)

_SIGNED_HEADERS = (
    "content-encoding",
    "content-language",
    "content-length",
    "content-md5",
    "content-type",
    "date",
    "if-modified-since",
    "if-match",
    "if-none-match",
    "if-unmodified-since",
    "range",
)


@dataclass(frozen=True)
class SignedRequest:
    """What a signature covers. `path` and `query` are raw, as on the request line; header names are lower-case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]


def string_to_sign(request: SignedRequest, *, account: str) -> str:
    headers = dict(request.headers)
    if request.method not in ("GET", "HEAD"):
        headers.setdefault("content-length", "0")
    lines = [request.method, *(headers.get(name, "") for name in _SIGNED_HEADERS)]
    lines += [f"{name}:{headers[name]}" for name in sorted(headers) if name.startswith("ocp-") and headers[name]]
    lines.append(f"/{account}{request.path}")
    query = parse_qs(request.query)
    lines += [f"{name}:{query[name][0]}" for name in sorted(query) if query[name][0]]
    return "\n".join(lines)


def sign(text: str, *, key: str) -> str:
    """The signature of a string to sign; `key` is the account's key in base64."""
    digest = hmac.new(base64.b64decode(key), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def verify(request: SignedRequest, *, account: str, key: str, now: datetime) -> None:
    """Refuse the request unless its Authorization header bears this account's signature of it."""
    name, separator, signature = request.headers["authorization"].removeprefix("SharedKey ").partition(":")
    if not separator or not _is_digest(signature):
        raise about_header("InvalidAuthenticationInfo", "Authorization", reason="Expected SharedKey account:signature.")
    if name != account:
        raise _failed(f"The account '{name}' is not the one that is addressed.")
    _check_date(request.headers, now=now)
    expected = string_to_sign(request, account=account)
    if not hmac.compare_digest(sign(expected, key=key), signature):
        raise _failed(
            "The MAC signature found in the HTTP request is not the same as any computed signature."
            f" Server used following string to sign: '{expected}'."
        )


def _is_digest(text: str) -> bool:
    try:
        return len(base64.b64decode(text, validate=True)) == hashlib.sha256().digest_size
    except binascii.Error:
        return False


def _check_date(headers: Mapping[str, str], *, now: datetime) -> None:
    text = headers.get("ocp-date") or headers.get("date")
    if not text:
        raise _failed("Neither ocp-date nor Date is given.")
    sent = parse_date(text, header="ocp-date")
    if abs(now - sent) > ALLOWED_SKEW:
        raise _failed(f"Request date header too old: '{text}'")


def parse_date(text: str, *, header: str) -> datetime:
    """An RFC 1123 date, always GMT."""
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        raise about_header("InvalidHeaderValue", header, value=text, reason="Not an RFC 1123 date.") from None
    if not text.endswith("GMT"):
        raise about_header("InvalidHeaderValue", header, value=text, reason="Not in GMT.")
    return moment.replace(tzinfo=UTC)


def _failed(detail: str) -> Refusal:
    return Refusal("AuthenticationFailed", values={"AuthenticationErrorDetail": detail})
