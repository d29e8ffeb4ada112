"""The invariants: what must hold at every moment, judged by what was seen and sent, and not by what was expected."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from poolkeeper.domain.resources import Key, Resource
from poolkeeper.domain.status.events import Event
from tests.simulation.cluster import ACCOUNT, POOL, Cluster
from tests.simulation.oracle import lost, meaning, meanings, same, touched
from tests.simulation.service import Pool, Service
from tests.simulation.story import LIMIT

Json = dict[str, Any]
MOST_WRITES = 60
"""Of one pool in an hour: more than any story asks for."""


class Violation(AssertionError):
    """Something that must never be."""


class Watcher:
    """Sees what the operator was told, what it sends, and what it says."""

    def __init__(self, cluster: Cluster, services: dict[str, Service]) -> None:
        self._cluster = cluster
        self._services = services
        self.seen: dict[tuple[str, Key], Json] = {}
        """The newest state of each object that the operator was told."""
        self.earned: set[tuple[str, str, str, str]] = set()
        """Host, pool, creation and uid: a resource that was in sync with this very pool, or has written to it."""
        self.refused: set[tuple[str, str]] = set()
        self.violations: list[str] = []

    def told(self, kind: str, body: Json, *, gone: bool = False) -> None:
        """The operator learns of an object."""
        metadata = body["metadata"]
        place = (kind, Key(metadata["namespace"], metadata["name"]))
        known = self.seen.get(place)
        if gone:
            if known is not None and known["metadata"]["uid"] == metadata["uid"]:
                del self.seen[place]
        elif known is None or int(known["metadata"]["resourceVersion"]) <= int(metadata["resourceVersion"]):
            self.seen[place] = body

    def asks(self, host: str, pool: str) -> list[Json]:
        """The BatchPools, as far as the operator knows, that ask for a pool."""
        found = []
        for (kind, key), body in self.seen.items():
            if kind != POOL or body["spec"]["poolID"] != pool:
                continue
            account = self.seen.get((ACCOUNT, Key(key.namespace, body["spec"]["accountRef"]["name"])))
            if account is not None and account["spec"]["endpoint"] == endpoint_of(host):
                found.append(body)
        return found

    def leaving(self, host: str, pool: str, body: Json) -> None:
        """A write leaves the operator."""
        wanted = [one for one in self.asks(host, pool) if self._wants(one, body)]
        if not wanted:
            asked = [(one["metadata"]["name"], one["spec"]) for one in self.asks(host, pool)]
            self._violated(f"a write to {pool} at {host} that no manifest asks for now: {body}, of {asked}")
            return
        live = self._services[host].pools.get(pool)
        if live is None:
            return
        going = lost(meaning(self._services[host].looked.get(pool, live.properties)), meaning(body))
        consented = [
            one
            for one in wanted
            if one["spec"]["adoption"] == "Overwrite"
            or (host, pool, live.created, one["metadata"]["uid"]) in self.earned
        ]
        if going and not consented:
            self._violated(f"a write to {pool} at {host} removes {sorted(going)} without consent: {wanted}")
        for one in wanted:
            self.earned.add((host, pool, live.created, one["metadata"]["uid"]))

    def shown(self, host: str, pool: Pool) -> None:
        """The operator is shown a pool: whoever is in sync with it now has adopted it."""
        live = meaning(pool.properties)
        quirk = self._services[host].quirk
        for one in self.asks(host, pool.pool_id):
            for wanted in meanings(one["spec"]["properties"], self._cluster.values):
                if same(live, wanted, quirk=quirk):
                    self.earned.add((host, pool.pool_id, pool.created, one["metadata"]["uid"]))

    def announced(self, resource: Resource, event: Event) -> None:
        """The operator tells of something."""
        self.no_secret(event.message)
        if event.reason not in {"Updated", "DriftCorrected"}:
            return
        posts = [post for service in self._services.values() for post in service.posts]
        for post in posts:
            if f"new ETag {post.etag}," in event.message:
                hidden = [path for path in _changed(post) if path not in event.message]
                if hidden:
                    self._violated(f"{resource.key}: {event.message} does not tell of {hidden}")

    def no_secret(self, text: str) -> None:
        """What the operator says bears no value of a Secret."""
        for value in self._cluster.values:
            if value in text:
                self._violated(f"a secret stands in {text}")

    def bounded(self) -> None:
        """Nobody was asked or written more often than may be."""
        for service in self._services.values():
            hours = Counter((post.pool, int(post.at // 3600)) for post in service.posts)
            for (pool, hour), count in hours.items():
                if count > MOST_WRITES:
                    self._violated(f"{count} writes to {pool} in hour {hour}")
            seconds = Counter(int(at) for at in service.requests)
            # Four accounts may have one host, an operator that starts anew begins anew, and a second has two halves.
            if seconds and max(seconds.values()) > 4 * 2 * 2 * LIMIT:
                self._violated(f"{max(seconds.values())} requests in a second")

    def _wants(self, pool: Json, body: Json) -> bool:
        spec = pool["spec"]
        annotations = pool["metadata"].get("annotations", {})
        if spec.get("suspend") or spec["mode"] == "Observe":
            return False
        if spec["mode"] == "Approve" and not annotations.get("poolkeeper.dev/approve"):
            return False
        return meaning(body) in meanings(spec["properties"], self._cluster.values)

    def _violated(self, what: str) -> None:
        now = asyncio.get_running_loop().time()
        self.violations.append(f"at {now:.3f} s: {what}")


def endpoint_of(host: str) -> str:
    return f"https://{host}.westeurope.batch.azure.com"


def _changed(post: Any) -> set[str]:
    return touched(meaning(post.before), meaning(post.body))
