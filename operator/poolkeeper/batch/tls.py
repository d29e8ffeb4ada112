"""Whom TLS trusts: the usual authorities, and those of `--ca-bundle`. There is no way to switch verification off."""

from __future__ import annotations

import ssl

import httpx


def trust(ca_bundle: str | None = None) -> ssl.SSLContext:
    """A context for every connection to Batch and to Microsoft Entra ID; making one costs tens of milliseconds.

    `ca_bundle` is a PEM file; raises OSError (ssl.SSLError is one) if it holds no certificate. SSL_CERT_FILE and
    SSL_CERT_DIR replace the usual authorities, as they do for other programs.
    """
    context = httpx.create_ssl_context()
    if ca_bundle is not None:
        context.load_verify_locations(cafile=ca_bundle)
    return context
