"""When each BatchPool's status first said, for its newest spec, that it is in sync: one watch in a thread."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
import time
from typing import Any, Self

from tests.bench.kube import BASE, Kube
from tests.testbed.ports import LOOPBACK


class StatusWatch:
    """Cheaper than asking again and again: the API server sends each change once."""

    def __init__(self, kube: Kube, namespace: str) -> None:
        path = f"{BASE}/namespaces/{namespace}/batchpools"
        version = kube.pools(namespace)["metadata"]["resourceVersion"]
        self._path = f"{path}?watch=true&timeoutSeconds=7200&resourceVersion={version}"
        self._headers = {"Authorization": f"Bearer {kube.token}"}
        self._connection = http.client.HTTPSConnection(LOOPBACK, kube.cluster.ports.api, context=kube.tls)
        self._thread = threading.Thread(target=self._run, name="status watch", daemon=True)
        self.in_sync: dict[str, float] = {}
        """Epoch seconds by name."""

    def __enter__(self) -> Self:
        self._connection.request("GET", self._path, headers=self._headers)
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        # Wakes the thread, which waits for a line that may never come.
        with contextlib.suppress(OSError, AttributeError):
            self._connection.sock.shutdown(socket.SHUT_RDWR)
        self._thread.join(10.0)
        self._connection.close()

    def _run(self) -> None:
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
            for line in self._connection.getresponse():
                pool = json.loads(line)["object"]
                if in_sync(pool):
                    self.in_sync.setdefault(pool["metadata"]["name"], time.time())


def in_sync(pool: dict[str, Any]) -> bool:
    """Whether a status says so of the spec that stands there."""
    status = pool.get("status", {})
    ready = any(one["type"] == "Ready" and one["status"] == "True" for one in status.get("conditions", ()))
    return ready and status.get("observedGeneration") == pool["metadata"]["generation"]
