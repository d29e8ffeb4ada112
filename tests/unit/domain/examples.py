"""Small resources, live pools and outcomes for the tests of the domain; every argument is what a row is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from poolkeeper.domain.diff.drift import Difference
from poolkeeper.domain.enums import AuthType
from poolkeeper.domain.observation import LivePool, PoolRow, Written
from poolkeeper.domain.resources import Auth, BatchAccount, BatchPool, Key
from poolkeeper.domain.schema.canonical import canonical
from poolkeeper.domain.status_types import AccountStatus

Json = dict[str, Any]

EARLIER = "2026-01-01T00:00:00Z"
NOW = "2026-01-02T00:00:00Z"
WRITTEN = Written(etag="0x8DE0000000000AB", last_modified="2026-01-02T00:00:00Z", request_id="request-7")


def pool(
    properties: Mapping[str, Any] | None = None,
    *,
    status: Mapping[str, Any] | None = None,
    generation: int = 3,
    annotations: Mapping[str, str] | None = None,
    **spec: Any,
) -> BatchPool:
    """A BatchPool `lab/rendering` of the pool `Rendering`; `spec` is what stands beside its properties."""
    body = {
        "metadata": {
            "namespace": "lab",
            "name": "rendering",
            "uid": "pool-uid",
            "generation": generation,
            "resourceVersion": "77",
            "annotations": dict(annotations or {}),
        },
        "spec": {"accountRef": {"name": "research"}, "poolID": "Rendering", "properties": properties or {}, **spec},
        "status": status or {},
    }
    return BatchPool.parse(body)


def account(
    api_version: str = "2024-07-01.20.0", *, status: Mapping[str, Any] | None = None, generation: int = 3
) -> BatchAccount:
    """The BatchAccount `lab/research`."""
    return BatchAccount(
        key=Key("lab", "research"),
        uid="account-uid",
        generation=generation,
        resource_version=78,
        endpoint="https://research.westeurope.batch.azure.com",
        account_name="research",
        api_version=api_version,
        auth=Auth(AuthType.SHARED_KEY, secret=Key("lab", "batch-credentials")),
        check_interval=60.0,
        max_requests_per_second=20,
        status=cast("AccountStatus", status or {}),
    )


def live(
    properties: Mapping[str, Any] | None = None,
    *,
    etag: str = "0x8DE000000000001",
    state: str = "active",
    current_mode: str | None = None,
) -> LivePool:
    """A pool as it was read, with these properties."""
    return LivePool(
        row=PoolRow(etag, state, "steady"),
        last_modified="2026-01-01T12:00:00Z",
        current_mode=current_mode,
        form=canonical(properties or {}),
    )


def metadata(**items: str) -> Json:
    """Properties with nothing but metadata."""
    return {"metadata": [{"name": name, "value": value} for name, value in items.items()]}


def differences(*paths: str) -> tuple[Difference, ...]:
    """One replacement at each path."""
    return tuple(Difference(path, "replace") for path in paths)


def conditions(status: Mapping[str, Any]) -> dict[str, Json]:
    """The conditions of a status by type."""
    listed: Sequence[Json] = status["conditions"]
    return {condition["type"]: condition for condition in listed}
