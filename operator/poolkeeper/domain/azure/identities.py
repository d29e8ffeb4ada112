"""Whose identity an account is signed in to with: the operator's own, or one that its namespace brings.

The operator's identity may be allowed to rewrite every pool of a subscription. Everyone who may create a BatchAccount
could borrow it, so it can be kept to named namespaces. An identity from a Secret belongs to the writers of that Secret.
"""

from __future__ import annotations

from collections.abc import Collection

from poolkeeper.domain.enums import AuthType
from poolkeeper.domain.failures import IdentityNotAllowed
from poolkeeper.domain.resources import Auth, Key

OPERATORS_OWN = frozenset({AuthType.DEFAULT, AuthType.WORKLOAD_IDENTITY, AuthType.MANAGED_IDENTITY})
"""The types that use what the operator itself holds."""


def check_identity(account: Key, auth: Auth, *, namespaces: Collection[str]) -> None:
    """Raise IdentityNotAllowed for the operator's own identity outside `namespaces`; none given means all."""
    if auth.type in OPERATORS_OWN and namespaces and account.namespace not in namespaces:
        raise IdentityNotAllowed(
            f"spec.auth.type {auth.type} is the operator's own identity, "
            f"which is not lent to namespace {account.namespace}"
        )
