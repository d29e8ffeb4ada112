"""What the engine needs from outside, as protocols; `batch` and `kube` fulfil them, tests put fakes with behaviour.

What holds for every call of a port:

- None blocks the event loop. Whatever waits, waits in `await`, and many calls may be under way at once.
- None waits for an answer for ever: an implementation has its own limit of time for each request, and raises.
  The wait for a place (rate limit, connections) comes on top and has no limit; who waits may be cancelled.
- A read is idempotent and changes nothing. `write` replaces all it names, so a repetition gives the same pool; it
  is not free, though: each one moves the ETag, and a start task runs on nodes that boot after it.
- A status patch names the resource by uid and carries the whole status: a repetition changes nothing.
- A call that is cancelled may have been carried out or not. After a read that is nothing. After a write or a patch
  it is what a lost answer is: the next read tells (`status.pendingWrite` remembers that one was meant to leave).
- Errors are those of domain/failures.py that the call names. Anything else is a bug, and is told as one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from poolkeeper.domain.observation import LivePool, PoolRow, Written
from poolkeeper.domain.resources import BatchAccount, BatchPool, Key, Resource
from poolkeeper.domain.secret_refs import Secret
from poolkeeper.domain.status.events import Event


@dataclass(frozen=True, slots=True)
class Listing:
    """All pools of an account."""

    rows: Mapping[str, PoolRow | None]
    """By case-folded pool id; None for a row that cannot be read: like none that was ever evaluated."""
    pages: int
    """How many requests the list took."""
    odd: int = 0
    """Rows without an id: nobody can say which pools they are."""


LazyPool = Callable[[], LivePool]
"""A pool that a list brought, made into objects when it is asked for; raises PoolUnavailable."""


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list of all pools with their properties."""

    pools: Mapping[str, LazyPool]
    """By case-folded pool id."""
    link: str | None
    """To the next part."""


class Batch(Protocol):
    """One Batch account. Every call raises a BatchFailure when the service refuses or cannot be asked."""

    async def probe(self) -> None:
        """One small read, to see whether the account answers."""

    async def rows(self) -> Listing:
        """The rows of all pools of the account."""

    async def row(self, pool_id: str) -> PoolRow:
        """The row of one pool; raises PoolNotFound."""

    async def read(self, pool_id: str) -> LivePool:
        """One pool with its properties; raises PoolNotFound."""

    async def page(self, link: str | None = None) -> Page:
        """The first hundred pools with their properties, or what the link of a page leads to."""

    async def write(
        self, pool_id: str, body: Mapping[str, Any], *, etag: str, wanted: Callable[[], None]
    ) -> Written | None:
        """Replace the five properties of a pool; None, and nothing is sent, when it has another ETag by now.

        `wanted` is called before the last look at the pool, and once more when the write itself is about to leave;
        what it raises keeps either from leaving, and propagates.
        """

    async def close(self) -> None:
        """Let go of connections."""


class Connector(Protocol):
    """Makes a Batch of an account's spec and Secret."""

    async def __call__(self, account: BatchAccount) -> Batch:
        """Raises EndpointNotAllowed, IdentityNotAllowed, SecretNotFound, CredentialUnusable or ClusterUnavailable."""

    def forget(self, key: Key) -> None:
        """Let go of what is kept for an account that is gone."""


class Cluster(Protocol):
    """What is written to Kubernetes."""

    async def patch_status(self, resource: Resource, status: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Have the resource show this status, which is not the one it has; the new body, or None when it is gone.

        Raises ClusterUnavailable when it may be tried again.
        """

    def record_event(self, resource: Resource, event: Event) -> None:
        """Have an event recorded soon; one that cannot be recorded is logged and let go."""


class Secrets(Protocol):
    """Secrets of the cluster, read when they are needed. Every call raises SecretNotFound, or ClusterUnavailable."""

    async def read(self, key: Key, wanted: Collection[str]) -> Secret:
        """Version and the values of the keys that are wanted; the others are not held."""

    async def version(self, key: Key) -> str:
        """The version alone, for a check."""


OnPatched = Callable[[BatchPool], None]
"""Told of a pool that is new or has changed."""


class Clock(Protocol):
    """Time as the engine uses it."""

    def monotonic(self) -> float:
        """Seconds, for delays."""

    def now(self) -> str:
        """RFC 3339 in UTC with whole seconds, for statuses."""
