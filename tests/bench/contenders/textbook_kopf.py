"""A kopf operator as its tutorial teaches it: create and update handlers, a timer for drift, status by `patch`.

In its favour: httpx bounded to a few connections, a timer that does not run beside the create handler, a status
only when it says something new, and no handler that does twice what another does.
"""

from __future__ import annotations

import os
from typing import Any

import kopf

from tests.bench.contenders.common import Batch, Config, differs, is_news, status_for

CONFIG = Config.load()
BATCH: dict[str, Batch] = {}
POOLS = ("poolkeeper.dev", "v1alpha1", "batchpools")


@kopf.on.startup()
async def connect(settings: kopf.OperatorSettings, **_: Any) -> None:
    # One operator, of one namespace, that may not list namespaces: as kopf's pages on peering and scanning advise.
    settings.peering.standalone = True
    settings.scanning.disabled = True
    BATCH.update({name: Batch(account) for name, account in CONFIG.accounts.items()})


@kopf.on.login()
def login(**how: Any) -> kopf.ConnectionInfo | None:
    return kopf.login_with_kubeconfig(**how)


@kopf.on.create(*POOLS)
@kopf.on.update(*POOLS)
@kopf.timer(*POOLS, interval=CONFIG.interval, initial_delay=CONFIG.interval)
async def keep(spec: kopf.Spec, meta: kopf.Meta, status: kopf.Status, patch: kopf.Patch, **_: Any) -> None:
    batch, pool_id, generation = BATCH[spec["accountRef"]["name"]], spec["poolID"], meta["generation"]
    desired = dict(spec["properties"])
    live = await batch.get(pool_id)
    etag = live["eTag"]
    if differs(live, desired):
        etag = await batch.update(pool_id, desired)
    if is_news(dict(status), etag=etag, generation=generation):
        patch.status.update(status_for(etag=etag, generation=generation))


if __name__ == "__main__":
    os.environ["KUBECONFIG"] = CONFIG.kubeconfig
    kopf.run(namespaces=[CONFIG.namespace])
