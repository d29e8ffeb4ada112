"""SharedKey: a request signed with the account's key.

The string to sign and its order are those of Microsoft's page "Authenticate via Shared Key" as the azure-batch SDK
implements them; a worked example stands in the tests.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Generator
from datetime import UTC, datetime
from email.utils import format_datetime

import httpx

from poolkeeper.domain.failures import CredentialUnusable

ACCOUNT_KEY = "accountKey"
"""The key of the Secret that holds it."""

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


def _now() -> datetime:
    return datetime.now(UTC)


class SharedKey(httpx.Auth):
    """Signs requests of one account. The service takes a signature for 15 minutes."""

    def __init__(self, account: str, key: str, *, now: Callable[[], datetime] = _now) -> None:
        self._account = account
        self._now = now
        try:
            self._key = base64.b64decode(key.strip(), validate=True)
        except ValueError:
            # binascii.Error, or letters outside ASCII; the cause would quote the key.
            raise CredentialUnusable(f"the key of account {account} is not base64") from None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Set `ocp-date` and `Authorization`."""
        request.headers["ocp-date"] = format_datetime(self._now(), usegmt=True)
        digest = hmac.new(self._key, string_to_sign(request, self._account).encode(), hashlib.sha256).digest()
        request.headers["Authorization"] = f"SharedKey {self._account}:{base64.b64encode(digest).decode()}"
        yield request


def string_to_sign(request: httpx.Request, account: str) -> str:
    """What the signature is computed over: no final newline, query values decoded and sorted by name."""
    # Taken out once: httpx looks for each name in all headers.
    headers = {name.lower(): value for name, value in request.headers.items()}
    lines = [request.method, *(headers.get(name, "") for name in _SIGNED_HEADERS)]
    lines += [f"{name}:{headers[name]}" for name in sorted(headers) if name.startswith("ocp-")]
    lines.append(f"/{account}{request.url.path}")
    query = request.url.params
    lines += [f"{name}:{query[name]}" for name in sorted(query.keys()) if query[name]]
    return "\n".join(lines)
