"""BatchPool and BatchAccount as the rest of the code sees them: parsed once, at the border, and frozen."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from poolkeeper.domain.durations import seconds
from poolkeeper.domain.enums import Adoption, AuthType, Mode
from poolkeeper.domain.packing import mentions, packed, unpacked
from poolkeeper.domain.schema.retired import retired_uses
from poolkeeper.domain.status_types import AccountStatus, PoolStatus

GROUP = "poolkeeper.dev"
VERSION = "v1alpha1"
POOLS = "batchpools"
ACCOUNTS = "batchaccounts"

APPROVE = "poolkeeper.dev/approve"
REQUESTED_AT = ("poolkeeper.dev/reconcile-requested-at", "reconcile.fluxcd.io/requestedAt")
"""Ours, and the one that `flux reconcile` sets; anything may stand there, most often a time."""

Body = Mapping[str, Any]

_WITH_SECRET = frozenset({AuthType.SERVICE_PRINCIPAL, AuthType.SHARED_KEY})
"""The types of `spec.auth` that bring a credential in a Secret; the others are the operator's own identity."""


class Key(NamedTuple):
    """The place of a namespaced object."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


class Asks(NamedTuple):
    """What a person can ask of the operator by changing it."""

    uid: str
    generation: int
    approved: str | None
    requests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """What a resource keeps packed, as objects, for as long as one look takes."""

    packed: tuple[bytes, bytes]
    """What it was made of: properties and status."""
    properties: dict[str, Any]
    status: PoolStatus


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
    packed_properties: bytes = field(repr=False)
    """The properties as JSON: read a few times for each look, and kept for as long as the pool is."""
    packed_status: bytes = field(default=b"{}", repr=False)
    """The status, likewise."""
    created: str = ""
    """RFC 3339; who came first owns a pool that several ask for."""
    mode: Mode = Mode.ENFORCE
    suspended: bool = False
    adoption: Adoption = Adoption.GUARD
    ignore: tuple[str, ...] = ()
    approved: str | None = None
    """The hash of the plan that somebody approved."""
    requests: tuple[str, ...] = ()
    """The tokens with which people and tools asked for a look now, oldest first."""
    retired: tuple[str, ...] = ()
    """The properties that it uses of what Azure has retired."""
    may_name_secrets: bool = True
    """Whether a value may come from a Secret; most manifests take none, and need not be searched at each look."""
    _opened: Opened | None = field(default=None, repr=False, compare=False)

    kind = "BatchPool"
    plural = POOLS

    @classmethod
    def parse(cls, body: Body) -> BatchPool:
        """Read a body that the API server has validated against the CRD."""
        metadata, spec = body["metadata"], body["spec"]
        key = _key(metadata)
        interval = spec.get("checkInterval")
        annotations = metadata.get("annotations") or {}
        # Most pools are not looked at most of the time.
        properties = packed(spec["properties"])
        return cls(
            key=key,
            uid=metadata["uid"],
            generation=metadata["generation"],
            resource_version=int(metadata["resourceVersion"]),
            account=Key(key.namespace, spec["accountRef"]["name"]),
            pool_id=spec["poolID"],
            check_interval=None if interval is None else seconds(interval),
            packed_properties=properties,
            packed_status=packed(body.get("status") or {}),
            created=metadata.get("creationTimestamp", ""),
            mode=Mode(spec.get("mode", Mode.ENFORCE)),
            suspended=spec.get("suspend", False),
            adoption=Adoption(spec.get("adoption", Adoption.GUARD)),
            ignore=tuple(spec.get("ignore", ())),
            approved=annotations.get(APPROVE),
            requests=tuple(sorted((annotations[name] for name in REQUESTED_AT if name in annotations), key=_moment)),
            retired=retired_uses(spec["properties"]),
            # As a name's end: `valueFrom`, `passwordFrom`, whatever stands behind it.
            may_name_secrets=mentions(properties, b'From":'),
        )

    def opened(self) -> BatchPool:
        """The same with properties and status unpacked once, for a look that asks for them a dozen times.

        Nobody may change them, or keep the result: objects take five to ten times the memory.
        """
        made_of = (self.packed_properties, self.packed_status)
        return replace(self, _opened=Opened(made_of, unpacked(self.packed_properties), unpacked(self.packed_status)))

    @property
    def properties(self) -> dict[str, Any]:
        """What the manifest asks for, in the wire form; unpacked at each call unless the resource is opened."""
        if self._opened is not None and self._opened.packed[0] is self.packed_properties:
            return self._opened.properties
        properties: dict[str, Any] = unpacked(self.packed_properties)
        return properties

    @property
    def status(self) -> PoolStatus:
        """What was last seen of it; unpacked at each call unless the resource is opened."""
        if self._opened is not None and self._opened.packed[1] is self.packed_status:
            return self._opened.status
        status: PoolStatus = unpacked(self.packed_status)
        return status

    @property
    def place(self) -> tuple[str, Key, str]:
        """What a claim depends on: who asks for what."""
        return self.uid, self.account, self.pool_id

    @property
    def wants(self) -> tuple[str, int, str | None]:
        """What a write is decided for: another manifest, or another approval, wants another decision."""
        return self.uid, self.generation, self.approved

    @property
    def asks(self) -> Asks:
        """What a person can ask by changing it; anything else that changes is no reason to look at the pool."""
        return Asks(self.uid, self.generation, self.approved, self.requests)


@dataclass(frozen=True, slots=True)
class Auth:
    """How to sign in to an account."""

    type: str
    """An AuthType, or one of a newer CRD: who signs in says that it is none."""
    tenant_id: str | None = None
    client_id: str | None = None
    secret: Key | None = None
    """What holds the credential, for the types that bring one."""

    @classmethod
    def parse(cls, spec: Body, *, namespace: str) -> Auth:
        """Read `spec.auth`; its Secret is always one of the account's own namespace."""
        return cls(
            type=spec["type"],
            tenant_id=spec.get("tenantID"),
            client_id=spec.get("clientID"),
            secret=Key(namespace, spec["secretRef"]["name"]) if spec["type"] in _WITH_SECRET else None,
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
    auth: Auth
    check_interval: float
    """Seconds."""
    max_requests_per_second: int
    status: AccountStatus

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
            auth=Auth.parse(spec["auth"], namespace=key.namespace),
            check_interval=seconds(spec["checkInterval"]),
            max_requests_per_second=spec["maxRequestsPerSecond"],
            status=body.get("status") or {},
        )

    @property
    def secret(self) -> Key | None:
        """The Secret with the account's credential, for the types that have one."""
        return self.auth.secret

    def same_service(self, other: BatchAccount) -> bool:
        """Whether a connection made for one serves the other (their spec is the same)."""
        return (self.uid, self.generation) == (other.uid, other.generation)


Resource = BatchPool | BatchAccount


def _moment(token: str) -> tuple[float, str]:
    """When a token was made, as far as it tells: RFC 3339 with any offset, or seconds since 1970."""
    with suppress(ValueError, OverflowError):
        return datetime.fromisoformat(token).timestamp(), token
    with suppress(ValueError):
        return float(token), token
    return 0.0, token


def is_deleted(body: Any) -> bool:
    """Whether somebody has deleted the resource, though it may still be there."""
    return "deletionTimestamp" in body["metadata"]


def _key(metadata: Body) -> Key:
    return Key(metadata["namespace"], metadata["name"])


def first_label(endpoint: str) -> str:
    """The default account name: `research` of `https://research.westeurope.batch.azure.com`."""
    return endpoint.partition("://")[2].partition(".")[0].partition(":")[0]
