"""A story lived: the cluster, the services, and one operator after the other."""

from __future__ import annotations

import asyncio
import logging
import random
import ssl
from datetime import timedelta
from typing import Any

import httpx

from poolkeeper.batch.connect import BatchConnector
from poolkeeper.domain.decision.flaps import Limit
from poolkeeper.domain.resources import BatchAccount, BatchPool, Key
from poolkeeper.engine.engine import Engine
from poolkeeper.metrics import Metrics
from tests.simulation.cluster import ACCOUNT, POOL, Access, Cluster
from tests.simulation.service import BEGIN, Fault, Hooks, Service, Wire
from tests.simulation.story import HOSTS, LIMIT, VERSIONS, Step, Story, copied, metadata
from tests.simulation.watcher import Watcher, endpoint_of

Json = dict[str, Any]

FIGHT = 600.0
"""Seconds of the breaker's window: a story is shorter than an hour."""

RESYNC = 90.0
"""Seconds between full lists: shorter than an operator's, so that lost watch events are healed in a story."""


_TRUST = ssl.create_default_context()
"""Made once: it costs more than a story, and nothing here has a certificate."""


class VirtualClock:
    """Fulfils the engine's Clock."""

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    def now(self) -> str:
        return (BEGIN + timedelta(seconds=int(self.monotonic()))).strftime("%Y-%m-%dT%H:%M:%SZ")


class Records(logging.Handler):
    """Keeps nothing, and has every line judged."""

    def __init__(self, watcher: Watcher) -> None:
        super().__init__(logging.WARNING)
        self._watcher = watcher
        self.unexpected: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self._watcher.no_secret(record.getMessage())
        if record.exc_info is not None:
            self.unexpected.append(logging.Formatter().format(record))


class Operator:
    """One process of the operator, as far as a simulation has one."""

    def __init__(self, world: World) -> None:
        self._world = world
        cluster, watcher = world.cluster, world.watcher
        self.metrics = Metrics()
        self.access = Access(cluster, announced=watcher.announced)
        clock = VirtualClock()
        connect = BatchConnector(
            secrets=self.access,
            allowed=(),
            metrics=self.metrics,
            answer_within=35.0,
            wire_to=self._wire,
            monotonic=clock.monotonic,
            trusted=_TRUST,
        )
        self.engine = Engine(
            connect=connect,
            cluster=self.access,
            secrets=self.access,
            clock=clock,
            metrics=self.metrics,
            flap_limit=Limit(window=FIGHT),
        )
        self.access.answered = watcher.told
        self._listing = asyncio.get_running_loop().create_task(self._resync())

    def _wire(self, endpoint: str, *, trust: ssl.SSLContext) -> httpx.AsyncBaseTransport:  # noqa: ARG002 - a signature
        return Wire(self._world.services[endpoint.removeprefix("https://").partition(".")[0]])

    def told(self, kind: str, body: Json, gone: bool) -> None:  # noqa: FBT001 - as a watch tells
        """A watch event."""
        self._world.watcher.told(kind, body, gone=gone)
        key = Key(body["metadata"]["namespace"], body["metadata"]["name"])
        uid, news = body["metadata"]["uid"], self.engine.handlers
        if kind == POOL:
            news.pool_deleted(key, uid) if gone else news.pool_changed(BatchPool.parse(body))
        else:
            news.account_deleted(key, uid) if gone else news.account_changed(BatchAccount.parse(body))

    async def _resync(self) -> None:
        cluster = self._world.cluster
        while True:
            newest = self.engine.cache.newest
            bodies = [(kind, copied(body)) for (kind, _), body in cluster.objects.items()]
            as_of = cluster.version
            await asyncio.sleep(cluster.rnd.uniform(0, cluster.lag))
            listed = {(kind, Key(body["metadata"]["namespace"], body["metadata"]["name"])) for kind, body in bodies}
            watcher = self._world.watcher
            for place in [one for one in watcher.seen if one not in listed]:
                if int(watcher.seen[place]["metadata"]["resourceVersion"]) <= as_of:
                    del watcher.seen[place]
            for kind, body in bodies:
                watcher.told(kind, body)
            pools = [BatchPool.parse(body) for kind, body in bodies if kind == POOL]
            accounts = [BatchAccount.parse(body) for kind, body in bodies if kind == ACCOUNT]
            self.engine.handlers.listed(accounts, pools, as_of=as_of, newest_before=newest)
            self.engine.synced()
            self.engine.may_write()
            await asyncio.sleep(RESYNC)

    async def end(self, *, grace: float) -> None:
        """Be gone; with no grace in the middle of everything."""
        self._listing.cancel()
        self.access.answered = lambda *_: None
        self._world.cluster.tell = lambda *_: None
        await self.engine.stop(grace=grace)


