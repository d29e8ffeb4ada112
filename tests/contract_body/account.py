"""One pool on a running stand-in, and the operator's own way to it: read, plan, write, read back."""

from __future__ import annotations

from typing import Any

from poolkeeper.batch.client import BatchClient
from poolkeeper.domain.decision.plan import Decision, Desired, History, InSync, Update, plan
from poolkeeper.domain.diff.write_only import DesiredVersion
from tests.batchsim.sim import BatchSim
from tests.contract_body.leaves import Json, Path, value_at
from tests.support.writing import write_over
from tests.unit.domain.examples import pool as a_pool

POOL = "under-test"


class Account:
    """A stand-in with one pool, and the client of the operator."""

    def __init__(self, sim: BatchSim, client: BatchClient) -> None:
        self.sim = sim
        self.client = client
        self.sent: DesiredVersion | None = None

    def holds(self, properties: Json) -> None:
        """Give the pool these properties behind everyone's back."""
        self.sim.put_pool({"id": POOL, "vmSize": "standard_d2s_v3", **properties})

    async def decide(self, properties: Json, *, adoption: str = "Overwrite") -> Decision:
        """What the operator would do now."""
        pool = a_pool(properties, adoption=adoption)
        desired = Desired.of(properties, version="2024-07-01.20.0")
        return plan(
            pool,
            desired,
            await self.client.read(POOL),
            history=History(sent=self.sent, adopted=adoption == "Guard"),
            now=0.0,
        )

    async def write(self, properties: Json) -> Json:
        """Do what the operator does about a pool that differs; the body that the service received."""
        decision = await self.decide(properties)
        assert isinstance(decision, Update), "the pool differs from the manifest"
        await write_over(self.client, POOL, self.sim.etag(POOL), decision.body)
        self.sent = DesiredVersion(a_pool(properties).generation)
        (entry,) = self.sim.journal.entries("UpdatePoolProperties", status=204)
        assert isinstance(await self.decide(properties), InSync), "in sync after one write"
        body: Json = entry.body
        assert {"metadata", "applicationPackageReferences", "certificateReferences"} <= set(body)
        assert "targetNodeCommunicationMode" in body
        return body

    def kept(self, path: Path) -> Any:
        """What the service keeps at a path, shown or not; of a certificate's places without their capitals."""
        kept = value_at(self.sim.kept(POOL), path)
        return kept.casefold() if isinstance(kept, str) and path[-1] in {"storeLocation", "storeName"} else kept
