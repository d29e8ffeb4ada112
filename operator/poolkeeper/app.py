"""`poolkeeper run`: the parts put together, started in order and stopped in order."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import socket
from contextlib import AsyncExitStack

from poolkeeper.batch.auth.options import SignInOptions
from poolkeeper.batch.connect import BatchConnector
from poolkeeper.clock import SystemClock
from poolkeeper.domain.decision.flaps import Limit
from poolkeeper.engine.engine import Engine
from poolkeeper.kube.client import Api
from poolkeeper.kube.events import Events
from poolkeeper.kube.informer.listing import Lister
from poolkeeper.kube.informer.watch import watch
from poolkeeper.kube.kubeconfig import Kubeconfig
from poolkeeper.kube.secrets import Secrets
from poolkeeper.kube.status_writer import KubeCluster
from poolkeeper.lifecycle import Resync
from poolkeeper.metrics import Metrics
from poolkeeper.settings import Settings
from poolkeeper.web import health_app, metrics_app, serving

log = logging.getLogger(__name__)

_LAST_EVENTS = 3.0
"""Seconds for the events that still wait at the end; with what else ends, below the pod's 30."""


_COLLECT_AFTER = 10_000
"""Objects that are new, before Python looks for cycles among them. Its own 700 is a twentieth of a cold start's CPU."""


async def run(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT."""
    gc.set_threshold(_COLLECT_AFTER, 20, 20)
    asked, stop = asyncio.Event(), asyncio.Event()

    def mind_signals() -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, asked.set)

    mind_signals()
    metrics, clock = Metrics(), SystemClock()
    access = Kubeconfig(settings.kubeconfig, settings.context)
    api = Api(access)
    events, secrets = Events(api, instance=socket.gethostname(), clock=clock), Secrets(api)
    engine = Engine(
        connect=BatchConnector(
            secrets=secrets,
            allowed=settings.allow_endpoints,
            metrics=metrics,
            answer_within=settings.request_timeout,
            options=SignInOptions(
                ca_bundle=settings.ca_bundle,
                entra_scope=settings.entra_scope,
                authority_host=settings.authority_host,
                default_identity_namespaces=settings.default_identity_namespaces,
            ),
        ),
        cluster=KubeCluster(api, events),
        secrets=secrets,
        clock=clock,
        metrics=metrics,
        slow_retry=settings.slow_retry,
        least_check_interval=settings.least_check_interval,
        flap_limit=Limit(settings.flap_limit, settings.flap_window),
    )
    # One replica runs at a time (deploy/ replaces it before the next one starts), so nobody else writes.
    engine.may_write()
    resync = Resync(engine, Lister(api, namespaces=settings.namespaces))
    async with AsyncExitStack() as stack:
        host = settings.listen
        await stack.enter_async_context(serving(health_app(resync.waiting), host=host, port=settings.health_port))
        await stack.enter_async_context(serving(metrics_app(metrics), host=host, port=settings.metrics_port))
        stack.push_async_callback(api.close)
        listing = asyncio.create_task(resync.keep(every=settings.resync))
        watching = asyncio.create_task(
            watch(
                engine.handlers,
                access,
                namespaces=settings.namespaces,
                begin=resync.listed,
                started=mind_signals,
                stop=stop,
            )
        )
        ending = asyncio.create_task(asked.wait())
        await asyncio.wait({listing, watching, ending}, return_when=asyncio.FIRST_COMPLETED)
        log.info("stopping")
        listing.cancel()
        await engine.stop(grace=settings.grace)
        await events.close(grace=_LAST_EVENTS)
        stop.set()
        if not resync.listed.is_set():
            watching.cancel()
        for ended in await asyncio.gather(watching, listing, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended
        log.info("stopped")
