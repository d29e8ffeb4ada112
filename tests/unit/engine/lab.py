"""An engine between fakes: resources are made and changed as a user would, and the engine hears of it as by a watch.

`await lab.run(seconds)` lets virtual time pass; everything that is due until then has then happened.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from poolkeeper.domain.resources import BatchAccount, BatchPool, Key
from poolkeeper.domain.status.conditions import find
from poolkeeper.engine.engine import Engine
from poolkeeper.metrics import Metrics
from tests.unit.engine.fake_cluster import FakeCluster
from tests.unit.engine.fake_secrets import FakeSecrets
from tests.unit.engine.fakes import FakeConnector, FakeService, Json, LoopClock

NAMESPACE = "lab"
POOL, ACCOUNT = "BatchPool", "BatchAccount"


def metadata(**items: str) -> Json:
    """Properties with nothing but metadata."""
    return {"metadata": [{"name": name, "value": value} for name, value in items.items()]}


def endpoint(account: str) -> str:
    """Where an account of that name is."""
    return f"https://{account}.westeurope.batch.azure.com"


def account_spec(name: str, *, interval: str = "60s", secret: str = "key") -> Json:
    """A BatchAccount's spec with the defaults that the API server fills in."""
    return {
        "endpoint": endpoint(name),
        "apiVersion": "2024-07-01.20.0",
        "auth": {"type": "SharedKey", "secretRef": {"name": secret}},
        "checkInterval": interval,
        "maxRequestsPerSecond": 20,
    }


class Lab:
    """The engine is made at once and works from `start` on."""

    def __init__(
        self,
        *,
        cluster: FakeCluster | None = None,
        connector: FakeConnector | None = None,
        secrets: FakeSecrets | None = None,
    ) -> None:
        self.secrets = secrets or FakeSecrets()
        self.connector = connector or FakeConnector()
        self.cluster = cluster or FakeCluster()
        self.metrics = Metrics()
        self.engine = Engine(
            connect=self.connector,
            cluster=self.cluster,
            secrets=self.secrets,
            clock=LoopClock(),
            metrics=self.metrics,
        )
        self.cluster.watch = self._seen

    async def restarted(self) -> Lab:
        """This engine ends, and another one has listed the same resources; two never work at once."""
        await self.engine.stop(grace=0)
        again = Lab(cluster=self.cluster, connector=self.connector, secrets=self.secrets)
        for (kind, found), body in self.cluster.objects.items():
            assert found == key(body["metadata"]["name"])
            again._seen(kind, body)
        return again

    def service(self, account: str = "research") -> FakeService:
        """The Batch service behind an account."""
        return self.connector.service(endpoint(account))

    def account(self, name: str = "research", **how: str) -> None:
        """A user creates a BatchAccount."""
        self._seen(ACCOUNT, self.cluster.create(ACCOUNT, name, account_spec(name, **how)))

    def change_account(self, name: str = "research", **spec: Any) -> None:
        """A user changes a BatchAccount's spec."""
        self._seen(ACCOUNT, self.cluster.change(ACCOUNT, key(name), spec))

    def delete_account(self, name: str = "research") -> None:
        """A user deletes a BatchAccount."""
        del self.cluster.objects[ACCOUNT, key(name)]
        self.engine.handlers.account_deleted(key(name))

    def pool(
        self,
        name: str,
        properties: Mapping[str, Any] | None = None,
        *,
        account: str = "research",
        pool_id: str | None = None,
        interval: str | None = None,
        **more: Any,
    ) -> None:
        """A user creates a BatchPool."""
        spec = {
            "accountRef": {"name": account},
            "poolID": pool_id or name,
            "properties": dict(properties or {}),
            **more,
        }
        if interval is not None:
            spec["checkInterval"] = interval
        self._seen(POOL, self.cluster.create(POOL, name, spec))

    def change(self, name: str, properties: Mapping[str, Any] | None = None, **more: Any) -> None:
        """A user changes what a BatchPool wants."""
        spec = more if properties is None else {"properties": dict(properties), **more}
        self._seen(POOL, self.cluster.change(POOL, key(name), spec))

    def annotate(self, name: str, *, prefix: str = "poolkeeper.dev/", **annotations: str) -> None:
        """A user annotates a BatchPool; underscores stand for hyphens."""
        self._seen(POOL, self.cluster.annotate(POOL, key(name), annotations, prefix=prefix))

    def delete(self, name: str) -> None:
        """A user deletes a BatchPool."""
        del self.cluster.objects[POOL, key(name)]
        self.engine.handlers.pool_deleted(key(name))

    async def run(self, seconds: float = 1.0) -> None:
        """Let time pass."""
        await asyncio.sleep(seconds)

    async def start(self, seconds: float = 1.0) -> None:
        """Have the engine work, for so long."""
        self.engine.synced()
        self.engine.may_write()
        await self.run(seconds)

    def status(self, name: str, kind: str = POOL) -> Json:
        """The status of a resource."""
        return self.cluster.status(kind, key(name))

    def ready(self, name: str, kind: str = POOL) -> str | None:
        """The reason of a resource's Ready condition."""
        ready = find(self.status(name, kind).get("conditions", ()), "Ready")
        return None if ready is None else str(ready["reason"])

    def pool_patches(self, name: str | None = None, *, since: float = 0.0) -> list[Json]:
        """The status patches of BatchPools."""
        return [
            patch.patch
            for patch in self.cluster.patches
            if patch.kind == POOL and patch.at >= since and name in {None, patch.key.name}
        ]

    def metric(self, name: str) -> dict[tuple[str, ...], float]:
        """The samples of a metric by their label values, in the order of the label names."""
        return {
            tuple(value for _, value in sorted(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(self.metrics.page().decode())
            for sample in family.samples
            if sample.name == name
        }

    def _seen(self, kind: str, body: Json) -> None:
        if kind == POOL:
            self.engine.handlers.pool_changed(BatchPool.parse(body))
        else:
            self.engine.handlers.account_changed(BatchAccount.parse(body))


def key(name: str) -> Key:
    """The key of a resource of the lab."""
    return Key(NAMESPACE, name)


def now() -> float:
    """Seconds of virtual time."""
    return asyncio.get_running_loop().time()
