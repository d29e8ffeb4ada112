"""The regular full list: the first one starts the engine, later ones heal what watches lose."""

from __future__ import annotations

import asyncio
import logging

from poolkeeper.domain.failures import ClusterUnavailable
from poolkeeper.engine.engine import Engine
from poolkeeper.kube.informer.listing import Lister

log = logging.getLogger(__name__)

_AGAIN = 5.0
"""Seconds between tries while the API server or the CRDs are missing."""


class Resync:
    """The first list starts the engine, later ones heal it."""

    def __init__(self, engine: Engine, lister: Lister) -> None:
        self._engine = engine
        self._lister = lister
        self.listed = asyncio.Event()
        """The first list has succeeded, so the CRDs are there."""
        self._trouble: str | None = "the resources have not been listed yet"

    def waiting(self) -> str | None:
        """What `/readyz` waits for."""
        return self._trouble

    async def keep(self, *, every: float) -> None:
        """List now, and then at intervals."""
        while True:
            try:
                await self._list()
            except ClusterUnavailable as error:
                if str(error) != self._trouble:
                    log.warning("%s", error)
                self._trouble = str(error)
                await asyncio.sleep(_AGAIN)
                continue
            except Exception as error:
                # A bug, or an answer that nobody thought of: the watches go on, and so does this.
                log.exception("the resources could not be listed, trying again")
                self._trouble = f"listing fails with {type(error).__name__}; see the log"
                await asyncio.sleep(_AGAIN)
                continue
            if self._trouble is not None:
                log.info("watching")
            self._trouble = None
            self._engine.synced()
            self.listed.set()
            await asyncio.sleep(every)

    async def _list(self) -> None:
        # On its own, so that what was listed is not held until the next time.
        newest = self._engine.cache.newest
        found = await self._lister.everything()
        self._engine.handlers.listed(found.accounts, found.pools, as_of=found.as_of, newest_before=newest)
