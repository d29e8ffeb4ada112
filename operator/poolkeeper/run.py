"""`poolkeeper run`: the parts put together, started in order and stopped in order."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from contextlib import AsyncExitStack

from poolkeeper.batch.connect import Connect
from poolkeeper.clock import SystemClock
from poolkeeper.domain.failures import ClusterUnavailable
from poolkeeper.engine.engine import Engine
from poolkeeper.kube.access import Access
from poolkeeper.kube.api import Api
from poolkeeper.kube.cluster import KubeCluster
from poolkeeper.kube.listing import Lister
from poolkeeper.kube.secrets import Secrets
from poolkeeper.kube.watch import watch
from poolkeeper.metrics import Metrics
from poolkeeper.settings import Settings
from poolkeeper.web import health_app, metrics_app, serving

log = logging.getLogger(__name__)

_LIST_AGAIN = 5.0
"""Seconds between tries of the first list, while the API server or the CRDs are missing."""


async def run(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    metrics, clock = Metrics(), SystemClock()
    access = Access(settings.kubeconfig, settings.context)
    api = Api(access)
    engine = Engine(
        connect=Connect(read_secret=Secrets(api), allowed=settings.allow_endpoints, metrics=metrics),
        cluster=KubeCluster(api, instance=socket.gethostname(), clock=clock),
        clock=clock,
        metrics=metrics,
        slow_retry=settings.slow_retry,
    )
    lists = Lists(engine, Lister(api, namespaces=settings.namespaces))
    async with AsyncExitStack() as stack:
        host = settings.listen
        await stack.enter_async_context(serving(health_app(lists.waiting), host=host, port=settings.health_port))
        await stack.enter_async_context(serving(metrics_app(metrics), host=host, port=settings.metrics_port))
        stack.push_async_callback(api.close)
        listing = asyncio.create_task(lists.keep(every=settings.resync))
        watching = asyncio.create_task(watch(engine, access, namespaces=settings.namespaces, stop=stop))
        try:
            await watching
        finally:
            listing.cancel()
            await engine.stop(grace=settings.grace)
            log.info("stopped")


class Lists:
    """The first list starts the engine, later ones heal it."""

    def __init__(self, engine: Engine, lister: Lister) -> None:
        self._engine = engine
        self._lister = lister
        self._trouble: str | None = "the resources have not been listed yet"

    def waiting(self) -> str | None:
        """What `/readyz` waits for."""
        return self._trouble

    async def keep(self, *, every: float) -> None:
        """List now, and then at intervals."""
        while True:
            try:
                self._engine.listed(await self._lister.accounts(), await self._lister.pools())
            except ClusterUnavailable as error:
                if str(error) != self._trouble:
                    log.warning("%s", error)
                self._trouble = str(error)
                await asyncio.sleep(_LIST_AGAIN)
                continue
            if self._trouble is not None:
                log.info("watching")
            self._trouble = None
            self._engine.start()
            await asyncio.sleep(every)
