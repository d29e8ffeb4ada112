"""Whatever endpoint is allowed, the HTTP client connects to the host that was judged."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from poolkeeper.domain.azure.endpoints import BATCH_DOMAINS, check_endpoint
from poolkeeper.domain.failures import EndpointNotAllowed

TOKENS = (
    "https://",
    "http://",
    "HTTPS:",
    "//",
    "/",
    "\\",
    "x.batch.azure.com",
    ".batch.azure.com",
    "batch.azure.cn",
    "a.batch.usgovcloudapi.net",
    "evil.example",
    "evil.example/",
    "user:word@",
    "x.batch.azure.com@evil.example",
    "batch.azure.com.evil.example",
    "127.0.0.1",
    "[::1]",
    "localhost",
    "xn--80ak6aa92e.",
    "@",
    ":",
    ":443",
    ":65536",
    "?",
    "#",
    "%2f",
    "%40",
    "%",
    ".",
    "-",
    "_",
    "。",
    "．",  # noqa: RUF001 - the look-alike is the point
    "а",  # noqa: RUF001 - the same, a Cyrillic one
    "⁄",  # noqa: RUF001 - the same, a fraction's slash
    "ſ",  # noqa: RUF001 - the look-alike is the point
    "İ",
    "\u200b",
    "\0",
    "\n",
    "\t",
    " ",
    "a",
    "8",
)
JUMBLED = st.lists(st.sampled_from(TOKENS), min_size=1, max_size=6).map("".join)
LABEL = st.from_regex(r"[a-zA-Z0-9-]{1,12}", fullmatch=True)
PLAUSIBLE = st.builds(
    lambda labels, domain, rest: f"https://{'.'.join(labels)}.{domain}{rest}",
    st.lists(LABEL, min_size=1, max_size=3),
    st.sampled_from(BATCH_DOMAINS),
    st.sampled_from(["", "/", ":443", ":443/", ":0443", ":8443", ".", "@x", "//"]),
)


@st.composite
def disturbed(draw: st.DrawFn) -> str:
    """A plausible endpoint with something put in somewhere."""
    endpoint, more = draw(PLAUSIBLE), draw(st.sampled_from(TOKENS) | st.characters())
    at = draw(st.integers(0, len(endpoint)))
    return endpoint[:at] + more + endpoint[at:]


ENDPOINTS = JUMBLED | PLAUSIBLE | disturbed() | st.text(max_size=30)


THEFTS = (
    ("https://evil.example/.batch.azure.com", "it has a path"),
    ("https://evil.example", "is not under"),
    ("http://x.batch.azure.com", "in the clear"),
    ("https://x.batch.azure.com@evil.example", "it has a user name"),
    ("https://user:s3cret@x.batch.azure.com", "it has a user name"),
    ("https://batch.azure.com.evil.example", "is not under"),
    ("https://evilbatch.azure.com", "is not under"),
    ("https://x.bаtch.azure.com", "outside ASCII"),  # noqa: RUF001 - the look-alike is the point
    ("https://x。batch.azure.com", "outside ASCII"),
    ("https://x.batch.azure.com\n", "a control character"),
    ("https://xn--80ak6aa92e.batch.azure.com", "an encoded label"),
    ("https://a.xn--80ak6aa92e.batch.azure.com", "an encoded label"),
    ("https://x.batch.azure.com:8443", "Azure Batch only 443"),
    ("https://x.batch.azure.com:99999", "its port is none"),
    ("https://x.batch.azure.com:", "its port is none"),
    ("https://x.batch.azure.com.", "ends with a dot"),
    ("https://x.batch.azure.com.:443", "ends with a dot"),
    ("https://x.batch.azure.com?sig=s3cret", "it has a query"),
    ("https://x.batch.azure.com#s3cret", "it has a fragment"),
    ("https://evil.example\\.batch.azure.com", "it has a backslash"),
    ("ftp://x.batch.azure.com", "its scheme is neither"),
    ("x.batch.azure.com", "its scheme is neither"),
    ("https://x..batch.azure.com", "its host is none"),
    ("https://169.254.169.254", "is not under"),
)
"""Ways to have the operator's credential sent elsewhere, and the words that say why not."""


@pytest.mark.parametrize(("endpoint", "why"), THEFTS)
def test_a_refusal_says_why_and_repeats_no_password(endpoint: str, why: str) -> None:
    with pytest.raises(EndpointNotAllowed) as caught:
        check_endpoint(endpoint, allowed=["http://127.0.0.1:8080"])
    assert why in caught.value.message
    assert "s3cret" not in caught.value.message
    assert caught.value.message.isascii()


@given(endpoint=ENDPOINTS)
@example("https://xn--a.batch.azure.com")
@example("https://x.batch.azure.com:443/")
@example("https://[::1].batch.azure.com@")
def test_every_refusal_says_one_thing_on_one_line_that_a_status_can_hold(endpoint: str) -> None:
    message = _refusal(endpoint)
    assert message.isascii()
    assert message.isprintable() or not message
    assert len(message) < 2000


@given(endpoint=ENDPOINTS)
@example("https://xn--a.batch.azure.com")
@example("https://x.batch.azure.com:443/")
def test_an_allowed_endpoint_leads_to_azure_in_every_reading(endpoint: str) -> None:
    if not _allowed(endpoint):
        return
    url, parts = httpx.URL(endpoint), urlsplit(endpoint)
    for host in (url.host, url.raw_host.decode(), parts.hostname or ""):
        assert host.endswith(tuple(f".{domain}" for domain in BATCH_DOMAINS))
    assert (url.scheme, url.port or 443, url.userinfo, url.query, url.fragment) == ("https", 443, b"", b"", "")
    assert url.path == "/"
    assert (parts.scheme, parts.username, parts.port or 443) == ("https", None, 443)


PREFIXES = ("http://127.0.0.1", "http://localhost:8080", "http://[::1]", "https://batch.example:8443")
UNDER = st.builds(
    str.__add__, st.sampled_from(PREFIXES), st.sampled_from([*TOKENS, "0", ":9", ""]) | st.text(max_size=4)
)


@given(endpoint=UNDER)
@example("http://127.0.0.1:65536")
@example("http://127.0.0.1:8080/")
def test_what_a_prefix_allows_leads_to_the_prefix_in_every_reading(endpoint: str) -> None:
    if not _allowed(endpoint, *PREFIXES):
        return
    url, homes = httpx.URL(endpoint), [httpx.URL(prefix) for prefix in PREFIXES]
    assert (url.userinfo, url.query, url.fragment, url.path) == (b"", b"", "", "/")
    assert any((url.scheme, url.host) == (home.scheme, home.host) and home.port in {None, url.port} for home in homes)
    assert 0 < (url.port or 80) <= 65535


@given(endpoint=PLAUSIBLE)
def test_a_plausible_endpoint_is_refused_only_for_what_is_wrong_with_it(endpoint: str) -> None:
    host, _, port = endpoint.removeprefix("https://").removesuffix("/").partition(":")
    honest = all(
        label and not label.startswith(("-", "xn--")) and not label.endswith("-") for label in host.lower().split(".")
    )
    assert _allowed(endpoint) == (honest and port in {"", "443"} and "@" not in host and not host.endswith("/"))


def _allowed(endpoint: str, *prefixes: str) -> bool:
    return not _refusal(endpoint, *prefixes)


def _refusal(endpoint: str, *prefixes: str) -> str:
    """Why an endpoint is refused; empty if it is not."""
    try:
        check_endpoint(endpoint, allowed=prefixes)
    except EndpointNotAllowed as refused:
        return refused.message
    return ""
