"""The handle that tests hold: one account behind one endpoint, driven without any HTTP.

with BatchSim(pools=load_pools(FILE)) as sim:
    sim.url, sim.key                       # for the client under test
    sim.drift("rendering", {"metadata": None})
    sim.faults.add(kind="status", operation="ListPools", status=503, count=1)
    sim.journal.wait("UpdatePoolProperties", pool="rendering")
"""

from __future__ import annotations

import base64
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import yaml

from tests.batchsim import admin, pools
from tests.batchsim.account import Account
from tests.batchsim.app import make_app
from tests.batchsim.auth import Gate, StaticTokens
from tests.batchsim.faults import Board
from tests.batchsim.http import Service
from tests.batchsim.journal import Journal
from tests.batchsim.server import ServerThread
from tests.batchsim.versions import NEWEST_COMPLETE

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable

    from tests.batchsim.auth import TokenJudge
    from tests.batchsim.etags import Clock
    from tests.batchsim.nodes import Node
    from tests.batchsim.rules import Catalogue

Json = dict[str, Any]

EXAMPLE_POOLS = Path(__file__).with_name("pools.yaml")
# Base64 of "0123456789abcdef" four times: the key of the worked example in the tests.
DEFAULT_KEY = base64.b64encode(b"0123456789abcdef" * 4).decode()


def load_pools(file: Path = EXAMPLE_POOLS) -> list[Json]:
    """The pools of a YAML or JSON file: a list in the service's shape."""
    try:
        pools_given = yaml.safe_load(file.read_text())
    except yaml.YAMLError as problem:
        raise ValueError(f"{file}: neither YAML nor JSON: {problem}") from None
    if not isinstance(pools_given, list) or not all(isinstance(p, dict) and "id" in p for p in pools_given):
        raise ValueError(f"{file}: expected a list of pools, each with an id")
    return pools_given


class BatchSim:
    """One account on 127.0.0.1. Start and stop as often as wanted: state and port stay."""

    def __init__(
        self,
        *,
        pools: Iterable[Json] = (),
        account: str = "research",
        key: str = DEFAULT_KEY,
        tokens: Iterable[str] = (),
        judge: TokenJudge | None = None,
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        clock: Clock | None = None,
        catalogue: Catalogue | None = None,
        settle_seconds: float | None = 2.0,
        max_body: int = 4 * 1024 * 1024,
    ) -> None:
        self.state = Account(name=account, clock=clock, catalogue=catalogue, settle_seconds=settle_seconds)
        self.journal = Journal()
        self.faults = Board()
        self.gate = Gate(account=account, key=key, tokens=judge or StaticTokens(set(tokens)))
        self.service = Service(
            account=self.state, gate=self.gate, journal=self.journal, faults=self.faults, max_body=max_body
        )
        self._scheme = "http" if tls is None else "https"
        self._server = ServerThread(lambda: make_app(self.service), port=port, tls=tls)
        for pool in pools:
            self.put_pool(pool)

    def start(self) -> Self:
        self._server.start()
        return self

    def stop(self) -> None:
        self._server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    @property
    def port(self) -> int:
        return self._server.port

    @property
    def url(self) -> str:
        """The endpoint, without a slash at its end."""
        return f"{self._scheme}://127.0.0.1:{self._server.port}"

    @property
    def account(self) -> str:
        return self.gate.account

    @property
    def key(self) -> str:
        """The account's key in base64."""
        return self.gate.key

    def pool_ids(self) -> list[str]:
        return [pool.id for pool in self.state.pools()]

    def pool(self, pool_id: str) -> Json:
        """The pool as GET shows it on 2024-07-01.20.0."""
        return pools.view(self.state.pool(pool_id), base_url=self.url, api_version=NEWEST_COMPLETE)

    def kept(self, pool_id: str) -> Json:
        """The pool as the service keeps it: with the passwords that GET does not show."""
        return admin.as_kept(self.state.pool(pool_id))

    def etag(self, pool_id: str) -> str:
        return self.state.pool(pool_id).etag

    def nodes(self, pool_id: str) -> list[Node]:
        return self.state.pool(pool_id).nodes

    def put_pool(self, definition: Json) -> None:
        """Add or replace a pool, given in the service's shape."""
        self.state.put(definition)

    def remove_pool(self, pool_id: str) -> None:
        """The pool is gone at once; `begin_delete` leaves it deleting."""
        self.state.remove(pool_id)

    def begin_delete(self, pool_id: str) -> None:
        self.state.set_states(pool_id, state="deleting")

    def drift(self, pool_id: str, merge: Json | None = None, **properties: Any) -> str:
        """Change properties behind everyone's back (JSON merge, None removes); the new ETag."""
        return self.state.drift(pool_id, {**(merge or {}), **properties}).etag

    def set_allocation(self, pool_id: str, state: str) -> None:
        """Set the allocation state, which leaves the ETag alone."""
        self.state.set_states(pool_id, allocation=state)

    def settle(self, pool_id: str) -> None:
        """Let a pending resize, deletion or reboot end now; new nodes come up."""
        self.state.settle(pool_id)

    def step(self, pool_id: str) -> None:
        """Let only the next thing happen: a resize ends, a node that is created starts, one that starts is up."""
        self.state.step(pool_id)

    def wait_until(self, holds: Callable[[], bool], *, seconds: float = 90.0) -> None:
        """Return once something holds of this account; TimeoutError if it does not in time."""
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline:
                raise TimeoutError(f"it does not hold of account {self.account} after {seconds} s")
            time.sleep(0.005)
