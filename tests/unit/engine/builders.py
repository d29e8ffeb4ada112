"""Resources for tests that need no engine around them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from poolkeeper.domain.resources import BatchAccount, BatchPool
from tests.unit.engine.fakes import Json
from tests.unit.engine.lab import NAMESPACE, account_spec


def pool(
    name: str = "rendering",
    *,
    version: int = 1,
    uid: str = "uid-1",
    generation: int = 1,
    account: str = "research",
    interval: str | None = None,
    properties: Mapping[str, Any] | None = None,
    status: Mapping[str, Any] | None = None,
) -> BatchPool:
    """A BatchPool of a pool of its own name."""
    spec: Json = {"accountRef": {"name": account}, "poolID": name, "properties": properties or {}}
    if interval is not None:
        spec["checkInterval"] = interval
    metadata = _metadata(name, version=version, uid=uid, generation=generation)
    return BatchPool.parse({"metadata": metadata, "spec": spec, "status": status or {}})


def account(
    name: str = "research", *, version: int = 1, uid: str = "uid-1", generation: int = 1, interval: str = "60s"
) -> BatchAccount:
    """A BatchAccount."""
    metadata = _metadata(name, version=version, uid=uid, generation=generation)
    return BatchAccount.parse({"metadata": metadata, "spec": account_spec(name, interval=interval)})


def _metadata(name: str, *, version: int, uid: str, generation: int) -> Json:
    return {
        "namespace": NAMESPACE,
        "name": name,
        "uid": uid,
        "generation": generation,
        "resourceVersion": str(version),
    }
