"""What the contenders share: the file they are told things by, Batch over httpx, and the status they write."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from poolkeeper.batch.auth.shared_key import SharedKey

API_VERSION = "2024-07-01.20.0"
NAMES = (
    "startTask",
    "applicationPackageReferences",
    "certificateReferences",
    "metadata",
    "targetNodeCommunicationMode",
)
SELECT = ",".join(("id", "eTag", *NAMES))
CONNECTIONS = 8
"""For each account; httpx's cost of a request grows with them."""

Json = dict[str, Any]


@dataclass(frozen=True)
class Config:
    """What a contender is told. `accounts` has endpoint, accountName and key by the BatchAccount's name."""

    kubeconfig: str
    namespace: str
    interval: float
    accounts: dict[str, dict[str, str]]

    @classmethod
    def load(cls) -> Config:
        """From the file named on the command line."""
        return cls(**json.loads(Path(sys.argv[1]).read_text()))


class Batch:
    """One account over httpx, with connections that stay; httpx's own, if no others are given."""

    def __init__(self, account: dict[str, str], *, wire: httpx.AsyncBaseTransport | None = None) -> None:
        self._http = httpx.AsyncClient(
            transport=wire,
            base_url=account["endpoint"],
            auth=SharedKey(account["accountName"], account["key"]),
            params={"api-version": API_VERSION},
            limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
            timeout=httpx.Timeout(30.0, pool=None),
        )

    async def get(self, pool_id: str) -> Json:
        """The pool, its ETag among the properties."""
        answer = await self._http.get(f"/pools/{pool_id}", params={"$select": SELECT})
        found: Json = answer.raise_for_status().json()
        return found

    async def unchanged(self, pool_id: str, etag: str) -> bool:
        """Whether the pool still has this ETag."""
        answer = await self._http.get(f"/pools/{pool_id}", params={"$select": "id"}, headers={"If-None-Match": etag})
        return answer.status_code == httpx.codes.NOT_MODIFIED

    async def update(self, pool_id: str, properties: Json) -> str:
        """Replaces the properties; the new ETag."""
        answer = await self._http.post(
            f"/pools/{pool_id}/updateproperties",
            content=json.dumps(properties),
            headers={"Content-Type": "application/json; odata=minimalmetadata"},
        )
        return str(answer.raise_for_status().headers["ETag"])


def differs(live: Json, desired: Json) -> bool:
    """A comparison as people write it: what the manifest says, against what is there."""
    return any(live.get(name) != desired.get(name) for name in NAMES)


def status_for(*, etag: str, generation: int) -> Json:
    """A status that tells people and tools what they need."""
    ready = {
        "type": "Ready",
        "status": "True",
        "reason": "InSync",
        "message": "the pool has the properties of the manifest",
        "observedGeneration": generation,
        "lastTransitionTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    return {"observedGeneration": generation, "eTag": etag, "conditions": [ready]}


def is_news(status: Json, *, etag: str, generation: int) -> bool:
    """Whether such a status says something new."""
    return bool(status.get("eTag") != etag or status.get("observedGeneration") != generation)
