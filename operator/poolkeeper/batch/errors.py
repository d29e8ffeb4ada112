"""From the service's answer, or the lack of one, to a failure that callers branch on.

The envelope is flat (`code`, `message.value`, `values`), unlike ARM's. The text of a message ends with lines
`RequestId:` and `Time:`, new for each request, which are cut off so that a status stays as it is. `values` may repeat
what was sent, secrets included, and never gets out; of it, only the name of a property is used, and only where it is
one of ours.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import httpx

from poolkeeper.domain.confidential import confidential
from poolkeeper.domain.failures import (
    AccessDenied,
    AuthenticationFailed,
    BatchFailure,
    InvalidProperties,
    PackagesUnavailable,
    PoolDeleting,
    PoolNotFound,
    PoolUnavailable,
    ServiceUnavailable,
    Throttled,
)
from poolkeeper.domain.redaction import without, without_queries
from poolkeeper.domain.spec_paths import spec_path

_BY_CODE: dict[str, type[BatchFailure]] = {
    # A wrong SharedKey signature is answered with 401 or with 403, by the pages and by recordings.
    "AuthenticationFailed": AuthenticationFailed,
    "InvalidApplicationPackageReferences": PackagesUnavailable,
    "InvalidCertificateReferences": InvalidProperties,
    "PoolBeingDeleted": PoolDeleting,
}
_BY_STATUS: dict[int, type[BatchFailure]] = {
    401: AuthenticationFailed,
    403: AccessDenied,
    404: PoolNotFound,
    429: Throttled,
    503: ServiceUnavailable,
}
_REFUSED = {400, 413}
_SIGN_IN = {401, 403}
_MOST_SKEW = timedelta(minutes=15)
"""Within which a signature is taken."""
_REDIRECTS = {301, 302, 303, 307, 308}

MOST_RETRY_AFTER = 3600.0
"""Seconds; longer than this, a header is a mistake, and one request an hour no burden."""

_NO_ANSWER: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((aiohttp.ConnectionTimeoutError, httpx.ConnectTimeout), "no connection within the time limit"),
    ((aiohttp.ClientConnectorError, httpx.ConnectError), "cannot connect"),
    ((TimeoutError, httpx.TimeoutException), "no answer within the time limit"),
    ((aiohttp.ClientResponseError, httpx.DecodingError), "the answer cannot be read"),
)


def failure_of(response: httpx.Response, *, sent: Mapping[str, Any] | None, about_pool: bool) -> BatchFailure:
    """The failure that an answer other than the expected one stands for; `sent` is the body of a write."""
    writing = sent is not None
    envelope = _envelope(response)
    said = envelope.get("code")
    code = said if isinstance(said, str) else ""
    kind = _kind(response, code, writing=writing, about_pool=about_pool)
    failure = kind(
        _cause(response, envelope, code, hide=confidential(sent or {})),
        code=code,
        request_id=response.headers.get("request-id", ""),
        retry_after=retry_after(response.headers.get("Retry-After"), now=datetime.now(UTC)),
    )
    if kind is AccessDenied:
        failure.account_wide = not writing
    return failure


def failure_without_answer(error: Exception, endpoint: str) -> BatchFailure:
    """The failure that a request without an answer stands for; whether a write was applied, the next read tells."""
    # What httpx makes of aiohttp's errors is less than they say: a connection that broke is no connection timeout.
    origin = error.__cause__ if isinstance(error.__cause__, aiohttp.ClientError) else error
    words = next((words for kinds, words in _NO_ANSWER if isinstance(origin, kinds)), "the connection broke")
    return ServiceUnavailable(f"{endpoint}: {words}")


def retry_after(value: str | None, *, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for; it may be a number or a date."""
    if value is None:
        return None
    if value.isascii() and value.isdigit():
        return min(float(value), MOST_RETRY_AFTER)
    at = _moment(value)
    return None if at is None else min(max(0.0, (at - now).total_seconds()), MOST_RETRY_AFTER)


def _moment(value: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    # A date without a zone is in UTC: HTTP knows no other.
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _kind(response: httpx.Response, code: str, *, writing: bool, about_pool: bool) -> type[BatchFailure]:
    status = response.status_code
    if status in _REDIRECTS:
        # Of an account that is not there, or of a proxy in between: the next pool would fare the same.
        return ServiceUnavailable
    if code in _BY_CODE:
        return _BY_CODE[code]
    if status in _REFUSED and writing:
        return InvalidProperties
    if status == httpx.codes.NOT_FOUND and not about_pool:
        return ServiceUnavailable
    if status == httpx.codes.SERVICE_UNAVAILABLE and "Retry-After" in response.headers:
        return Throttled
    return _BY_STATUS.get(status, PoolUnavailable)


def _cause(response: httpx.Response, envelope: Mapping[str, Any], code: str, *, hide: Collection[str]) -> str:
    said = f"the service answered {response.status_code}"
    if response.status_code in _REDIRECTS:
        return f"{said}, a redirect, which is not followed: it would carry the credential to whoever it names"
    if not code:
        return f"{said} without a Batch error"
    message = envelope.get("message")
    text = message.get("value", "") if isinstance(message, Mapping) else ""
    # Before anything is cut or joined: a value that is no longer whole would not be found.
    safe = without(str(text), hide)
    lines = [line for line in safe.splitlines() if not line.startswith(("RequestId:", "Time:"))]
    words = without_queries(" ".join(lines)).rstrip(". ")
    where = _where(envelope) or _skew(response)
    return f"{said} {code}" + (f": {words}" if words else "") + (f" ({where})" if where else "")


def _skew(response: httpx.Response) -> str | None:
    """Whether the clocks may be why a sign-in is refused."""
    date = _moment(response.headers.get("Date", ""))
    if response.status_code not in _SIGN_IN or date is None or abs(date - datetime.now(UTC)) <= _MOST_SKEW:
        return None
    return "the clocks of the service and of this operator are more than 15 minutes apart; set the node's"


def _where(envelope: Mapping[str, Any]) -> str | None:
    values = envelope.get("values")
    for item in values if isinstance(values, list) else ():
        if isinstance(item, Mapping) and item.get("key") == "PropertyName":
            return spec_path(str(item.get("value", "")))
    return None


def _envelope(response: httpx.Response) -> Mapping[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, Mapping) else {}
