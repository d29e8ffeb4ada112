"""A script as a CronJob would run it, on Microsoft's SDK: list the resources, look at every pool, replace what differs.

In its favour: one process that sleeps between its rounds, so that Python and the SDK are started once; connections
that stay; no write where nothing differs. It writes no status.
"""

from __future__ import annotations

import signal
import sys
import time
from typing import Any

from azure.batch import BatchClient
from azure.batch.models import BatchPoolReplaceContent
from azure.core.credentials import AzureNamedKeyCredential
from kubernetes import client, config

from tests.bench.contenders.common import NAMES, Config, Json, differs

CONFIG = Config.load()
GROUP = ("poolkeeper.dev", "v1alpha1")


def main() -> None:
    """Round after round, until SIGTERM."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    config.load_kube_config(CONFIG.kubeconfig)  # type: ignore[no-untyped-call] # untyped
    api = client.CustomObjectsApi()
    batch = {
        name: BatchClient(one["endpoint"], AzureNamedKeyCredential(one["accountName"], one["key"]))
        for name, one in CONFIG.accounts.items()
    }
    while True:
        due = time.monotonic() + CONFIG.interval
        found: Any = api.list_namespaced_custom_object(*GROUP, CONFIG.namespace, "batchpools")
        for pool in found["items"]:
            keep(batch[pool["spec"]["accountRef"]["name"]], pool["spec"])
        time.sleep(max(0.0, due - time.monotonic()))


def keep(batch: BatchClient, spec: Json) -> None:
    """Look at one pool and put it right."""
    pool_id, desired = spec["poolID"], spec["properties"]
    live = batch.get_pool(pool_id, select=list(NAMES)).as_dict()
    if differs(live, desired):
        batch.replace_pool_properties(pool_id, BatchPoolReplaceContent(desired))


if __name__ == "__main__":
    main()
