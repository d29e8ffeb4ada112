"""The resources as an API server keeps them, in memory: merge patches, resource versions, uids, events, watches."""

from __future__ import annotations

import asyncio
import copy
import itertools
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from poolkeeper.domain.failures import ClusterUnavailable
from poolkeeper.domain.resources import BatchPool, Key, Resource
from poolkeeper.domain.status.events import Event
from tests.unit.engine.fakes import Call, Json, Switchboard

DOWN = ClusterUnavailable("the Kubernetes API does not answer")


class Patch(NamedTuple):
    """A status patch that was applied."""

    at: float
    kind: str
    key: Key
    patch: Json


class Told(NamedTuple):
    """An event that was recorded."""

    kind: str
    key: Key
    event: Event


class FakeCluster(Switchboard):
    """Fulfils the engine's Cluster; `watch` is called with each object that has changed, as a watch would tell."""

    def __init__(self) -> None:
        super().__init__()
        self.objects: dict[tuple[str, Key], Json] = {}
        self.patches: list[Patch] = []
        self.told: list[Told] = []
        self.watch: Callable[[str, Json], None] | None = None
        self.watch_delay = 0.01
        self._versions = itertools.count(100)
        self._uids = itertools.count(1)

    def create(self, kind: str, name: str, spec: Json, *, namespace: str = "lab") -> Json:
        """A new object, with a uid of its own."""
        metadata = {"namespace": namespace, "name": name, "uid": f"uid-{next(self._uids)}", "generation": 1}
        self.objects[kind, Key(namespace, name)] = {"metadata": metadata, "spec": copy.deepcopy(spec)}
        return self.changed(kind, Key(namespace, name))

    def change(self, kind: str, key: Key, spec: Mapping[str, Any]) -> Json:
        """A new spec: the generation grows."""
        body = self.objects[kind, key]
        body["spec"] = {**body["spec"], **spec}
        body["metadata"]["generation"] += 1
        return self.changed(kind, key)

    def annotate(self, kind: str, key: Key, annotations: Mapping[str, str], *, prefix: str = "poolkeeper.dev/") -> Json:
        """The object with these annotations besides; the generation stays."""
        given = self.objects[kind, key]["metadata"].setdefault("annotations", {})
        given.update({prefix + name.replace("_", "-"): value for name, value in annotations.items()})
        return self.changed(kind, key)

    def changed(self, kind: str, key: Key) -> Json:
        """The object under a new resource version."""
        body = self.objects[kind, key]
        body["metadata"]["resourceVersion"] = str(next(self._versions))
        return copy.deepcopy(body)

    def status(self, kind: str, key: Key) -> Json:
        """The status as it stands, empty before the first patch."""
        status: Json = self.objects[kind, key].get("status", {})
        return status

    def events(self, reason: str | None = None, *, name: str | None = None) -> list[Event]:
        """What was announced, oldest first."""
        return [
            told.event for told in self.told if reason in {None, told.event.reason} and name in {None, told.key.name}
        ]

    async def patch_status(self, resource: Resource, status: Mapping[str, Any]) -> Mapping[str, Any] | None:
        assert status != resource.status, "a patch that changes nothing is a write all the same"
        await self.received("patch_status", resource.key.name)
        body = self.objects.get((resource.kind, resource.key))
        if body is None or body["metadata"]["uid"] != resource.uid:
            return None
        old = body.get("status", {})
        body["status"] = copy.deepcopy(dict(status))
        now = asyncio.get_running_loop().time()
        changed = {name: value for name, value in status.items() if old.get(name) != value}
        self.patches.append(Patch(now, resource.kind, resource.key, copy.deepcopy(changed)))
        answer = self.changed(resource.kind, resource.key)
        if self.watch is not None:
            asyncio.get_running_loop().call_later(self.watch_delay, self.watch, resource.kind, copy.deepcopy(answer))
        self.answered("patch_status", resource.key.name)
        return answer

    def record_event(self, resource: Resource, event: Event) -> None:
        self.calls.append(Call(asyncio.get_running_loop().time(), "announce", resource.key.name))
        kind = "BatchPool" if isinstance(resource, BatchPool) else "BatchAccount"
        self.told.append(Told(kind, resource.key, event))
