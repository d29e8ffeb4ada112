"""The proxy that the environment names, asked for once: the HTTP clients would ask for every request."""

from __future__ import annotations

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass


def proxy_for(url: str) -> str | None:
    """The proxy for a URL by HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, as other programs understand them."""
    parts = urlsplit(url)
    if proxy_bypass(parts.netloc):
        return None
    known = getproxies()
    found = known.get(parts.scheme, known.get("all"))
    # `proxy.example:3128` is a usual spelling.
    return f"http://{found}" if found and "://" not in found else found
