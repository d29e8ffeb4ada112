"""What signing in to an account takes, and what comes of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import httpx


@dataclass(frozen=True, slots=True)
class SignInOptions:
    """What the operator's owner decides about signing in; every field has a flag of `poolkeeper run`."""

    ca_bundle: str | None = None
    entra_scope: str | None = None
    authority_host: str | None = None
    default_identity_namespaces: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What signs each request, and how to let go of it."""

    auth: httpx.Auth
    close: Callable[[], Awaitable[None]] | None = None
