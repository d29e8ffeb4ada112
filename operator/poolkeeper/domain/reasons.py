"""The reasons that conditions carry, and what follows from each: data in one place.

Vocabulary: kstatus. `Stalled` means that nothing happens until a person changes something; `Reconciling` that the
operator is still trying.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum


class Reason(StrEnum):
    """UpperCamel, as `kubectl get` prints it."""

    InSync = "InSync"
    Observed = "Observed"
    Reachable = "Reachable"
    AwaitingApproval = "AwaitingApproval"
    RemovalNeedsConsent = "RemovalNeedsConsent"
    Conflict = "Conflict"
    Flapping = "Flapping"
    PoolNotFound = "PoolNotFound"
    PoolDeleting = "PoolDeleting"
    AccountNotFound = "AccountNotFound"
    AccountNotReady = "AccountNotReady"
    SecretNotFound = "SecretNotFound"
    EndpointNotAllowed = "EndpointNotAllowed"
    IdentityNotAllowed = "IdentityNotAllowed"
    AuthenticationFailed = "AuthenticationFailed"
    AccessDenied = "AccessDenied"
    InvalidProperties = "InvalidProperties"
    CertificateRetired = "CertificateRetired"
    NotStored = "NotStored"
    UnsupportedProperty = "UnsupportedProperty"
    Throttled = "Throttled"
    ServiceUnavailable = "ServiceUnavailable"
    Unreachable = "Unreachable"
    VersionNotServed = "VersionNotServed"
    ListRefused = "ListRefused"
    InternalError = "InternalError"


class Requeue(Enum):
    """When a pool that is not ready is looked at again."""

    CHECK = "with the next regular check"
    SLOWLY = "after the slow retry delay; somebody has to act elsewhere first"
    SPEC = "when the spec changes"
    REFERENCE = "when the account or its Secret changes"
    OWNER = "when the owner goes"
    PAUSE = "after the flapping window, when the spec changes, or on request"
    BACKOFF = "after a growing delay, or the one the service asked for"


@dataclass(frozen=True, slots=True)
class ReasonPolicy:
    """What a reason means for the conditions and for the next attempt."""

    retry: Requeue
    ready: bool = False
    stalled: bool = False
    reconciling: bool = False


CONSEQUENCES = {
    Reason.InSync: ReasonPolicy(Requeue.CHECK, ready=True),
    Reason.Observed: ReasonPolicy(Requeue.CHECK, ready=True),
    Reason.Reachable: ReasonPolicy(Requeue.CHECK, ready=True),
    Reason.AwaitingApproval: ReasonPolicy(Requeue.CHECK),
    Reason.RemovalNeedsConsent: ReasonPolicy(Requeue.SPEC, stalled=True),
    Reason.Conflict: ReasonPolicy(Requeue.OWNER, stalled=True),
    Reason.Flapping: ReasonPolicy(Requeue.PAUSE, stalled=True),
    Reason.PoolNotFound: ReasonPolicy(Requeue.CHECK),
    Reason.PoolDeleting: ReasonPolicy(Requeue.CHECK),
    Reason.AccountNotFound: ReasonPolicy(Requeue.REFERENCE),
    Reason.AccountNotReady: ReasonPolicy(Requeue.REFERENCE),
    Reason.SecretNotFound: ReasonPolicy(Requeue.BACKOFF),
    Reason.EndpointNotAllowed: ReasonPolicy(Requeue.REFERENCE, stalled=True),
    Reason.IdentityNotAllowed: ReasonPolicy(Requeue.REFERENCE, stalled=True),
    Reason.AuthenticationFailed: ReasonPolicy(Requeue.SLOWLY),
    Reason.AccessDenied: ReasonPolicy(Requeue.SLOWLY),
    Reason.InvalidProperties: ReasonPolicy(Requeue.SPEC, stalled=True),
    Reason.CertificateRetired: ReasonPolicy(Requeue.SPEC, stalled=True),
    Reason.NotStored: ReasonPolicy(Requeue.SPEC, stalled=True),
    Reason.UnsupportedProperty: ReasonPolicy(Requeue.SPEC, stalled=True),
    Reason.Throttled: ReasonPolicy(Requeue.BACKOFF, reconciling=True),
    Reason.ServiceUnavailable: ReasonPolicy(Requeue.BACKOFF, reconciling=True),
    Reason.Unreachable: ReasonPolicy(Requeue.BACKOFF, reconciling=True),
    Reason.VersionNotServed: ReasonPolicy(Requeue.SLOWLY, stalled=True),
    Reason.ListRefused: ReasonPolicy(Requeue.BACKOFF, reconciling=True),
    Reason.InternalError: ReasonPolicy(Requeue.BACKOFF, reconciling=True),
}
