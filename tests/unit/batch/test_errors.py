"""From an answer of the service to a failure that callers branch on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple

import httpx
import pytest

from poolkeeper.batch.errors import failure_of, retry_after
from poolkeeper.domain import failures
from poolkeeper.domain.failures import BatchFailure
from poolkeeper.domain.reasons import Requeue
from tests.unit.batch.answers import ENDPOINT, REQUEST_ID, error


class Row(NamedTuple):
    reason: str
    status: int
    code: str
    kind: type[BatchFailure]
    writing: bool = False
    about_pool: bool = True
    retry: str | None = None


ROWS = [
    Row("a bad value", 400, "InvalidPropertyValue", failures.InvalidProperties, writing=True),
    Row("a missing property", 400, "MissingRequiredProperty", failures.InvalidProperties, writing=True),
    Row("a property of another version", 400, "UnsupportedProperty", failures.InvalidProperties, writing=True),
    Row("a body that is none", 400, "InvalidRequestBody", failures.InvalidProperties, writing=True),
    Row("metadata of no name", 400, "EmptyMetadataKey", failures.InvalidProperties, writing=True),
    Row("a code of tomorrow", 400, "NovelMistake", failures.InvalidProperties, writing=True),
    Row(
        "a read that is refused is not the manifest's fault",
        400,
        "InvalidQueryParameterValue",
        failures.PoolUnavailable,
    ),
    Row("a body too large", 413, "RequestBodyTooLarge", failures.InvalidProperties, writing=True),
    Row("a media type", 415, "UnsupportedMediaType", failures.InvalidProperties, writing=True),
    Row("a status of tomorrow", 422, "NovelMistake", failures.InvalidProperties, writing=True),
    Row("a proxy's 422", 422, "", failures.PoolUnavailable, writing=True),
    Row("a time limit", 408, "RequestTimeout", failures.PoolUnavailable, writing=True),
    Row("a read's 422", 422, "NovelMistake", failures.PoolUnavailable),
    Row("the other name for it", 413, "RequestEntityTooLarge", failures.InvalidProperties, writing=True),
    Row(
        "unknown certificates by 400", 400, "InvalidCertificateReferences", failures.ReferencesUnavailable, writing=True
    ),
    Row(
        "unknown certificates by 409", 409, "InvalidCertificateReferences", failures.ReferencesUnavailable, writing=True
    ),
    Row("unknown packages", 409, "InvalidApplicationPackageReferences", failures.PackagesUnavailable, writing=True),
    Row(
        "unknown packages by 403, as in 2017", 403, "InvalidApplicationPackageReferences", failures.PackagesUnavailable
    ),
    Row("a deleting pool", 409, "PoolBeingDeleted", failures.PoolDeleting, writing=True),
    Row("a resizing pool", 409, "PoolBeingResized", failures.PoolUnavailable, writing=True),
    Row("a state in the way", 409, "OperationInvalidForCurrentState", failures.PoolUnavailable, writing=True),
    Row("no signature", 401, "AuthenticationFailed", failures.AuthenticationFailed),
    Row("a wrong signature by 403", 403, "AuthenticationFailed", failures.AuthenticationFailed),
    Row("401 by another code", 401, "Novel", failures.AuthenticationFailed),
    Row("no right to read", 403, "InsufficientAccountPermissions", failures.ReadDenied),
    Row("no right to write", 403, "InsufficientAccountPermissions", failures.WriteDenied, writing=True),
    Row("403 without a code", 403, "", failures.ReadDenied),
    Row("no pool", 404, "PoolNotFound", failures.PoolNotFound),
    Row("no pool to write to", 404, "PoolNotFound", failures.PoolNotFound, writing=True),
    Row("404 without a body", 404, "", failures.PoolNotFound),
    Row(
        "a list that is not there is no missing pool",
        404,
        "ResourceNotFound",
        failures.ServiceUnavailable,
        about_pool=False,
    ),
    Row("throttled", 429, "TooManyRequests", failures.Throttled),
    Row("throttled without an envelope", 429, "", failures.Throttled),
    Row("throttled by 503 with Retry-After", 503, "ServerBusy", failures.Throttled, retry="3"),
    Row("busy", 503, "ServerBusy", failures.ServiceUnavailable),
    Row("broken for this pool", 500, "InternalError", failures.PoolUnavailable),
    Row("the service's own time limit", 500, "OperationTimedOut", failures.PoolUnavailable, writing=True),
    Row("a gateway", 502, "", failures.PoolUnavailable),
    Row("a redirect, which is not followed", 302, "", failures.ServiceUnavailable),
    Row("a condition nobody set", 412, "ConditionNotMet", failures.PoolUnavailable, writing=True),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.reason)
def test_an_answer_becomes_a_failure(row: Row) -> None:
    headers = {} if row.retry is None else {"Retry-After": row.retry}
    response = error(row.status, row.code, "Said so.", headers=headers)
    failure = failure_of(response, sent={} if row.writing else None, about_pool=row.about_pool)
    assert type(failure) is row.kind, row.reason
    assert failure.code == row.code
    assert failure.request_id == REQUEST_ID
    assert f"answered {row.status}" in failure.cause
    assert failure.retry_after == (None if row.retry is None else float(row.retry))


@pytest.mark.parametrize(("writing", "account_wide"), [(False, True), (True, False)])
def test_who_may_read_but_not_write_can_still_look(*, writing: bool, account_wide: bool) -> None:
    failure = failure_of(error(403, "InsufficientAccountPermissions"), sent={} if writing else None, about_pool=True)
    assert failure.account_wide is account_wide


def of(response: httpx.Response, *, writing: bool = True) -> BatchFailure:
    # A message about unreadable JSON would name the address.
    response.request = httpx.Request("GET", ENDPOINT)
    return failure_of(response, sent={} if writing else None, about_pool=True)


def test_a_message_names_status_code_and_words_in_one_line() -> None:
    failure = of(error(400, "InvalidPropertyValue", "The value is bad.\r\nVery bad."))
    assert failure.cause == "the service answered 400 InvalidPropertyValue: The value is bad. Very bad"


def test_the_lines_that_differ_in_every_answer_are_cut_off() -> None:
    failure = of(error(400, "InvalidPropertyValue", "The value is bad."))
    assert "RequestId" not in failure.message
    assert "Time:" not in failure.message
    assert REQUEST_ID not in failure.message
    assert REQUEST_ID in str(failure)


def values(**pairs: str) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in pairs.items()]


def test_of_values_the_reason_is_told_and_nothing_that_was_sent() -> None:
    """In every recorded InvalidPropertyValue the cause stands in `Reason` alone."""
    why = "An environment value may not be hunter2, nor https://x.example/a?sig=hunter3"
    given = values(PropertyName="commandLine", PropertyValue="hunter2", Reason=why)
    body = {"startTask": {"commandLine": "x", "environmentSettings": [{"name": "A", "value": "hunter2"}]}}
    failure = failure_of(error(400, "InvalidPropertyValue", "Bad.", values=given), sent=body, about_pool=True)
    assert failure.cause == (
        "the service answered 400 InvalidPropertyValue: Bad: An environment value may not be (hidden), nor "
        "https://x.example/a?… (spec.properties.startTask.commandLine)"
    )
    assert "hunter" not in repr(vars(failure))


def test_the_package_that_is_missing_is_named() -> None:
    """Recorded: one pair, whose key is the package and whose value is what is wrong with it."""
    given = [{"key": "blender", "value": "The specified application package does not exist."}]
    failure = of(error(409, "InvalidApplicationPackageReferences", "Bad references.", values=given))
    assert isinstance(failure, failures.PackagesUnavailable)
    assert "blender: The specified application package does not exist." in failure.cause


@pytest.mark.parametrize(
    ("status", "code", "given", "kind", "reason"),
    [
        (400, "MissingRequiredHeader", {"HeaderName": "Authorization"}, failures.AuthenticationFailed, "recorded"),
        (400, "MissingRequiredHeader", {"HeaderName": "Date"}, failures.InvalidProperties, "another header"),
        (400, "UnsupportedRequestVersion", {}, failures.VersionNotServed, "reported from the field"),
        (
            400,
            "InvalidQueryParameterValue",
            {"QueryParameterName": "api-version"},
            failures.VersionNotServed,
            "the same, in other words",
        ),
        (400, "InvalidQueryParameterValue", {"QueryParameterName": "$select"}, failures.InvalidProperties, "another"),
        (400, "CertificateRetired", {"Reason": "no more"}, failures.CertificateRetired, "reported from the field"),
        (403, "Forbidden", {"PropertyName": "startTask"}, failures.PropertyForbidden, "not who asks, but what for"),
        (403, "Forbidden", {}, failures.WriteDenied, "who asks"),
    ],
)
def test_what_values_say_decides(
    status: int, code: str, given: dict[str, str], kind: type[failures.BatchFailure], reason: str
) -> None:
    assert type(of(error(status, code, "Bad.", values=values(**given)))) is kind, reason


@pytest.mark.parametrize("content", [b"", b"<html>Bad Request</html>", b"{}", b'{"code": ""}'])
def test_a_refusal_without_a_code_says_nothing_of_the_body(content: bytes) -> None:
    """A front end or a proxy answers so too: it is tried again."""
    failure = of(httpx.Response(400, content=content))
    assert type(failure) is failures.PoolUnavailable
    assert failure.retry is Requeue.BACKOFF


@pytest.mark.parametrize("name", ["hunter2", "value", "", "commandLine=hunter2"])
def test_a_property_that_is_not_ours_or_not_one_place_is_not_named(name: str) -> None:
    failure = of(error(400, "InvalidPropertyValue", "Bad.", values=values(PropertyName=name)))
    assert failure.cause == "the service answered 400 InvalidPropertyValue: Bad"


def test_the_query_of_a_url_in_a_message_is_hidden() -> None:
    failure = of(error(400, "InvalidPropertyValue", "Cannot read https://x.example/a?sig=hunter2."))
    assert "hunter2" not in str(failure)
    assert "https://x.example/a?" in failure.cause


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><body>hunter2</body></html>",
        b'"hunter2"',
        b'["hunter2"]',
        b"null",
        b"{}",
        b'{"error": {"code": "hunter2", "message": "hunter2"}}',
        b'{"code": 7, "message": "hunter2"}',
        b'{"code": ["hunter2"]}',
        b'{"code": {"hunter2": 1}}',
        b'{"code": null}',
        b"\xff\xfe\xff",
    ],
)
def test_a_body_that_is_no_batch_error_is_told_by_its_status_alone(content: bytes) -> None:
    failure = of(httpx.Response(502, content=content))
    assert failure.cause == "the service answered 502 without a Batch error"
    assert failure.request_id == ""


@pytest.mark.parametrize("message", [None, "text", 7, [], {}, {"value": 7}])
def test_an_envelope_with_an_odd_message_is_still_told_by_its_code(message: Any) -> None:
    body = {"code": "PoolNotFound", "message": message, "values": "odd"}
    failure = of(httpx.Response(404, json=body))
    assert type(failure) is failures.PoolNotFound
    assert failure.cause.startswith("the service answered 404 PoolNotFound")


@pytest.mark.parametrize(
    "odd", ["text", {"key": "PropertyName"}, [None], [{"key": "PropertyName"}], [["PropertyName"]]]
)
def test_odd_values_are_no_crash(odd: Any) -> None:
    assert of(error(400, "InvalidPropertyValue", "Bad.", values=odd)).cause.endswith("Bad")


NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "after", "reason"),
    [
        (None, None, "no header"),
        ("0", 0.0, "at once"),
        ("7", 7.0, "seconds"),
        ("Thu, 01 Jan 2026 00:00:09 GMT", 9.0, "a date"),
        ("Thu, 01 Jan 2026 00:00:09 -0000", 9.0, "a date without a zone is in UTC"),
        ("Thu, 01 Jan 2026 00:00:09", 9.0, "so is one that has none at all"),
        ("Wed, 31 Dec 2025 23:59:00 GMT", 0.0, "a date of the past is now"),
        ("-5", None, "no number"),
        ("1.5", None, "no whole number"),
        ("²", None, "a digit to Python, but no number"),
        ("soon", None, "no date"),
        ("", None, "nothing"),
        ("Thu, 99 Jan 2026 00:00:09 GMT", None, "no day"),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, after: float | None, reason: str) -> None:
    assert retry_after(value, now=NOW) == after, reason


def test_what_was_sent_and_is_not_for_all_is_taken_out_of_the_services_words() -> None:
    sent = {"startTask": {"commandLine": "run", "environmentSettings": [{"name": "TOKEN", "value": "canary-value"}]}}
    response = error(400, "InvalidPropertyValue", "The value canary-value of TOKEN is not allowed.")
    failure = failure_of(response, sent=sent, about_pool=True)
    assert failure.cause == "the service answered 400 InvalidPropertyValue: The value (hidden) of TOKEN is not allowed"
    assert "canary" not in repr(failure)
