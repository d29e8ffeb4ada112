"""The connections to one account, httpx's requests and answers carried by aiohttp; and whom TLS trusts.

httpx's own connections take three times the CPU of these for the same requests (docs/adr/0016). TLS trusts the usual
authorities, and those of `--ca-bundle`. There is no way to switch verification off.
"""

from __future__ import annotations

import ssl

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from poolkeeper.proxies import proxy_for

CONNECTIONS = 8
"""For an account; as many as its pools that are looked at at once."""

IDLE = 60.0
"""Seconds that a connection is kept for the next request."""


def wire(endpoint: str, *, trust: ssl.SSLContext) -> httpx.AsyncBaseTransport:
    """Connects when first used; asks the environment for a proxy now, and not again for each request."""

    def session() -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=IDLE, ssl=trust)
        # The service sets no cookies; a proxy's would be none of its business.
        return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    proxy = proxy_for(endpoint)
    return AiohttpTransport(client=session, verify=trust, proxy=None if proxy is None else httpx.Proxy(proxy))


def trust(ca_bundle: str | None = None) -> ssl.SSLContext:
    """A context for every connection to Batch and to Microsoft Entra ID; making one costs tens of milliseconds.

    `ca_bundle` is a PEM file; raises OSError (ssl.SSLError is one) if it holds no certificate. SSL_CERT_FILE and
    SSL_CERT_DIR replace the usual authorities, as they do for other programs.
    """
    context = httpx.create_ssl_context()
    if ca_bundle is not None:
        context.load_verify_locations(cafile=ca_bundle)
    return context
