"""When each BatchPool's status first said, for its newest spec, that it is in sync: one watch in a thread."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
import time
from typing import Any, Self

import httpx

from tests.bench.kube import BASE, Kube
from tests.testbed.errors import BedError
from tests.testbed.ports import LOOPBACK

CHANGES = ("ADDED", "MODIFIED")
PAUSE = 0.2
"""Seconds before a watch that was refused or ended is begun again."""


class StatusWatch:
    """Cheaper than asking again and again: the API server sends each change once.

    It ends a watch whose reader is slow, and refuses one while its cache fills; then this one lists and goes on, and
    what the list tells is as late as the list.
    """

    def __init__(self, kube: Kube, namespace: str) -> None:
        self._kube = kube
        self._namespace = namespace
        self._ended = False
        self._connection: http.client.HTTPSConnection | None = None
        self._thread = threading.Thread(target=self._run, name="status watch", daemon=True)
        self.in_sync: dict[str, float] = {}
        """Epoch seconds by name."""

    def __enter__(self) -> Self:
        version = self._list()
        self._open(version)
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._ended = True
        # Wakes the thread, which waits for a line that may never come.
        with contextlib.suppress(OSError, AttributeError):
            self._connection.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr] # None is suppressed
        self._thread.join(10.0)

    def _run(self) -> None:
        while not self._ended:
            with contextlib.suppress(OSError, http.client.HTTPException, ValueError, KeyError):
                self._read()
            if not self._ended:
                time.sleep(PAUSE)
                with contextlib.suppress(OSError, httpx.HTTPError, BedError):
                    self._open(self._list())

    def _list(self) -> str:
        found = self._kube.pools(self._namespace)
        for pool in found["items"]:
            self._see(pool)
        return str(found["metadata"]["resourceVersion"])

    def _open(self, version: str) -> None:
        if self._connection is not None:
            self._connection.close()
        path = (
            f"{BASE}/namespaces/{self._namespace}/batchpools?watch=true&timeoutSeconds=7200&resourceVersion={version}"
        )
        self._connection = http.client.HTTPSConnection(LOOPBACK, self._kube.cluster.ports.api, context=self._kube.tls)
        self._connection.request("GET", path, headers={"Authorization": f"Bearer {self._kube.token}"})

    def _read(self) -> None:
        assert self._connection is not None, "opened before it is read"
        for line in self._connection.getresponse():
            event = json.loads(line)
            if event["type"] in CHANGES:
                self._see(event["object"])

    def _see(self, pool: dict[str, Any]) -> None:
        if in_sync(pool):
            self.in_sync.setdefault(pool["metadata"]["name"], time.time())


def in_sync(pool: dict[str, Any]) -> bool:
    """Whether a status says so of the spec that stands there."""
    status = pool.get("status", {})
    ready = any(one["type"] == "Ready" and one["status"] == "True" for one in status.get("conditions", ()))
    return ready and status.get("observedGeneration") == pool["metadata"]["generation"]
