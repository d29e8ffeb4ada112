"""BatchPool and BatchAccount as the rest of the code sees them: parsed once, at the border, and frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from poolkeeper.domain.durations import seconds
from poolkeeper.domain.endpoints import first_label

GROUP = "poolkeeper.dev"
VERSION = "v1alpha1"
POOLS = "batchpools"
ACCOUNTS = "batchaccounts"

Body = Mapping[str, Any]


class Key(NamedTuple):
    """The place of a namespaced object."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True)
class BatchPool:
    """What a BatchPool asks for, and the status that was last seen on it."""

    key: Key
    uid: str
    generation: int
    resource_version: int
    account: Key
    pool_id: str
    check_interval: float | None
    """Seconds; None for the account's."""
    properties: Mapping[str, Any]
    status: Mapping[str, Any]

    kind = "BatchPool"
    plural = POOLS

    @classmethod
    def parse(cls, body: Body) -> BatchPool:
        """Read a body that the API server has validated against the CRD."""
        metadata, spec = body["metadata"], body["spec"]
        key = _key(metadata)
        interval = spec.get("checkInterval")
        return cls(
            key=key,
            uid=metadata["uid"],
            generation=metadata["generation"],
            resource_version=int(metadata["resourceVersion"]),
            account=Key(key.namespace, spec["accountRef"]["name"]),
            pool_id=spec["poolID"],
            check_interval=None if interval is None else seconds(interval),
            properties=spec["properties"],
            status=body.get("status") or {},
        )


@dataclass(frozen=True, slots=True)
class BatchAccount:
    """Where an account is, how to sign in, and how much may be asked of it."""

    key: Key
    uid: str
    generation: int
    resource_version: int
    endpoint: str
    account_name: str
    api_version: str
    secret: Key
    check_interval: float
    """Seconds."""
    max_requests_per_second: int
    status: Mapping[str, Any]

    kind = "BatchAccount"
    plural = ACCOUNTS

    @classmethod
    def parse(cls, body: Body) -> BatchAccount:
        """Read a body that the API server has validated and filled with defaults."""
        metadata, spec = body["metadata"], body["spec"]
        key = _key(metadata)
        endpoint = spec["endpoint"].rstrip("/")
        return cls(
            key=key,
            uid=metadata["uid"],
            generation=metadata["generation"],
            resource_version=int(metadata["resourceVersion"]),
            endpoint=endpoint,
            account_name=spec.get("accountName") or first_label(endpoint),
            api_version=spec["apiVersion"],
            secret=Key(key.namespace, spec["auth"]["secretRef"]["name"]),
            check_interval=seconds(spec["checkInterval"]),
            max_requests_per_second=spec["maxRequestsPerSecond"],
            status=body.get("status") or {},
        )

    def same_service(self, other: BatchAccount) -> bool:
        """Whether a connection made for one serves the other (their spec is the same)."""
        return (self.uid, self.generation) == (other.uid, other.generation)


Resource = BatchPool | BatchAccount


def is_deleted(body: Any) -> bool:
    """Whether somebody has deleted the resource, though it may still be there."""
    return "deletionTimestamp" in body["metadata"]


def _key(metadata: Body) -> Key:
    return Key(metadata["namespace"], metadata["name"])
