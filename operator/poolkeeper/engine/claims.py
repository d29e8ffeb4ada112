"""Who owns a pool that several BatchPools ask for: the oldest, wherever it is and whatever its account is called."""

from __future__ import annotations

from collections.abc import Iterator

from poolkeeper.domain.endpoints import same_service
from poolkeeper.domain.failures import Conflict
from poolkeeper.domain.resources import BatchPool
from poolkeeper.engine.catalog import Catalog


class Claims:
    """Looks into the catalog at each question, so that nothing can be stale."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def check(self, pool: BatchPool) -> None:
        """Raise Conflict unless the pool is this resource's."""
        owner = min((pool, *self.rivals(pool)), key=lambda one: (one.created, one.uid))
        if owner.key != pool.key:
            raise Conflict(f"BatchPool {owner.key} asks for the same pool, and is older")

    def rivals(self, pool: BatchPool) -> Iterator[BatchPool]:
        """The other resources that ask for the same pool: same service, same id as the service compares ids."""
        account = self._catalog.account(pool.account)
        if account is None:
            return
        for other in self._catalog.namesakes(pool.pool_id):
            theirs = self._catalog.account(other.account)
            if other.key != pool.key and theirs is not None and same_service(account.endpoint, theirs.endpoint):
                yield other
