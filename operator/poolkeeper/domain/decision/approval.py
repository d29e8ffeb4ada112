"""The name of a plan: what is desired, and the live state that it was made for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from poolkeeper.domain.known.address import Address
from poolkeeper.domain.resources import BatchPool

_LENGTH = 16
"""Hexadecimal digits: to be typed, and to differ; it guards nothing that its owner could not do otherwise."""


def plan_hash(pool: BatchPool, etag: str, secrets: Mapping[str, str], *, address: Address | None = None) -> str:
    """Changes with manifest, address, live ETag, and the versions of the Secrets used; never made of their values."""
    where = None if address is None else address.told
    material = json.dumps([pool.uid, pool.properties, pool.ignore, where, etag, dict(secrets)], sort_keys=True)
    return hashlib.sha256(material.encode()).hexdigest()[:_LENGTH]
