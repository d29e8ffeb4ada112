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


class Retry(Enum):
    """When a pool that is not ready is looked at again."""

    CHECK = "with the next regular check"
    SLOWLY = "after the slow retry delay; somebody has to act elsewhere first"
    SPEC = "when the spec changes"
    REFERENCE = "when the account or its Secret changes"
    OWNER = "when the owner goes"
    PAUSE = "after the flapping window, when the spec changes, or on request"
    BACKOFF = "after a growing delay, or the one the service asked for"


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a reason means for the conditions and for the next attempt."""

    retry: Retry
    ready: bool = False
    stalled: bool = False
    reconciling: bool = False


CONSEQUENCES = {
    Reason.InSync: Consequence(Retry.CHECK, ready=True),
    Reason.Observed: Consequence(Retry.CHECK, ready=True),
    Reason.Reachable: Consequence(Retry.CHECK, ready=True),
    Reason.AwaitingApproval: Consequence(Retry.CHECK),
    Reason.RemovalNeedsConsent: Consequence(Retry.SPEC, stalled=True),
    Reason.Conflict: Consequence(Retry.OWNER, stalled=True),
    Reason.Flapping: Consequence(Retry.PAUSE, stalled=True),
    Reason.PoolNotFound: Consequence(Retry.CHECK),
    Reason.PoolDeleting: Consequence(Retry.CHECK),
    Reason.AccountNotFound: Consequence(Retry.REFERENCE),
    Reason.AccountNotReady: Consequence(Retry.REFERENCE),
    Reason.SecretNotFound: Consequence(Retry.BACKOFF),
    Reason.EndpointNotAllowed: Consequence(Retry.REFERENCE, stalled=True),
    Reason.IdentityNotAllowed: Consequence(Retry.REFERENCE, stalled=True),
    Reason.AuthenticationFailed: Consequence(Retry.SLOWLY),
    Reason.AccessDenied: Consequence(Retry.SLOWLY),
    Reason.InvalidProperties: Consequence(Retry.SPEC, stalled=True),
    Reason.CertificateRetired: Consequence(Retry.SPEC, stalled=True),
    Reason.NotStored: Consequence(Retry.SPEC, stalled=True),
    Reason.UnsupportedProperty: Consequence(Retry.SPEC, stalled=True),
    Reason.Throttled: Consequence(Retry.BACKOFF, reconciling=True),
    Reason.ServiceUnavailable: Consequence(Retry.BACKOFF, reconciling=True),
    Reason.Unreachable: Consequence(Retry.BACKOFF, reconciling=True),
    Reason.VersionNotServed: Consequence(Retry.SLOWLY, stalled=True),
    Reason.ListRefused: Consequence(Retry.BACKOFF, reconciling=True),
    Reason.InternalError: Consequence(Retry.BACKOFF, reconciling=True),
}
