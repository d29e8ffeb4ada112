"""Whatever endpoint is allowed, the HTTP client connects to the host that was judged."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx
from hypothesis import example, given
from hypothesis import strategies as st

from poolkeeper.domain.endpoints import BATCH_DOMAINS, check_endpoint
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
    try:
        check_endpoint(endpoint, allowed=prefixes)
    except EndpointNotAllowed:
        return False
    return True
