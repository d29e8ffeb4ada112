"""Which endpoints may receive the operator's credential.

Everyone who may create a BatchAccount chooses its endpoint, so an endpoint that is not Azure Batch's would be a way to
have a signed request, or later a token, sent anywhere. Everything unusual is refused rather than interpreted: the
host that this module judges must be the host that the HTTP client connects to.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import ip_address
from typing import NamedTuple

from poolkeeper.domain.azure.clouds import CLOUDS, cloud_of
from poolkeeper.domain.failures import EndpointNotAllowed

BATCH_DOMAINS = tuple(cloud.domain for cloud in CLOUDS)
"""Public, China and US Government clouds."""

# No `xn--`: no Batch endpoint has one, and clients differ on what such a label decodes to.
_LABEL = r"(?!xn--)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
# The raw text is judged, not what a parser makes of it: parsers differ on userinfo, backslashes, trailing dots and
# letters outside ASCII, and an endpoint with any of these is nobody's honest one.
_ENDPOINT = re.compile(
    rf"(?P<scheme>https?)://(?P<host>{_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:]+\])(?::(?P<port>[1-9][0-9]{{0,4}}))?/?",
    re.ASCII | re.IGNORECASE,
)
_HTTPS_PORT = "443"
_LAST_PORT = 65535
_MOST_SHOWN = 280
"""Characters, as many as the schema allows."""


class _Origin(NamedTuple):
    scheme: str
    host: str
    port: str | None


def check_endpoint(endpoint: str, *, allowed: Sequence[str] = ()) -> None:
    """Raise EndpointNotAllowed unless the endpoint is Azure Batch's or under one of the `allowed` URL prefixes."""
    origin = _origin(endpoint)
    if any(_under(origin, _origin(prefix)) for prefix in allowed):
        return
    if origin.scheme != "https":
        raise EndpointNotAllowed(f"endpoint {endpoint} is not https: credentials would travel in the clear")
    if cloud_of(origin.host) is None:
        raise EndpointNotAllowed(f"host {origin.host} of the endpoint is not under {', '.join(BATCH_DOMAINS)}")
    if origin.port not in {None, _HTTPS_PORT}:
        # Azure Batch listens nowhere else.
        raise EndpointNotAllowed(f"endpoint {endpoint} has port {origin.port}, and Azure Batch only {_HTTPS_PORT}")


def check_prefix(prefix: str) -> str:
    """A prefix for the allow-list, as given; raises EndpointNotAllowed for one that would let plain http out."""
    origin = _origin(prefix)
    if origin.scheme == "http" and not _is_loopback(origin.host):
        raise EndpointNotAllowed(f"{prefix} would send credentials in the clear: http is for loopback only")
    return prefix


def check_authority(authority: str) -> str:
    """An authority as it is given, a host or https and a host; raises EndpointNotAllowed for anything else."""
    url = authority if "://" in authority else f"https://{authority}"
    if _origin(url).scheme != "https":
        raise EndpointNotAllowed(f"{authority} would send credentials in the clear")
    return url.rstrip("/")


def same_service(one: str, other: str) -> bool:
    """Whether two endpoints are one service, however they are spelled."""
    return service_of(one) == service_of(other)


def service_of(endpoint: str) -> str:
    """One spelling for all endpoints of one service: `https://research.westeurope.batch.azure.com`."""
    text = endpoint.casefold().rstrip("/")
    return text.removesuffix(":443") if text.startswith("https:") else text


def host_of(endpoint: str) -> str:
    """The host of an endpoint that was judged, in lower case; raises EndpointNotAllowed for what is no endpoint."""
    return _origin(endpoint).host


def _origin(endpoint: str) -> _Origin:
    found = _ENDPOINT.fullmatch(endpoint)
    if found is None or int(found["port"] or 0) > _LAST_PORT:
        raise EndpointNotAllowed(
            f"endpoint {_shown(endpoint)} is not https://HOST or https://HOST:PORT: {_why(endpoint)}"
        )
    return _Origin(found["scheme"].lower(), found["host"].lower(), found["port"])


_ODDITIES = (
    (re.compile(r".*[^!-~]", re.DOTALL), "it has a letter outside ASCII, a space or a control character"),
    (re.compile(r"(?!https?://)", re.IGNORECASE), "its scheme is neither https nor http"),
    (re.compile(r"https?://[^/?#\\]*@", re.IGNORECASE), "it has a user name in front of the host"),
    (re.compile(r"https?://[^/?#]*\\", re.IGNORECASE), "it has a backslash"),
    (re.compile(r"[^?#]*\?"), "it has a query"),
    (re.compile(r"[^#]*#"), "it has a fragment"),
    (re.compile(r"https?://[^/]*/.", re.IGNORECASE), "it has a path"),
    (re.compile(r"https?://(?:[^:]*\.)?xn--", re.IGNORECASE), "its host has an encoded label (xn--)"),
    (re.compile(r"https?://[^:/]*\.(?=[:/]|$)", re.IGNORECASE), "its host ends with a dot"),
    (re.compile(r"https?://(?:[^:/]*|\[[^/]*\]):", re.IGNORECASE), "its port is none"),
)
"""What makes an endpoint no endpoint, and how to say it; the first that is met."""


def _why(endpoint: str) -> str:
    return next((words for pattern, words in _ODDITIES if pattern.match(endpoint)), "its host is none")


def _shown(endpoint: str) -> str:
    """The endpoint as it may be quoted: no password of a user, no query; odd letters escaped."""
    plain = re.sub(r"//[^/]*@", "//...@", re.split(r"[?#]", endpoint, maxsplit=1)[0])
    return ascii(plain[:_MOST_SHOWN])


def _under(origin: _Origin, allowed: _Origin) -> bool:
    # By components: the prefix https://batch.example must not let https://batch.example.evil through.
    same_host = (origin.scheme, origin.host) == (allowed.scheme, allowed.host)
    return same_host and allowed.port in {None, origin.port}


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
