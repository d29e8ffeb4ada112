"""The practical floor: list and watch by aiohttp, a few workers for each account, one status patch, nothing else.

No retries, no backoff, no events, no metrics, no gates: what is left is what the work itself costs with this HTTP
client. With --same-calls it sends what Poolkeeper sends: a last look before the write and a read after it.
"""

from __future__ import annotations

import asyncio
import json
import signal
import ssl
import sys
from base64 import b64decode
from pathlib import Path
from typing import Any

import aiohttp
import yaml

from poolkeeper.batch.http import trust, wire
from tests.bench.contenders.common import CONNECTIONS, Batch, Config, Json, differs, is_news, status_for

CONFIG = Config.load()
SAME_CALLS = "--same-calls" in sys.argv
PATH = f"/apis/poolkeeper.dev/v1alpha1/namespaces/{CONFIG.namespace}/batchpools"


def kubernetes() -> aiohttp.ClientSession:
    """A session with the first cluster and user of the kubeconfig."""
    known = yaml.safe_load(Path(CONFIG.kubeconfig).read_text())
    cluster, user = known["clusters"][0]["cluster"], known["users"][0]["user"]
    tls = ssl.create_default_context(cadata=b64decode(cluster["certificate-authority-data"]).decode())
    return aiohttp.ClientSession(
        cluster["server"],
        headers={"Authorization": f"Bearer {user['token']}"},
        connector=aiohttp.TCPConnector(ssl=tls, limit=CONNECTIONS + 1),
        timeout=aiohttp.ClientTimeout(total=None),
        read_bufsize=2**20,
    )


class Loop:
    """What is there, and a queue for each account."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.session = session
        self.pools: dict[str, Json] = {}
        self.queues: dict[str, asyncio.Queue[str]] = {name: asyncio.Queue() for name in CONFIG.accounts}
        self.tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        trusted = trust()
        batch = {
            name: Batch(account, wire=wire(account["endpoint"], trust=trusted))
            for name, account in CONFIG.accounts.items()
        }
        workers = [self.work(self.queues[name], batch[name]) for name in batch for _ in range(CONNECTIONS)]
        async with asyncio.TaskGroup() as group:
            for forever in (self.follow(), self.tick(), *workers):
                group.create_task(forever)

    async def follow(self) -> None:
        async with self.session.get(PATH) as answer:
            found = await answer.json()
        for pool in found["items"]:
            self.see(pool)
        query = {"watch": "true", "resourceVersion": found["metadata"]["resourceVersion"]}
        async with self.session.get(PATH, params=query) as answer:
            async for line in answer.content:
                event = json.loads(line)
                if event["type"] == "DELETED":
                    self.pools.pop(event["object"]["metadata"]["name"], None)
                else:
                    self.see(event["object"])

    def see(self, pool: Json) -> None:
        name, before = pool["metadata"]["name"], self.pools.get(pool["metadata"]["name"])
        self.pools[name] = pool
        if before is None or before["metadata"]["generation"] != pool["metadata"]["generation"]:
            self.queues[pool["spec"]["accountRef"]["name"]].put_nowait(name)

    async def tick(self) -> None:
        while True:
            await asyncio.sleep(CONFIG.interval)
            for name, pool in self.pools.items():
                self.queues[pool["spec"]["accountRef"]["name"]].put_nowait(name)

    async def work(self, queue: asyncio.Queue[str], batch: Batch) -> None:
        while True:
            pool = self.pools.get(await queue.get())
            if pool is not None:
                await self.keep(pool, batch)

    async def keep(self, pool: Json, batch: Batch) -> None:
        desired, pool_id = pool["spec"]["properties"], pool["spec"]["poolID"]
        live = await batch.get(pool_id)
        etag = live["eTag"]
        if differs(live, desired) and (not SAME_CALLS or await batch.unchanged(pool_id, etag)):
            etag = await batch.update(pool_id, desired)
            if SAME_CALLS:
                etag = (await batch.get(pool_id))["eTag"]
        generation = pool["metadata"]["generation"]
        if is_news(pool.get("status", {}), etag=etag, generation=generation):
            await self.patch(pool["metadata"]["name"], {"status": status_for(etag=etag, generation=generation)})

    async def patch(self, name: str, body: Any) -> None:
        kind = {"Content-Type": "application/merge-patch+json"}
        async with self.session.patch(f"{PATH}/{name}/status", data=json.dumps(body), headers=kind) as answer:
            answer.raise_for_status()
            await answer.read()


async def main() -> None:
    async with kubernetes() as session:
        running = asyncio.create_task(Loop(session).run())
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
        await asyncio.wait({running})
        if not running.cancelled():
            running.result()


if __name__ == "__main__":
    asyncio.run(main())
