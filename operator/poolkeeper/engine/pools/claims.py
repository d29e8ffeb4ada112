"""Who owns a pool that several BatchPools ask for.

The resource with a claim owns the pool. A resource makes its claim by reading the pool while nobody else has one, so it
needs an account that can sign in. The claim dates from that moment, whatever the age of the resource, and stands in the
status. It counts while its account can be used; an outage of the service does not end it. Of two claims that count the
newer holds: it could only be made while the older did not count. Without any claim the oldest resource comes first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from poolkeeper.domain.azure.endpoints import same_service
from poolkeeper.domain.failures import Conflict
from poolkeeper.domain.known.claim import Claim
from poolkeeper.domain.resources import BatchAccount, BatchPool, Key
from poolkeeper.engine.accounts.breaker import CircuitBreaker, is_passing
from poolkeeper.engine.cache import Cache


class Claims:
    """Looks into the cache and the breakers at each question, so that nothing can be stale.

    `displaced(key)` is called for each resource that still has a claim to a pool that another has now.
    """

    def __init__(
        self,
        cache: Cache,
        *,
        breaker: Callable[[Key], CircuitBreaker | None],
        now: Callable[[], str],
        displaced: Callable[[Key], None] = lambda _: None,
    ) -> None:
        self._cache = cache
        self._breaker = breaker
        self._now = now
        self._displaced = displaced
        self._made: dict[Key, Claim] = {}
        """By BatchPool: newer than its status, or the same."""

    def check(self, pool: BatchPool) -> None:
        """Raise Conflict unless the pool is this resource's, or may become so."""
        owner = self._owner(pool)
        if owner.key != pool.key:
            self._made.pop(pool.key, None)
            raise Conflict(f"BatchPool {owner.key} {self._right(owner)}")

    def take(self, pool: BatchPool) -> Claim | None:
        """The claim of a resource that has just read its pool; raises Conflict if somebody else has one by now."""
        self.check(pool)
        account = self._cache.account(pool.account)
        if account is None:
            return None
        claim = self._claim(pool)
        others = {rival.key: other for rival in self.rivals(pool) if (other := self._claim(rival)) is not None}
        if claim is None:
            claim = Claim.of(pool, account, since=self._now()).after(others.values())
        self._made[pool.key] = claim
        for key in others:
            # It had the pool while this one could not, and has not found out yet that it has it no more.
            self._displaced(key)
        return claim

    def forget(self, key: Key) -> None:
        """A BatchPool is gone."""
        self._made.pop(key, None)

    def rivals(self, pool: BatchPool, account: BatchAccount | None = None) -> Iterator[BatchPool]:
        """The other resources that ask for the same pool: same service, same id as the service compares ids.

        `account` is the pool's, where that is not the one of the cache any more.
        """
        account = account or self._cache.account(pool.account)
        if account is None:
            return
        for other in self._cache.with_pool_id(pool.pool_id):
            theirs = self._cache.account(other.account)
            if other.key != pool.key and theirs is not None and same_service(account.endpoint, theirs.endpoint):
                yield other

    def waiting(self, pool: BatchPool, account: BatchAccount | None = None) -> Iterator[BatchPool]:
        """The rivals that have no claim: those to whom it matters when this resource's ends."""
        return (rival for rival in self.rivals(pool, account) if self._claim(rival) is None)

    def _owner(self, pool: BatchPool) -> BatchPool:
        rivals = list(self.rivals(pool))
        if not rivals:
            return pool
        claims = [(claim, one) for one in (pool, *rivals) if (claim := self._claim(one)) and not self._is_bad(one)]
        if claims:
            return max(claims, key=lambda held: (held[0].since, held[0].uid))[1]
        first = [rival for rival in rivals if not rival.suspended and self._may_sign_in(rival)]
        return min((pool, *first), key=lambda one: (one.created, one.uid))

    def _claim(self, pool: BatchPool) -> Claim | None:
        account = self._cache.account(pool.account)
        if account is None:
            return None
        for claim in (self._made.get(pool.key), Claim.in_status(pool.status)):
            if claim is not None and claim.is_for(pool, account):
                return claim
        return None

    def _right(self, owner: BatchPool) -> str:
        claim = self._claim(owner)
        return "has the pool" + (f" since {claim.since}" if claim else "; it asked for it first")

    def _is_bad(self, pool: BatchPool) -> bool:
        breaker = self._breaker(pool.account)
        return breaker is not None and breaker.failure is not None and not is_passing(breaker.failure)

    def _may_sign_in(self, pool: BatchPool) -> bool:
        breaker = self._breaker(pool.account)
        if breaker is None or breaker.failure is None:
            # An account that was never heard of has its chance first.
            return True
        return breaker.answered and not self._is_bad(pool)
