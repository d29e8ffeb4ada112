"""The proxy that the environment names, asked for once: the HTTP clients would ask for every request."""

from __future__ import annotations

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass


def proxy_for(url: str) -> str | None:
    """The proxy for a URL by HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, as other programs understand them."""
    parts = urlsplit(url)
    known = getproxies()
    return None if proxy_bypass(parts.netloc) else known.get(parts.scheme, known.get("all"))
