"""A write as the engine asks for it, for tests that are about something else than its last look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from poolkeeper.batch.client import BatchClient
from poolkeeper.domain.observation import Written


def always() -> None:
    """The answer to whether a write is still wanted: yes."""


async def write_over(client: BatchClient, pool_id: str, etag: str, body: Mapping[str, Any]) -> Written:
    """A write to a pool that has this ETag."""
    written = await client.write(pool_id, body, etag=etag, wanted=always)
    assert written is not None, "nobody has changed the pool"
    return written


async def write_now(client: BatchClient, pool_id: str, body: Mapping[str, Any]) -> Written:
    """A write to whatever is there."""
    return await write_over(client, pool_id, (await client.row(pool_id)).etag, body)
