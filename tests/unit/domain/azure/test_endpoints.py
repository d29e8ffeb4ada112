"""Which endpoints a tenant may have the operator's signed requests sent to."""

from __future__ import annotations

import pytest

from poolkeeper.domain.azure.endpoints import check_endpoint, check_prefix
from poolkeeper.domain.failures import EndpointNotAllowed

ALLOWED = [
    ("https://research.westeurope.batch.azure.com", "the public cloud"),
    ("https://research.chinanorth2.batch.azure.cn", "the Chinese cloud"),
    ("https://research.usgovvirginia.batch.usgovcloudapi.net", "the US Government cloud"),
    ("https://research.westeurope.batch.azure.com/", "a slash at the end is nothing"),
    ("https://research.westeurope.batch.azure.com:443", "the port of https"),
    ("HTTPS://Research.WestEurope.Batch.Azure.Com", "schemes and hosts have no case"),
    ("https://a-b.westeurope.batch.azure.com", "a hyphen is a letter like any other"),
]

REFUSED = [
    ("https://evil.example", "a foreign host"),
    ("https://evil.example/.batch.azure.com", "the domain stands in the path"),
    ("https://evil.example?.batch.azure.com", "the domain stands in the query"),
    ("https://evil.example#.batch.azure.com", "the domain stands in the fragment"),
    ("https://evil.example\\.batch.azure.com", "some parsers take a backslash for a slash"),
    ("https://evil.example%2f.batch.azure.com", "an escaped slash"),
    ("https://evil.example;.batch.azure.com", "a semicolon"),
    ("https://x.batch.azure.com@evil.example", "the domain is a user's name"),
    ("https://evil.example@x.batch.azure.com", "user information is nobody's honest endpoint"),
    ("https://user:word@x.batch.azure.com", "nor is a password"),
    ("https://batch.azure.com.evil.example", "the domain in front"),
    ("https://evilbatch.azure.com", "a look-alike without the dot"),
    ("https://x.batch.azure.com.", "a trailing dot is another name to some"),
    ("https://x.batch.azure.com..", "two of them"),
    ("https://batch.azure.com", "no account"),
    ("https://.batch.azure.com", "an empty label"),
    ("https://x..batch.azure.com", "an empty label within"),
    ("https://-x.batch.azure.com", "a label does not begin with a hyphen"),
    ("https://x-.batch.azure.com", "nor end with one"),
    ("https://x_y.batch.azure.com", "an underscore is no letter of a host"),
    ("http://x.batch.azure.com", "a signature in the clear"),
    ("ftp://x.batch.azure.com", "another scheme"),
    ("x.batch.azure.com", "no scheme"),
    ("//x.batch.azure.com", "no scheme either"),
    ("https:x.batch.azure.com", "no host"),
    ("https:///x.batch.azure.com", "an empty host"),
    ("https://x.batch.azure.com/pools", "a path"),
    ("https://x.batch.azure.com//", "a path of slashes"),
    ("https://x.batch.azure.com?a=b", "a query"),
    ("https://x.batch.azure.com#a", "a fragment"),
    ("https://x.batch.azure.com:8443", "another port"),
    ("https://x.batch.azure.com:0443", "a port that only looks like 443"),
    ("https://x.batch.azure.com:", "a colon without a port"),
    ("https://x.batch.azure.com:443@evil.example", "the port is a password"),
    ("https://x.batch.azure.com:-443", "a negative port"),
    (" https://x.batch.azure.com", "a space in front"),
    ("https://x.batch.azure.com\n", "a line end"),
    ("https://evil.example\n.batch.azure.com", "a line end within"),
    ("https://evil.example\t.batch.azure.com", "a tab within"),
    ("https://evil.example\0.batch.azure.com", "a null within"),
    ("https://x.bаtch.azure.com", "a Cyrillic letter"),  # noqa: RUF001 - the look-alike is the point
    ("https://x。batch.azure.com", "an ideographic full stop, which IDNA takes for a dot"),
    ("https://x．batch.azure.com", "a full-width dot"),  # noqa: RUF001 - the look-alike is the point
    ("https://evil.example／.batch.azure.com", "a full-width slash"),  # noqa: RUF001 - the look-alike is the point
    ("https://x.batch.uſgovcloudapi.net", "a long s, which folds to s"),  # noqa: RUF001 - the look-alike is the point
    ("https://ſ.batch.azure.com", "a long s as an account"),  # noqa: RUF001 - the look-alike is the point
    ("https://\u212a.batch.azure.com", "the sign of Kelvin, whose lower case is k"),
    ("httpſ://x.batch.azure.com", "a long s in the scheme"),  # noqa: RUF001 - the look-alike is the point
    ("https://xn--80ak6aa92e.batch.azure.com", "an encoded foreign label"),
    ("https://x.XN--80ak6aa92e.batch.azure.com", "one in capitals, further in"),
    ("https://[::1]", "an address"),
    ("https://127.0.0.1", "an address"),
    ("https://169.254.169.254", "the metadata service of the cloud"),
    ("", "nothing"),
]


