"""The verifier of SharedKey signatures, against worked examples equal to what azure-batch's own policy signs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.batchsim.auth import Gate, StaticTokens
from tests.batchsim.errors import Refusal
from tests.batchsim.sharedkey import SignedRequest, sign, string_to_sign, verify

KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZg=="
ACCOUNT = "myaccount"
THEN = datetime(2017, 2, 17, tzinfo=UTC)
DATE = "Fri, 17 Feb 2017 00:00:00 GMT"
SIGNATURE = "7vOdT9nfhB1XMpRETZWt4qvNwf+82MsNI4nDNjPd/Ls="


def update(**headers: str) -> SignedRequest:
    """The request of the worked example, with further or other headers."""
    usual = {
        "content-length": "152",
        "content-type": "application/json; odata=minimalmetadata",
        "ocp-date": DATE,
        "authorization": f"SharedKey {ACCOUNT}:{SIGNATURE}",
        "accept": "application/json",
    }
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return SignedRequest("POST", "/pools/pool1/updateproperties", "api-version=2024-07-01.20.0", usual | given)


def test_the_worked_example_signs_these_very_bytes() -> None:
    assert string_to_sign(update(), account=ACCOUNT) == (
        "POST\n\n\n152\n\napplication/json; odata=minimalmetadata\n\n\n\n\n\n\n"
        "ocp-date:Fri, 17 Feb 2017 00:00:00 GMT\n"
        "/myaccount/pools/pool1/updateproperties\n"
        "api-version:2024-07-01.20.0"
    )


def test_the_worked_example_is_let_in() -> None:
    assert sign(string_to_sign(update(), account=ACCOUNT), key=KEY) == SIGNATURE
    verify(update(), account=ACCOUNT, key=KEY, now=THEN)


@pytest.mark.parametrize(
    ("method", "path", "query", "headers", "expected", "reason"),
    [
        (
            "GET",
            "/pools",
            "api-version=1&%24select=id%2CeTag",
            {"if-none-match": '"0x8D"', "ocp-date": DATE},
            f'GET\n\n\n\n\n\n\n\n\n"0x8D"\n\n\nocp-date:{DATE}\n/a/pools\n$select:id,eTag\napi-version:1',
            "query names and values are decoded and sorted, conditions have their slots",
        ),
        (
            "POST",
            "/pools/p/stopresize",
            "api-version=1",
            {"date": DATE},
            f"POST\n\n\n0\n\n\n{DATE}\n\n\n\n\n\n/a/pools/p/stopresize\napi-version:1",
            "a POST without body counts as length 0; a Date has its slot",
        ),
        (
            "GET",
            "/pools/a%20b",
            "timeout=&b=2&a=%3D&b=1",
            {"ocp-b": "2", "ocp-a": "1", "range": "bytes=0-1"},
            "GET\n\n\n\n\n\n\n\n\n\n\nbytes=0-1\nocp-a:1\nocp-b:2\n/a/pools/a%20b\na:=\nb:2",
            "the path is as sent, empty values are left out, the first of two values counts, ocp- headers are sorted",
        ),
    ],
)
def test_the_string_to_sign(
    *, method: str, path: str, query: str, headers: dict[str, str], expected: str, reason: str
) -> None:
    request = SignedRequest(method, path, query, headers)
    assert string_to_sign(request, account="a") == expected, reason


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (SignedRequest("PUT", update().path, update().query, update().headers), "the method is signed"),
        (SignedRequest("POST", "/pools/pool2/updateproperties", update().query, update().headers), "the path is"),
        (SignedRequest("POST", update().path, "api-version=2025-06-01", update().headers), "the query is"),
        (update(content_length="153"), "the length is"),
        (update(content_type="application/json"), "the type is"),
        (update(if_match="*"), "a condition is"),
        (update(ocp_date="Fri, 17 Feb 2017 00:00:01 GMT"), "the date is"),
        (update(ocp_range="1"), "further ocp- headers are"),
    ],
)
def test_whatever_is_signed_cannot_be_changed(changed: SignedRequest, reason: str) -> None:
    with pytest.raises(Refusal) as refused:
        verify(changed, account=ACCOUNT, key=KEY, now=THEN)
    assert (refused.value.status, refused.value.code) == (401, "AuthenticationFailed"), reason


def test_a_header_that_is_not_signed_can_be_changed() -> None:
    verify(update(accept="*/*"), account=ACCOUNT, key=KEY, now=THEN)


@pytest.mark.parametrize(
    ("headers", "status", "code", "reason"),
    [
        ({"authorization": ""}, 400, "MissingRequiredHeader", "recorded: no credentials at all are no wrong ones"),
        ({"authorization": "SharedKey"}, 400, "InvalidAuthenticationInfo", "no signature"),
        ({"authorization": "SharedKey myaccount"}, 400, "InvalidAuthenticationInfo", "no colon"),
        ({"authorization": "SharedKey myaccount:abc"}, 400, "InvalidAuthenticationInfo", "no SHA-256 in base64"),
        ({"authorization": "Basic dXNlcjpwYXNz"}, 400, "InvalidAuthenticationInfo", "unknown scheme"),
        ({"authorization": f"SharedKey other:{SIGNATURE}"}, 401, "AuthenticationFailed", "another account"),
        ({"authorization": "Bearer guess"}, 401, "AuthenticationFailed", "unknown token"),
        ({"ocp_date": ""}, 401, "AuthenticationFailed", "no date"),
        ({"ocp_date": "yesterday"}, 400, "InvalidHeaderValue", "no RFC 1123 date"),
        ({"ocp_date": "Fri, 17 Feb 2017 00:00:00 +0100"}, 400, "InvalidHeaderValue", "not GMT"),
    ],
)
def test_bad_credentials_are_told_apart(*, headers: dict[str, str], status: int, code: str, reason: str) -> None:
    gate = Gate(account=ACCOUNT, key=KEY, tokens=StaticTokens({"known"}))
    with pytest.raises(Refusal) as refused:
        gate.admit(update(**headers), now=THEN)
    assert (refused.value.status, refused.value.code) == (status, code), reason


@pytest.mark.parametrize(("seconds", "admitted"), [(900, True), (-900, True), (901, False), (-901, False)])
def test_the_clock_may_differ_by_fifteen_minutes(*, seconds: int, admitted: bool) -> None:
    now = THEN + timedelta(seconds=seconds)
    if admitted:
        verify(update(), account=ACCOUNT, key=KEY, now=now)
    else:
        with pytest.raises(Refusal, match="Server failed to authenticate"):
            verify(update(), account=ACCOUNT, key=KEY, now=now)
