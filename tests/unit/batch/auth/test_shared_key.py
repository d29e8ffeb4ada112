"""Signatures are those of Microsoft's page "Authenticate via Shared Key", and of the azure-batch SDK."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest
from azure.batch._patch import BatchSharedKeyAuthPolicy
from azure.core.credentials import AzureNamedKeyCredential
from azure.core.pipeline import PipelineContext, PipelineRequest
from azure.core.rest import HttpRequest

from poolkeeper.batch.auth.shared_key import SharedKey, string_to_sign
from poolkeeper.domain.failures import CredentialUnusable
from tests.unit.batch.answers import KEY

THEN = datetime(2017, 2, 17, tzinfo=UTC)
URL = "https://myaccount.region.batch.azure.com"
VERSION = "api-version=2024-07-01.20.0"
JSON = "application/json; odata=minimalmetadata"
UPDATE = httpx.Request(
    "POST", f"{URL}/pools/pool1/updateproperties?{VERSION}", headers={"Content-Type": JSON}, content=b"x" * 152
)


def signed(request: httpx.Request, *, account: str = "myaccount", key: str = KEY) -> httpx.Request:
    return next(SharedKey(account, key, now=lambda: THEN).auth_flow(request))


def test_the_worked_example_is_signed_as_the_page_and_the_sdk_sign_it() -> None:
    request = signed(UPDATE)
    assert string_to_sign(request, "myaccount") == (
        "POST\n\n\n152\n\napplication/json; odata=minimalmetadata\n\n\n\n\n\n\n"
        "ocp-date:Fri, 17 Feb 2017 00:00:00 GMT\n"
        "/myaccount/pools/pool1/updateproperties\n"
        "api-version:2024-07-01.20.0"
    )
    assert request.headers["Authorization"] == "SharedKey myaccount:7vOdT9nfhB1XMpRETZWt4qvNwf+82MsNI4nDNjPd/Ls="


REQUESTS = [
    pytest.param(UPDATE, id="a write"),
    pytest.param(
        httpx.Request(
            "GET",
            f"{URL}/pools/pool1?$select=id,eTag&{VERSION}",
            headers={"If-None-Match": "0x8DDF63BB049DEAA"},
        ),
        id="a conditional read",
    ),
    pytest.param(httpx.Request("GET", f"{URL}/pools?{VERSION}&$select=id%2CeTag"), id="a query in another order"),
    pytest.param(
        httpx.Request("GET", f"{URL}/pools?{VERSION}&maxresults=3&$skiptoken=WATV2%3Aa%2Fb%5Ec%24d%3D"),
        id="a link to the next page, with an escaped token",
    ),
    pytest.param(httpx.Request("GET", f"{URL}/pools?{VERSION}&$filter="), id="an empty parameter, which is left out"),
    pytest.param(httpx.Request("GET", f"{URL}/pools?{VERSION}&a=2&a=1"), id="the first of two values"),
    pytest.param(httpx.Request("HEAD", f"{URL}/pools/pool1?{VERSION}"), id="a head"),
    pytest.param(
        httpx.Request("GET", f"{URL}/pools?{VERSION}", headers={"Ocp-Range": "bytes=1-2", "ocp-zulu": "z"}),
        id="other ocp headers, sorted",
    ),
    pytest.param(
        httpx.Request(
            "GET",
            f"{URL}/pools?{VERSION}",
            headers={
                "If-Modified-Since": "Thu, 16 Feb 2017 00:00:00 GMT",
                "If-Match": "0x1",
                "If-Unmodified-Since": "Sat, 18 Feb 2017 00:00:00 GMT",
                "Range": "bytes=0-1",
                "Date": "Fri, 17 Feb 2017 00:00:00 GMT",
            },
        ),
        id="every header that is signed",
    ),
]


@pytest.mark.parametrize("request_", REQUESTS)
def test_every_kind_of_request_is_signed_as_the_sdk_signs_it(request_: httpx.Request) -> None:
    ours = signed(request_)
    headers = {name.lower(): value for name, value in ours.headers.items() if name.lower() != "authorization"}
    theirs = HttpRequest(ours.method, str(ours.url), headers=headers)
    policy = BatchSharedKeyAuthPolicy(AzureNamedKeyCredential("myaccount", KEY))
    policy.on_request(PipelineRequest(theirs, PipelineContext(None)))
    assert ours.headers["Authorization"] == theirs.headers["Authorization"]


def test_another_key_account_or_time_is_another_signature() -> None:
    other = SharedKey("myaccount", KEY, now=lambda: datetime(2017, 2, 18, tzinfo=UTC))
    signatures = {
        signed(UPDATE).headers["Authorization"],
        signed(UPDATE, account="other").headers["Authorization"],
        signed(UPDATE, key="QUJD").headers["Authorization"],
        next(other.auth_flow(UPDATE)).headers["Authorization"],
    }
    assert len(signatures) == 4


def test_a_key_copied_with_its_line_end_is_the_key() -> None:
    assert (
        signed(UPDATE, key=f"{KEY}\n").headers["Authorization"].endswith("7vOdT9nfhB1XMpRETZWt4qvNwf+82MsNI4nDNjPd/Ls=")
    )


@pytest.mark.parametrize("key", ["hunter2!", "hunter", "hünter2=", "aHVu dGVy", "🔑"])
def test_what_is_not_base64_is_no_key_and_is_not_quoted(key: str) -> None:
    with pytest.raises(CredentialUnusable) as caught:
        SharedKey("myaccount", key)
    assert key not in str(caught.value)
    assert "myaccount" in str(caught.value)
    assert caught.value.__suppress_context__


def test_the_key_is_not_shown_with_the_credential() -> None:
    shown = repr(SharedKey("myaccount", KEY))
    assert KEY not in shown
    assert "0123456789abcdef" not in shown
