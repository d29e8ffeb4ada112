"""From the service's answer, or the lack of one, to a failure that callers branch on.

The envelope is flat (`code`, `message.value`, `values`), unlike ARM's. `values` often holds the cause itself (`Reason`,
or a pair of package and reason). It may also repeat what was sent: it goes through the same redactor as the message,
and both are bounded before.

Only an answer with a `code` is the Batch service's: a front end or a proxy answers 400 too, in HTML, and says nothing
of the body by that.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import httpx

from poolkeeper.batch.rows import request_id
from poolkeeper.batch.steady import steady
from poolkeeper.domain.failures import (
    AuthenticationFailed,
    BatchFailure,
    CertificateRetired,
    InvalidProperties,
    PackagesUnavailable,
    PoolDeleting,
    PoolNotFound,
    PoolUnavailable,
    PropertyForbidden,
    ReadDenied,
    ReferencesUnavailable,
    ServiceUnavailable,
    Throttled,
    VersionNotServed,
    WriteDenied,
)
from poolkeeper.domain.redaction.echoes import confidential
from poolkeeper.domain.schema.spec_paths import spec_path
from poolkeeper.domain.secret_text import without, without_queries

_BY_CODE: dict[str, type[BatchFailure]] = {
    # A wrong SharedKey signature is answered with 401 or with 403, by the pages and by recordings.
    "AuthenticationFailed": AuthenticationFailed,
    "InvalidApplicationPackageReferences": PackagesUnavailable,
    # What the body refers to may come to be without a change of the body.
    "InvalidCertificateReferences": ReferencesUnavailable,
    "CertificateNotFound": ReferencesUnavailable,
    "CertificateBeingDeleted": ReferencesUnavailable,
    "InvalidUserAssignedIdentity": ReferencesUnavailable,
    "InvalidComputeNodeIdentityReference": ReferencesUnavailable,
    "PoolQuotaReached": ReferencesUnavailable,
    "CertificateRetired": CertificateRetired,
    "PoolBeingDeleted": PoolDeleting,
    # Of an api-version that Azure has retired, every request is answered so.
    "UnsupportedRequestVersion": VersionNotServed,
    "UnsupportedHttpVersion": ServiceUnavailable,
}
_BY_STATUS: dict[int, type[BatchFailure]] = {
    401: AuthenticationFailed,
    404: PoolNotFound,
    429: Throttled,
    503: ServiceUnavailable,
}
_VERSION = "api-version"
_SIGNATURE = "authorization"

_MOST_CODE = 100
MOST_TEXT = 8192
"""Characters of an error that are looked at."""

_MOST_VALUES = 10
_TOLD = frozenset({"reason", "key", "parametername", "queryparametername", "headername"})
"""The names of `values` whose values are told; others may repeat the body in any form."""
_KNOWN = _TOLD | {"propertyname", "propertyvalue", "parametervalue", "queryparametervalue", "headervalue"}
_OTHER = "other"
_SIGN_IN = {401, 403}
_FOREIGN = {401, 403, 404, 408, 409, 412, 429}
"""Of 4xx, those that say nothing of the body: who asks, for what, and when."""
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


def failure_of(
    response: httpx.Response, *, sent: Mapping[str, Any] | None, about_pool: bool, api_version: str = ""
) -> BatchFailure:
    """The failure that an answer other than the expected one stands for; `sent` is the body of a write."""
    writing = sent is not None
    envelope = _envelope(response)
    said = envelope.get("code")
    code = said if isinstance(said, str) and said.isprintable() else ""
    values = _values(envelope)
    kind = _kind(response, code, values, writing=writing, about_pool=about_pool)
    cause = _cause(response, envelope, code, values=values, hide=confidential(sent or {}))
    return kind(
        f"{cause}; asked with api-version {api_version}" if kind is VersionNotServed else cause,
        code=code[:_MOST_CODE],
        request_id=request_id(response),
        retry_after=retry_after(response.headers.get("Retry-After"), now=datetime.now(UTC)),
    )


def failure_without_answer(error: Exception, endpoint: str) -> BatchFailure:
    """The failure of a request without an answer. Whether a write was applied, only the next read shows."""
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
    except (ValueError, OverflowError, TypeError):
        return None
    # A date without a zone is in UTC: HTTP knows no other.
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _kind(
    response: httpx.Response, code: str, values: Mapping[str, str], *, writing: bool, about_pool: bool
) -> type[BatchFailure]:
    status = response.status_code
    if status in _REDIRECTS:
        # Of an account that is not there, or of a proxy in between: the next pool would fare the same.
        return ServiceUnavailable
    if code in _BY_CODE:
        return _BY_CODE[code]
    match status:
        case httpx.codes.BAD_REQUEST:
            kind = _of_a_bad_request(code, values, writing=writing)
        case httpx.codes.REQUEST_ENTITY_TOO_LARGE if writing:
            kind = InvalidProperties
        case httpx.codes.FORBIDDEN if writing and code == "Forbidden" and "propertyname" in values:
            kind = PropertyForbidden
        case httpx.codes.FORBIDDEN:
            kind = WriteDenied if writing else ReadDenied
        case httpx.codes.NOT_FOUND if not about_pool:
            kind = ServiceUnavailable
        case _ if writing and code and httpx.codes.is_client_error(status) and status not in _FOREIGN:
            kind = InvalidProperties
        case httpx.codes.SERVICE_UNAVAILABLE if "Retry-After" in response.headers:
            kind = Throttled
        case _:
            kind = _BY_STATUS.get(status, PoolUnavailable)
    return kind


def _of_a_bad_request(code: str, values: Mapping[str, str], *, writing: bool) -> type[BatchFailure]:
    named = {value.casefold() for value in values.values()}
    if code == "MissingRequiredHeader" and _SIGNATURE in named:
        # Recorded: this and not 401 is the answer to a request that arrives without its signature.
        return AuthenticationFailed
    if code in {"InvalidQueryParameterValue", "MissingRequiredQueryParameter"} and _VERSION in named:
        return VersionNotServed
    # Without a code it is not the service's, and says nothing of the body.
    return InvalidProperties if writing and code else PoolUnavailable


def _cause(
    response: httpx.Response,
    envelope: Mapping[str, Any],
    code: str,
    values: Mapping[str, str],
    *,
    hide: Collection[str],
) -> str:
    said = f"the service answered {response.status_code}"
    if response.status_code in _REDIRECTS:
        return f"{said}, a redirect, which is not followed: it would carry the credential to another host"
    if not code:
        return f"{said} without a Batch error"
    message = envelope.get("message")
    text = message.get("value", "") if isinstance(message, Mapping) else ""
    asked = request_id(response)
    # Redacted before anything is cut or joined: a value that is no longer whole would not be found.
    safe = without(str(text)[:MOST_TEXT], hide)
    words = without_queries(steady(safe, request_id=asked)).rstrip(". ")
    reasons = [value for name, value in values.items() if name in _TOLD or name == _OTHER]
    told = [without_queries(steady(without(value, hide), request_id=asked)) for value in reasons]
    words = ": ".join(part for part in (words, " ".join(told)) if part)
    where = _where(values) or _skew(response)
    return f"{said} {code[:_MOST_CODE]}" + (f": {words}" if words else "") + (f" ({where})" if where else "")


def _values(envelope: Mapping[str, Any]) -> dict[str, str]:
    """`values` by name in lower case; a pair of another name, such as a package and what is wrong with it, as one."""
    given = envelope.get("values")
    found: dict[str, str] = {}
    for item in given[:_MOST_VALUES] if isinstance(given, list) else ():
        key, value = (item.get("key"), item.get("value")) if isinstance(item, Mapping) else (None, None)
        if isinstance(key, str) and isinstance(value, str):
            if key.casefold() in _KNOWN:
                found.setdefault(key.casefold(), value[:MOST_TEXT])
            else:
                found.setdefault(_OTHER, f"{key}: {value}"[:MOST_TEXT])
    return found


def _skew(response: httpx.Response) -> str | None:
    """Whether the clocks may be why a sign-in is refused."""
    date = _moment(response.headers.get("Date", ""))
    if response.status_code not in _SIGN_IN or date is None or abs(date - datetime.now(UTC)) <= _MOST_SKEW:
        return None
    return "the clocks of the service and of this operator are more than 15 minutes apart; set the node's"


def _where(values: Mapping[str, str]) -> str | None:
    name = values.get("propertyname")
    return None if name is None else spec_path(name)


def _envelope(response: httpx.Response) -> Mapping[str, Any]:
    try:
        body = response.json()
    except (ValueError, LookupError, RecursionError):
        # Of a charset that is none, too.
        return {}
    return body if isinstance(body, Mapping) else {}
