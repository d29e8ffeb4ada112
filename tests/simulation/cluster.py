"""A small API server: objects with uids, generations and versions, statuses by patch, and watches that lag.

Every change is told to the operator later, now and then twice, now and then not at all: the regular list heals that.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from poolkeeper.domain.failures import ClusterUnavailable, SecretNotFound
from poolkeeper.domain.resources import Key, Resource
from poolkeeper.domain.secret_refs import Secret
from poolkeeper.domain.secret_text import SecretText
from poolkeeper.domain.status.events import Event
from tests.simulation.story import copied

Json = dict[str, Any]
POOL, ACCOUNT = "BatchPool", "BatchAccount"
Place = tuple[str, Key]


@dataclass(slots=True)
class Cluster:
    """What Kubernetes holds; `tell(kind, body, gone)` is the operator's ear."""

    rnd: random.Random
    lag: float = 0.0
    objects: dict[Place, Json] = field(default_factory=dict)
    secrets: dict[Key, tuple[str, str]] = field(default_factory=dict)
    """Version and value."""
    values: set[str] = field(default_factory=set)
    """Every value that any Secret ever had."""
    patches: list[tuple[float, Key]] = field(default_factory=list)
    faults: int = 0
    applied: bool = False
    tell: Callable[[str, Json, bool], None] = lambda *_: None
    version: int = 100
    _uids: int = 0

    def create(self, kind: str, key: Key, spec: Json) -> None:
        if (kind, key) in self.objects:
            return
        self._uids += 1
        metadata = {
            "namespace": key.namespace,
            "name": key.name,
            "uid": f"uid-{self._uids}",
            "generation": 1,
            "creationTimestamp": f"2026-01-01T00:{self._uids // 60:02}:{self._uids % 60:02}Z",
        }
        self.objects[kind, key] = {"metadata": metadata, "spec": copied(spec)}
        self.changed(kind, key)

    def change(self, kind: str, key: Key, **spec: Any) -> None:
        body = self.objects.get((kind, key))
        if body is not None and any(body["spec"].get(name) != value for name, value in spec.items()):
            body["spec"] = {**body["spec"], **copied(spec)}
            body["metadata"]["generation"] += 1
            self.changed(kind, key)

    def annotate(self, key: Key, name: str, value: str) -> None:
        body = self.objects.get((POOL, key))
        if body is not None:
            body["metadata"].setdefault("annotations", {})[f"poolkeeper.dev/{name}"] = value
            self.changed(POOL, key)

    def delete(self, kind: str, key: Key) -> None:
        body = self.objects.pop((kind, key), None)
        if body is not None:
            self.version += 1
            self._later(kind, copied(body), gone=True)

    def changed(self, kind: str, key: Key) -> Json:
        body = self.objects[kind, key]
        self.version += 1
        body["metadata"]["resourceVersion"] = str(self.version)
        told = copied(body)
        self._later(kind, told, gone=False)
        answer: Json = copied(told)
        return answer

    def rotate(self, namespace: str, value: str | None) -> None:
        key = Key(namespace, "a")
        if value is None:
            self.secrets.pop(key, None)
            return
        self.version += 1
        self.values.add(value)
        self.secrets[key] = (str(self.version), value)

    def _later(self, kind: str, body: Json, *, gone: bool) -> None:
        if self.rnd.random() < 0.05:
            return
        loop = asyncio.get_running_loop()
        for _ in range(2 if self.rnd.random() < 0.1 else 1):
            loop.call_later(self.rnd.uniform(0, self.lag), self._tell, kind, body, gone)

    def _tell(self, kind: str, body: Json, gone: bool) -> None:  # noqa: FBT001 - a callback's argument
        self.tell(kind, copied(body), gone)


class Access:
    """One operator's way to the cluster, which ends with the operator; fulfils the engine's Cluster and Secrets."""

    def __init__(self, cluster: Cluster, *, announced: Callable[[Resource, Event], None]) -> None:
        self._cluster = cluster
        self._announced = announced
        self.answered: Callable[[str, Json], None] = lambda *_: None

    async def patch_status(self, resource: Resource, status: Mapping[str, Any]) -> Mapping[str, Any] | None:
        cluster = self._cluster
        await asyncio.sleep(cluster.rnd.uniform(0, 0.02))
        fault = cluster.faults > 0
        if fault:
            cluster.faults -= 1
            if not cluster.applied:
                raise ClusterUnavailable("the Kubernetes API does not answer")
        body = cluster.objects.get((resource.kind, resource.key))
        if body is None or body["metadata"]["uid"] != resource.uid:
            return None
        body["status"] = copied(dict(status))
        cluster.patches.append((asyncio.get_running_loop().time(), resource.key))
        answer = cluster.changed(resource.kind, resource.key)
        if fault:
            raise ClusterUnavailable("the answer is lost")
        self.answered(resource.kind, answer)
        return answer

    def record_event(self, resource: Resource, event: Event) -> None:
        self._announced(resource, event)

    async def read(self, key: Key, wanted: Any) -> Secret:
        await asyncio.sleep(self._cluster.rnd.uniform(0, 0.01))
        version, value = self._find(key)
        return Secret(version, {name: SecretText(value) for name in wanted})

    async def version(self, key: Key) -> str:
        await asyncio.sleep(0)
        return self._find(key)[0]

    def _find(self, key: Key) -> tuple[str, str]:
        if key.name == "key":
            return "1", "a2V5"
        if key not in self._cluster.secrets:
            raise SecretNotFound(f"there is no Secret {key}")
        return self._cluster.secrets[key]
