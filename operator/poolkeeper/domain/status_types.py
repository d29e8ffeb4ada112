"""The status of a BatchPool and of a BatchAccount, field by field, as their CRDs have it.

Every field may be missing, since a status grows. What a status holds that somebody else wrote may have any shape:
`status/lenient.py` leaves out what does not fit before anything here is read.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict, cast

MOST_ETAG = 256
"""Characters of an ETag, as the CRDs have it. A proxy may send longer ones."""

MOST_PATHS = 50
"""Entries of each list of differences."""

ConditionStatus = Literal["True", "False", "Unknown"]


class ConditionFields(TypedDict):
    """One of `conditions`, as `metav1.Condition`."""

    type: str
    status: ConditionStatus
    reason: str
    message: str
    observedGeneration: int
    lastTransitionTime: str


class VersionFields(TypedDict):
    """`lastSync`: a version of the desired state."""

    generation: int
    secretVersions: NotRequired[dict[str, str]]


class AddressFields(TypedDict):
    """`address`: the one pool that the rest is about."""

    endpoint: str
    poolID: str
    creationTime: str
    uid: str
    apiVersion: str
    rulesVersion: int


class ClaimFields(TypedDict):
    """`claim`: by what right the resource has the pool."""

    endpoint: str
    poolID: str
    uid: str
    since: str


class LivePoolFields(TypedDict):
    """`pool`: the states of the live pool."""

    state: str
    allocationState: str
    currentNodeCommunicationMode: NotRequired[str]


class LastWriteFields(TypedDict):
    """`lastWrite`."""

    time: str
    eTag: str
    generation: int
    requestID: str


class ChangeFields(TypedDict):
    """One of `pendingWrite.changes`."""

    op: str
    path: str


class DifferenceFields(ChangeFields):
    """One of `drift`."""

    live: NotRequired[str]
    desired: NotRequired[str]


class LastDriftFields(TypedDict):
    """`lastDrift`."""

    time: str
    eTag: str
    paths: list[str]
    corrected: bool


class PendingWriteFields(VersionFields):
    """`pendingWrite`: a write that nobody has answered."""

    time: str
    eTag: str
    drifted: bool
    changes: list[ChangeFields]


class RefusalFields(VersionFields):
    """`refusal`: a body that the service will not take."""

    digest: str
    account: str
    reason: str
    message: str


class StoredFields(TypedDict):
    """`storedDifferently`: what the service keeps in other words than were sent."""

    digest: str
    lost: NotRequired[list[str]]


class PlanFields(TypedDict):
    """`plan`: what waits for an approval."""

    hash: str
    eTag: str
    generation: int


class PoolStatus(TypedDict, total=False):
    """Of a BatchPool."""

    observedGeneration: int
    eTag: str
    lastModified: str
    pool: LivePoolFields
    lastWrite: LastWriteFields
    address: AddressFields
    claim: ClaimFields
    lastSync: VersionFields
    pendingWrite: PendingWriteFields
    refusal: RefusalFields
    storedDifferently: StoredFields
    adopted: bool
    plan: PlanFields
    secretVersions: dict[str, str]
    lastHandledReconcileAt: str
    drift: list[DifferenceFields]
    lastDrift: LastDriftFields
    conditions: list[ConditionFields]


class AccountStatus(TypedDict, total=False):
    """Of a BatchAccount."""

    observedGeneration: int
    pools: int
    conditions: list[ConditionFields]


def chosen(status: PoolStatus, *names: str) -> PoolStatus:
    """The fields of these names that the status has."""
    fields: dict[str, Any] = {name: value for name, value in status.items() if name in names}
    return cast("PoolStatus", fields)


def without(status: PoolStatus, *names: str) -> PoolStatus:
    """The status without the fields of these names."""
    return chosen(status, *(name for name in status if name not in names))