@pytest.mark.parametrize("endpoint", [pytest.param(endpoint, id=reason) for endpoint, reason in ALLOWED])
def test_an_endpoint_of_azure_batch_is_allowed(endpoint: str) -> None:
    check_endpoint(endpoint)


@pytest.mark.parametrize(("endpoint", "reason"), REFUSED)
def test_everything_else_is_refused(endpoint: str, reason: str) -> None:
    with pytest.raises(EndpointNotAllowed) as caught:
        check_endpoint(endpoint)
    assert "--allow-endpoint" in caught.value.message, reason


LOOPBACK = "http://127.0.0.1:8080"


@pytest.mark.parametrize(
    ("endpoint", "prefix"),
    [
        pytest.param(LOOPBACK, LOOPBACK, id="the same"),
        pytest.param(f"{LOOPBACK}/", LOOPBACK, id="a slash is nothing"),
        pytest.param("http://127.0.0.1:9", "http://127.0.0.1", id="a prefix without a port is any port"),
        pytest.param("http://[::1]:8080", "http://[::1]", id="IPv6"),
        pytest.param("https://BATCH.example", "https://batch.example/", id="hosts have no case"),
        pytest.param("https://x.batch.azure.com:8443", "https://x.batch.azure.com:8443", id="a named port of Azure's"),
    ],
)
def test_what_is_under_an_allowed_prefix_is_allowed(endpoint: str, prefix: str) -> None:
    check_endpoint(endpoint, allowed=["https://other.example", prefix])


@pytest.mark.parametrize(
    ("endpoint", "prefix"),
    [
        pytest.param("https://batch.example.evil", "https://batch.example", id="a prefix is not one of characters"),
        pytest.param("https://batch.example:8443", "https://batch.example:844", id="nor within a port"),
        pytest.param("https://x.batch.example", "https://batch.example", id="nor of the domains below"),
        pytest.param("http://batch.example", "https://batch.example", id="nor of another scheme"),
        pytest.param("http://127.0.0.1:8081", LOOPBACK, id="another port"),
        pytest.param("http://127.0.0.1", LOOPBACK, id="no port is the scheme's"),
        pytest.param("http://127.0.0.1:8080@evil.example", LOOPBACK, id="user information"),
        pytest.param("http://127.0.0.1:8080/../", LOOPBACK, id="a path"),
        pytest.param("http://127.0.0.1:65536", "http://127.0.0.1", id="no such port"),
    ],
)
def test_what_only_looks_like_an_allowed_prefix_is_refused(endpoint: str, prefix: str) -> None:
    with pytest.raises(EndpointNotAllowed):
        check_endpoint(endpoint, allowed=[prefix])


def test_an_allowed_prefix_does_not_close_azure() -> None:
    check_endpoint("https://x.batch.azure.com", allowed=[LOOPBACK])


@pytest.mark.parametrize(
    "prefix", ["http://localhost", "http://127.0.0.1:8080", "http://127.9.9.9", "http://[::1]", "https://batch.example"]
)
def test_a_prefix_may_be_https_or_loopback(prefix: str) -> None:
    assert check_prefix(prefix) == prefix


@pytest.mark.parametrize(
    "prefix",
    ["http://batch.example", "http://10.0.0.1", "http://localhost.example", "batch.example", "https://a/b", ""],
)
def test_any_other_prefix_is_refused_at_the_start(prefix: str) -> None:
    with pytest.raises(EndpointNotAllowed):
        check_prefix(prefix)
