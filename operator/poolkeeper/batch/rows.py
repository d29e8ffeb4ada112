"""Answers of the service as what the engine knows: judged here, whatever a proxy or a later version makes of them.

A pool without an id or an ETag is no pool. Anything else that is not text where text belongs is taken as absent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import orjson

from poolkeeper.domain.enums import LiveState
from poolkeeper.domain.observation import PoolRow

_MOST_REQUEST_ID = 128
_MOST_TEXT = 64
"""Characters of a state or a time; the CRD takes no more."""

_WHOLE_SECONDS = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?Z", re.ASCII)


def parsed(content: bytes) -> Any:
    """The JSON of an answer. Raises ValueError or RecursionError."""
    try:
        return orjson.loads(content)
    except ValueError:
        # Half a character in one pool's metadata must not hide the others; the standard library lets it pass.
        return json.loads(content)


def pools_of(page: Any) -> list[Any]:
    """The pools of a page of a list. Raises TypeError for an object that is no page, ValueError for none."""
    value = page["value"]
    if not isinstance(value, list):
        raise TypeError("a page without a list")
    return value


def with_ids(pools: list[Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Those that have an id, by it, in lower case."""
    for pool in pools:
        if isinstance(pool, Mapping) and isinstance(pool.get("id"), str):
            yield pool["id"].casefold(), pool


def row_of(pool: Mapping[str, Any]) -> PoolRow:
    """The row of one pool. Raises ValueError for one without an ETag."""
    etag = pool.get("eTag")
    if not isinstance(etag, str) or not etag:
        raise ValueError("a pool without an ETag")
    return PoolRow(etag, _text(pool.get("state")) or LiveState.ACTIVE, _text(pool.get("allocationState")))


def row_or_none(pool: Mapping[str, Any]) -> PoolRow | None:
    """The row of one pool, None where nobody can make one of it."""
    try:
        return row_of(pool)
    except ValueError:
        return None


def mode_of(pool: Mapping[str, Any]) -> str | None:
    """The communication mode that is in use."""
    return _text(pool.get("currentNodeCommunicationMode")) or None


def created_of(pool: Mapping[str, Any]) -> str:
    """When the pool was made, as the service spells it; empty where it does not say."""
    return _text(pool.get("creationTime"))


def whole_seconds(value: Any) -> str:
    """A time of a body as a status bears it. Raises ValueError for what is none."""
    found = _WHOLE_SECONDS.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("no time in UTC")
    return f"{found[1]}Z"


def last_modified(response: httpx.Response) -> str:
    """Of the header, which reads and writes share: RFC 3339 in UTC. Raises LookupError or ValueError."""
    try:
        modified = parsedate_to_datetime(response.headers["Last-Modified"]).astimezone(UTC)
    except (OverflowError, TypeError) as error:
        raise ValueError("no date") from error
    return modified.strftime("%Y-%m-%dT%H:%M:%SZ")


def last_modified_or_now(response: httpx.Response) -> str:
    """The same of a write, which has been taken whatever its answer lacks."""
    try:
        return last_modified(response)
    except (LookupError, ValueError):
        return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def request_id(response: httpx.Response) -> str:
    """The service's id of the request."""
    text: str = response.headers.get("request-id", "")
    return text[:_MOST_REQUEST_ID] if text.isprintable() else ""


def _text(value: Any) -> str:
    return value[:_MOST_TEXT] if isinstance(value, str) else ""
