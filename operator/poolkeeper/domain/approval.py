"""The name of a plan: what is desired, and the live state that it was made for."""

from __future__ import annotations

import hashlib
import json

from poolkeeper.domain.resources import BatchPool

_LENGTH = 16
"""Hexadecimal digits: to be typed, and to differ; it guards nothing that its owner could not do otherwise."""


def plan_hash(pool: BatchPool, etag: str) -> str:
    """Changes with the manifest and with the live ETag. Made of the manifest, never of a secret's value."""
    material = json.dumps([pool.uid, pool.properties, pool.ignore, etag], sort_keys=True)
    return hashlib.sha256(material.encode()).hexdigest()[:_LENGTH]
