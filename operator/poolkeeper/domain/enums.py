"""The words of closed sets: those that a manifest chooses from, and one that the service says."""

from __future__ import annotations

from enum import StrEnum


class Mode(StrEnum):
    """`spec.mode`: what to do about a difference."""

    ENFORCE = "Enforce"
    OBSERVE = "Observe"
    APPROVE = "Approve"


class Adoption(StrEnum):
    """`spec.adoption`: whether the first write may remove what the manifest does not name."""

    GUARD = "Guard"
    OVERWRITE = "Overwrite"


class LiveState(StrEnum):
    """The states of a pool that Poolkeeper treats differently; the service may say others."""

    ACTIVE = "active"
    DELETING = "deleting"


class AuthType(StrEnum):
    """`spec.auth.type` of a BatchAccount: how to sign in."""

    DEFAULT = "Default"
    WORKLOAD_IDENTITY = "WorkloadIdentity"
    MANAGED_IDENTITY = "ManagedIdentity"
    SERVICE_PRINCIPAL = "ServicePrincipal"
    SHARED_KEY = "SharedKey"
