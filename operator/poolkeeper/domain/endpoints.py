"""Which endpoints may receive the operator's credential.

Whoever may create a BatchAccount chooses its endpoint, so an endpoint that is not Azure Batch's would be a way to
have a signed request, or later a token, sent anywhere. Everything unusual is refused rather than interpreted: the
host that this module judges must be the host that the HTTP client connects to.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import ip_address
from typing import NamedTuple

from poolkeeper.domain.failures import EndpointNotAllowed

BATCH_DOMAINS = ("batch.azure.com", "batch.azure.cn", "batch.usgovcloudapi.net")
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
        raise EndpointNotAllowed(f"endpoint {endpoint} is not https")
    of_azure = any(origin.host.endswith(f".{domain}") for domain in BATCH_DOMAINS)
    if not of_azure or origin.port not in {None, _HTTPS_PORT}:
        raise EndpointNotAllowed(f"endpoint {endpoint} is not under {', '.join(BATCH_DOMAINS)}")


def check_prefix(prefix: str) -> str:
    """A prefix for the allow-list, as given; raises EndpointNotAllowed for one that would let plain http out."""
    origin = _origin(prefix)
    if origin.scheme == "http" and not _is_loopback(origin.host):
        raise EndpointNotAllowed(f"{prefix} would send credentials in the clear: http is for loopback only")
    return prefix


def same_service(one: str, other: str) -> bool:
    """Whether two endpoints are one service, however they are spelled."""
    return _spelled(one) == _spelled(other)


def first_label(endpoint: str) -> str:
    """The default account name: `research` of `https://research.westeurope.batch.azure.com`."""
    return endpoint.partition("://")[2].partition(".")[0].partition(":")[0]


def _spelled(endpoint: str) -> str:
    text = endpoint.casefold().rstrip("/")
    return text.removesuffix(":443") if text.startswith("https:") else text


def _origin(endpoint: str) -> _Origin:
    found = _ENDPOINT.fullmatch(endpoint)
    if found is None or int(found["port"] or 0) > _LAST_PORT:
        raise EndpointNotAllowed(f"endpoint {endpoint!r} is not https://HOST or https://HOST:PORT")
    return _Origin(found["scheme"].lower(), found["host"].lower(), found["port"])


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
