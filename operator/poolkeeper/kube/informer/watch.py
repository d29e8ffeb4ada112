"""Kopf as the informer: watches, reconnects and logs in; every handler puts what it saw where the engine sees it.

Kopf owns neither retries nor state nor concurrency here: only `on.event` handlers, which never write to the
cluster, add no finalizers and keep no annotations.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import kopf

from poolkeeper.domain.resources import ACCOUNTS, GROUP, POOLS, VERSION, BatchAccount, BatchPool, Key, is_deleted
from poolkeeper.engine.handlers import Handlers
from poolkeeper.kube.informer.listing import CHUNK, name_of
from poolkeeper.kube.informer.no_storage import NoDiffBase, NoProgress
from poolkeeper.kube.kubeconfig import Kubeconfig

log = logging.getLogger(__name__)


def registry(news: Handlers, access: Kubeconfig, *, namespaced: bool) -> kopf.OperatorRegistry:
    """Kopf's handlers, each a line: what they see goes to `news`."""
    handlers = kopf.OperatorRegistry()

    @kopf.on.login(registry=handlers, id="login")
    async def login(**_: Any) -> kopf.ConnectionInfo:
        return await access.login()

    @kopf.on.startup(registry=handlers, id="settings", errors=kopf.ErrorsMode.PERMANENT)
    async def configure(*, settings: kopf.OperatorSettings, **_: Any) -> None:
        _configure(settings)
        # Kopf would list namespaces, which a namespaced install may not, and learn so only after a minute of retries.
        settings.scanning.disabled = namespaced

    @kopf.on.event(GROUP, VERSION, POOLS, registry=handlers, id="pool")
    async def on_pool(*, event: kopf.RawEvent, **_: Any) -> None:
        with _readable(event):
            body: Any = event["object"]
            news.pool_deleted(*_one(body)) if _gone(event) else news.pool_changed(BatchPool.parse(body))

    @kopf.on.event(GROUP, VERSION, ACCOUNTS, registry=handlers, id="account")
    async def on_account(*, event: kopf.RawEvent, **_: Any) -> None:
        with _readable(event):
            body: Any = event["object"]
            news.account_deleted(*_one(body)) if _gone(event) else news.account_changed(BatchAccount.parse(body))

    return handlers


async def watch(
    news: Handlers,
    access: Kubeconfig,
    *,
    namespaces: Sequence[str],
    begin: asyncio.Event,
    started: Callable[[], None],
    stop: asyncio.Event,
) -> None:
    """Watch from `begin` to `stop`; ends with an error when a watch cannot go on, so that the pod is started anew.

    `begin` is set once the CRDs are known to be there: a namespaced kopf does not notice them when they come.

    Kopf takes over the process's signals just before it calls `started`. When it stops it cancels every task that was
    begun after it: a caller with work under way ends it before setting `stop`.
    """
    # A line for every watch event otherwise.
    logging.getLogger("kopf.objects").setLevel(logging.WARNING)
    await begin.wait()
    others = asyncio.all_tasks()
    tasks = await kopf.spawn_tasks(
        registry=registry(news, access, namespaced=bool(namespaces)),
        # Kopf would ask the password database, in which a container's user has no entry.
        identity="poolkeeper",  # type: ignore[arg-type] # a new type over str that kopf does not export
        clusterwide=not namespaces,
        namespaces=list(namespaces),
        stop_flag=stop,
        standalone=True,
    )
    started()
    await kopf.run_tasks(tasks, ignored=others)


@contextmanager
def _readable(event: kopf.RawEvent) -> Iterator[None]:
    """One resource that cannot be read is told, and stops no other."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        name = name_of(event.get("object"))
        log.warning("%s cannot be read (%r): apply this version's crds/, then the resource again", name, error)


def _configure(settings: kopf.OperatorSettings) -> None:
    settings.peering.standalone = True
    settings.posting.enabled = False
    settings.persistence.diffbase_storage = NoDiffBase()
    settings.persistence.progress_storage = NoProgress()
    # A task lives this long after the last event of its object, and holds the event meanwhile.
    settings.queueing.idle_timeout = 0.05
    settings.queueing.exit_timeout = 2.0
    settings.watching.chunk_size = CHUNK
    settings.watching.connect_timeout = 10
    settings.watching.server_timeout = 600
    settings.networking.connect_timeout = 10
    settings.networking.request_timeout = 30
    # The default of ten minutes outlives every termination grace period.
    settings.process.ultimate_exiting_timeout = 25


def _gone(event: kopf.RawEvent) -> bool:
    # Somebody else's finalizer may keep a deleted resource for long; its pool is let go of at once.
    return event["type"] == "DELETED" or is_deleted(event["object"])


def _one(body: Any) -> tuple[Key, str]:
    metadata = body["metadata"]
    return Key(metadata["namespace"], metadata["name"]), metadata["uid"]