class World:
    """Everything, and how each step of a story changes it."""

    def __init__(self, story: Story) -> None:
        self.rnd = random.Random(story.seed)
        # The engine spreads its delays with the module's own.
        random.seed(story.seed)
        self.cluster = Cluster(self.rnd, lag=story.begin["lag"])
        self.services: dict[str, Service] = {}
        self.watcher = Watcher(self.cluster, self.services)
        hooks = Hooks(leaving=self.watcher.leaving, shown=self.watcher.shown)
        for host in HOSTS:
            self.services[host] = Service(
                host, self.rnd, hooks, latency=story.begin["latency"], quirk=story.begin["quirk"]
            )
        self.records = Records(self.watcher)
        self.story = story
        self.operator: Operator | None = None

    async def live(self) -> None:
        """The whole story, up to its last step."""
        begin = self.story.begin
        for namespace in ("a", "b"):
            self.cluster.rotate(namespace, f"s3cret-{namespace}")
        for one in begin["live"]:
            self.services[one["host"]].put(one["pool"], one["properties"])
        for one in begin["accounts"]:
            self._account(one, one["host"])
        for one in begin["pools"]:
            self._pool(one)
        self._start()
        await asyncio.sleep(self.rnd.choice((0.0, 0.5, 30.0)))
        for step in self.story.steps:
            await self._do(step)
            await asyncio.sleep(step.wait)

    async def heal(self) -> None:
        """The world is as it should be, and stays so."""
        self.cluster.faults, self.cluster.lag = 0, min(self.cluster.lag, 0.5)
        for service in self.services.values():
            service.faults.clear()
            for pool in ("a", "b"):
                if pool not in service.pools:
                    service.put(pool, metadata("x"))
        for namespace in ("a", "b"):
            if Key(namespace, "a") not in self.cluster.secrets:
                self.cluster.rotate(namespace, f"s3cret-again-{namespace}")
            for name in ("a", "b"):
                self._account({"namespace": namespace, "name": name}, "one")
        if self.operator is None:
            self._start()

    def _start(self) -> None:
        self.watcher.seen.clear()
        self.operator = Operator(self)
        self.cluster.tell = self.operator.told

    def _account(self, one: Json, host: str) -> None:
        spec = {
            "endpoint": endpoint_of(host),
            "apiVersion": VERSIONS[0],
            "auth": {"type": "SharedKey", "secretRef": {"name": "key"}},
            "checkInterval": "60s",
            "maxRequestsPerSecond": LIMIT,
        }
        self.cluster.create(ACCOUNT, Key(one["namespace"], one["name"]), spec)

    def _pool(self, one: Json) -> None:
        spec = {
            "accountRef": {"name": one["account"]},
            "poolID": one["pool"],
            "properties": one["properties"],
            "adoption": one["adoption"],
            "mode": one["mode"],
        }
        self.cluster.create(POOL, Key(one["namespace"], one["name"]), spec)

    async def _do(self, step: Step) -> None:  # noqa: C901, PLR0912 - a table, a line or two a row
        how, cluster = step.how, self.cluster
        key = Key(how.get("namespace", ""), how.get("name", ""))
        service = self.services.get(how.get("host", ""))
        match step.what:
            case "edit" | "mode":
                cluster.change(POOL, key, **{name: how[name] for name in ("properties", "mode") if name in how})
            case "suspend" | "resume":
                cluster.change(POOL, key, suspend=step.what == "suspend")
            case "point":
                cluster.change(POOL, key, accountRef={"name": how["account"]})
            case "approve":
                self._approve(key)
            case "ask":
                cluster.annotate(key, "reconcile-requested-at", str(cluster.version))
            case "delete" | "account delete":
                cluster.delete(POOL if step.what == "delete" else ACCOUNT, key)
            case "create":
                self._pool(how)
            case "account endpoint":
                cluster.change(ACCOUNT, key, endpoint=endpoint_of(how["host"]))
            case "account version":
                cluster.change(ACCOUNT, key, apiVersion=how["version"])
            case "account create":
                self._account(how, how["host"])
            case "rotate" | "secret delete":
                cluster.rotate(how["namespace"], how["value"] if step.what == "rotate" else None)
            case "kube fault":
                cluster.faults, cluster.applied = how["times"], how["applied"]
                cluster.lag = max(cluster.lag, how["lag"])
            case "status edit":
                self._edit_status(key)
            case "crash" | "stop":
                await self._restart(grace=0.0 if step.what == "crash" else 20.0)
            case _ if service is not None:
                self._in_azure(step, service)
            case "heal":
                for one in self.services.values():
                    one.faults.clear()

    def _in_azure(self, step: Step, service: Service) -> None:
        how = step.how
        match step.what:
            case "drift" | "touch":
                service.drift(how["pool"], how.get("properties"))
            case "azure delete":
                service.pools.pop(how["pool"], None)
            case "azure create" if how["pool"] not in service.pools:
                service.put(how["pool"], how["properties"])
            case "fault":
                service.faults.append(Fault(how["fault"], how["operation"], how["times"]))
                if how["fault"] == "refused":
                    self.watcher.refused.add((service.host, ""))

    def _approve(self, key: Key) -> None:
        body = self.cluster.objects.get((POOL, key))
        plan = {} if body is None else body.get("status", {}).get("plan", {})
        if plan:
            self.cluster.annotate(key, "approve", plan["hash"])

    def _edit_status(self, key: Key) -> None:
        body = self.cluster.objects.get((POOL, key))
        if body is not None and body.get("status"):
            gone = self.rnd.choice(sorted(body["status"]))
            body["status"] = {name: value for name, value in body["status"].items() if name != gone}
            self.cluster.changed(POOL, key)

    async def _restart(self, *, grace: float) -> None:
        assert self.operator is not None, "somebody was running"
        await self.operator.end(grace=grace)
        self._start()
