"""One Batch account: its pools, and what may be done to them.

Every method is safe to call from any thread; the HTTP routes, the admin routes and the tests share them.
What bumps an ETag and what does not: the text of Get Pool ("pool-level data such as targetDedicatedNodes ...
it does not factor in node-level changes") and recordings of resize and stopresize in Azure/azure-cli.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from tests.batchsim import normalise, rules, shapes
from tests.batchsim.errors import Refusal, about_property
from tests.batchsim.etags import TICKS_PER_SECOND, Ticker, ticks_of_iso, utc_now
from tests.batchsim.kinds import Record, check
from tests.batchsim.merging import merge_patch
from tests.batchsim.nodes import Node, begin_reboot, boot, new_node
from tests.batchsim.pools import COMPUTED, Pool
from tests.batchsim.timers import Timers
from tests.batchsim.versions import KNOWN

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.batchsim.etags import Clock
    from tests.batchsim.versions import ApiVersion

Json = dict[str, Any]


class Account:
    """The state of one account.

    `settle_seconds`: how long resizes, deletions and reboots take, and each of the two steps of a first boot;
    None means until `settle` or `step` is called.
    `quirks`: called with what a write is about to store; may change it in place (see quirks.py).
    """

    def __init__(
        self,
        *,
        name: str = "research",
        clock: Clock | None = None,
        catalogue: rules.Catalogue | None = None,
        settle_seconds: float | None = 2.0,
    ) -> None:
        self.name = name
        self.ticker = Ticker(clock or utc_now)
        self.catalogue = catalogue or rules.Catalogue()
        self.settle_seconds = settle_seconds
        self.quirks: Callable[[Json], None] = lambda _properties: None
        self.lock = threading.RLock()
        self.timers = Timers()
        self._pools: dict[str, Pool] = {}

    # Reading

    def pools(self) -> list[Pool]:
        """All pools by id: the order of every recorded list."""
        with self.lock:
            self.timers.run_due(self.ticker.now())
            return sorted(self._pools.values(), key=lambda pool: pool.id.casefold())

    def pool(self, pool_id: str) -> Pool:
        """The pool, found whatever the case of its id; PoolNotFound otherwise."""
        with self.lock:
            self.timers.run_due(self.ticker.now())
            try:
                return self._pools[pool_id.casefold()]
            except KeyError:
                raise Refusal("PoolNotFound") from None

    def live_pool(self, pool_id: str) -> Pool:
        """The pool, which must not be on its way out."""
        pool = self.pool(pool_id)
        if pool.state == "deleting":
            raise Refusal("PoolBeingDeleted")
        return pool

    # Writing, as a client may

    def replace_properties(self, pool_id: str, body: Json, *, api_version: ApiVersion) -> Pool:
        """updateproperties: what the version replaces is what the body says, or gone; the rest stays.

        A replacement that changes nothing bumps the ETag too: every recorded one did, though none was a no-op.
        """
        with self.lock:
            pool = self.live_pool(pool_id)
            _refuse_unknown(body, api_version)
            for name in api_version.required:
                if body.get(name) is None:
                    raise about_property("MissingRequiredProperty", name)
            self._check(body, shapes.REPLACEMENT)
            kept = {name: value for name, value in pool.kept.items() if name not in api_version.replaced}
            kept.update(body)
            if "targetNodeCommunicationMode" in api_version.replaced and not body.get("targetNodeCommunicationMode"):
                # "If omitted, the existing setting is default": azure-sdk-for-js records the key appearing.
                kept["targetNodeCommunicationMode"] = "default"
            return self._store(pool, kept)

    def patch(self, pool_id: str, body: Json, *, api_version: ApiVersion) -> Pool:
        """PATCH: each property present is replaced whole, each one absent or null stays."""
        with self.lock:
            pool = self.live_pool(pool_id)
            _refuse_unknown(body, api_version)
            self._check(body, shapes.PATCH)
            given = {name: value for name, value in body.items() if value is not None}
            for name in sorted(shapes.ONLY_WHEN_EMPTY & set(given)):
                if pool.nodes:
                    reason = "This field can be updated only when the pool is empty."
                    raise Refusal("OperationInvalidForCurrentState", values={"PropertyName": name, "Reason": reason})
            return self._store(pool, pool.kept | given)

    def add(self, body: Json, *, api_version: ApiVersion) -> Pool:
        with self.lock:
            _refuse_unknown(body, api_version)
            self._check(body, shapes.ADDITION)
            if body["id"].casefold() in self._pools:
                raise Refusal("PoolExists")
            # Recorded: a new pool shows what it was not asked for, and is resizing until it has its nodes.
            order = {"jobDefaultOrder": "none"} if "certificateReferences" in api_version.unknown else {}
            none = {"currentDedicatedNodes": 0, "currentLowPriorityNodes": 0}
            pool = self.put({**normalise.OF_A_NEW_POOL, **order, **body, **none})
            if pool.kept["targetDedicatedNodes"] or pool.kept["targetLowPriorityNodes"]:
                self._begin_resize(pool)
            return pool

    def delete(self, pool_id: str) -> Pool:
        """The pool is deleting from now on, and gone when its deletion is due."""
        with self.lock:
            pool = self.live_pool(pool_id)
            self._enter(pool, "deleting")
            self._later(pool, "deletion", lambda _now: self.remove(pool.id))
            return pool

    def resize(self, pool_id: str, body: Json) -> Pool:
        with self.lock:
            pool = self.live_pool(pool_id)
            self._check(body, shapes.RESIZE)
            if pool.kept.get("enableAutoScale"):
                raise Refusal("OperationNotValidOnPool", values={"Reason": "The pool scales automatically."})
            if pool.allocation != "steady":
                raise Refusal("PoolBeingResized")
            targets = {
                name: body[name]
                for name in ("targetDedicatedNodes", "targetLowPriorityNodes")
                if body.get(name) is not None
            }
            if not targets:
                raise about_property("MissingRequiredProperty", "targetDedicatedNodes")
            self._store(pool, pool.kept | targets)
            self._begin_resize(pool)
            return pool

    def stop_resize(self, pool_id: str) -> Pool:
        with self.lock:
            pool = self.live_pool(pool_id)
            if pool.allocation != "resizing":
                raise Refusal("OperationInvalidForCurrentState", values={"AllocationState": pool.allocation})
            self._set_allocation(pool, "stopping", now=self.ticker.now())
            self._later(pool, "allocation", lambda now: self._set_allocation(pool, "steady", now=now))
            return pool

    def enable_auto_scale(self, pool_id: str, body: Json) -> Pool:
        with self.lock:
            pool = self.live_pool(pool_id)
            self._check(body, shapes.AUTO_SCALE)
            formula = body.get("autoScaleFormula") or pool.kept.get("autoScaleFormula")
            if not formula:
                raise about_property("MissingRequiredProperty", "autoScaleFormula")
            interval = body.get("autoScaleEvaluationInterval") or pool.kept.get("autoScaleEvaluationInterval")
            changed = {
                "enableAutoScale": True,
                "autoScaleFormula": formula,
                "autoScaleEvaluationInterval": interval or "PT15M",
            }
            return self._store(pool, pool.kept | changed)

    def disable_auto_scale(self, pool_id: str) -> Pool:
        """Turns automatic scaling off; recordings show the ETag unmoved."""
        with self.lock:
            pool = self.live_pool(pool_id)
            automatic = ("autoScaleFormula", "autoScaleEvaluationInterval", "autoScaleRun")
            kept = {name: value for name, value in pool.kept.items() if name not in automatic}
            pool.store(kept | {"enableAutoScale": False}, modified=pool.modified, stored_at=self.ticker.now())
            return pool

    def reboot(self, pool_id: str, node_id: str, body: Json) -> Node:
        with self.lock:
            self._check(body, shapes.REBOOT)
            pool = self.live_pool(pool_id)
            node = self.node(pool_id, node_id)
            begin_reboot(node, now=self.ticker.now())
            self._later(pool, node.id, lambda now: boot(node, now=now, shown_pool=pool.present.shown))
            return node

    def node(self, pool_id: str, node_id: str) -> Node:
        with self.lock:
            for node in self.pool(pool_id).nodes:
                if node.id.casefold() == node_id.casefold():
                    return node
            raise Refusal("NodeNotFound")

    # Behind everyone's back

    def put(self, definition: Json) -> Pool:
        """Add or replace a pool as given in the service's shape, unchecked.

        It has as many nodes as its current or target counts say, and they are up.
        """
        with self.lock:
            self.remove(definition["id"])
            now = self.ticker.next()
            created = definition.get("creationTime")
            pool = Pool(id=definition["id"], created=ticks_of_iso(created) if created else now)
            pool.state, pool.state_since = definition.get("state", "active"), now
            pool.allocation, pool.allocation_since = definition.get("allocationState", "steady"), now
            kept = {name: value for name, value in definition.items() if name not in COMPUTED}
            given = definition.get("lastModified")
            pool.store(normalise.stored(kept), modified=ticks_of_iso(given) if given else now, stored_at=now)
            for kind, dedicated in (("Dedicated", True), ("LowPriority", False)):
                wanted = definition.get(f"current{kind}Nodes", definition.get(f"target{kind}Nodes")) or 0
                for node in self._scale(pool, dedicated=dedicated, wanted=wanted, now=now):
                    boot(node, now=now, shown_pool=pool.present.shown)
            self._pools[pool.id.casefold()] = pool
            return pool

    def remove(self, pool_id: str) -> None:
        with self.lock:
            self._pools.pop(pool_id.casefold(), None)
            self.timers.forget(pool_id)

    def drift(self, pool_id: str, merge: Json) -> Pool:
        """Change properties by a JSON merge (RFC 7386: null removes), as another client of the service would."""
        with self.lock:
            pool = self.pool(pool_id)
            return self._store(pool, merge_patch(pool.kept, merge))

    def set_states(self, pool_id: str, *, state: str | None = None, allocation: str | None = None) -> None:
        """Set the states, and whatever was pending is off; only a deletion moves the ETag."""
        with self.lock:
            pool = self.pool(pool_id)
            if state is not None:
                self.timers.forget(pool.id, "deletion")
                self._enter(pool, state)
            if allocation is not None:
                self.timers.forget(pool.id, "allocation")
                self._set_allocation(pool, allocation, now=self.ticker.now())

    def step(self, pool_id: str) -> bool:
        """Let what is pending for the pool happen now, but not yet what follows from it; whether anything was."""
        with self.lock:
            return self.timers.run_pending(pool_id, now=self.ticker.now())

    def settle(self, pool_id: str) -> None:
        """Let what is pending for the pool happen now, and all that follows from it."""
        while self.step(pool_id):
            pass

    # Inside

    def _check(self, body: Json, record: Record) -> None:
        check(body, record, name=record.name)
        rules.check_words(body)
        rules.check_references(body, self.catalogue)

    def _store(self, pool: Pool, properties: Json) -> Pool:
        kept = normalise.stored(properties)
        self.quirks(kept)
        modified = self.ticker.next(after=pool.modified)
        pool.store(kept, modified=modified, stored_at=modified)
        return pool

    def _enter(self, pool: Pool, state: str) -> None:
        pool.state, pool.state_since = state, self.ticker.now()
        if state == "deleting":
            # Recorded: a deletion is a change like any other.
            modified = self.ticker.next(after=pool.modified)
            pool.store(pool.kept, modified=modified, stored_at=modified)

    def _later(self, pool: Pool, topic: str, action: Callable[[int], None], *, since: int | None = None) -> None:
        """Have `action(now)` happen when the time that things take has passed since now, or `since`."""
        after, begin = self.settle_seconds, self.ticker.now() if since is None else since
        due = None if after is None else begin + int(after * TICKS_PER_SECOND)
        self.timers.schedule(action, due=due, pool=pool.id, topic=topic)

    def _set_allocation(self, pool: Pool, state: str, *, now: int) -> None:
        pool.allocation, pool.allocation_since = state, now

    def _begin_resize(self, pool: Pool) -> None:
        # Recorded: a resize begins at the moment that is the pool's lastModified.
        self._set_allocation(pool, "resizing", now=pool.modified)

        def finish(now: int) -> None:
            for name, dedicated in (("targetDedicatedNodes", True), ("targetLowPriorityNodes", False)):
                for node in self._scale(pool, dedicated=dedicated, wanted=pool.kept.get(name, 0), now=now):
                    self._bring_up(pool, node, now=now)
            self._set_allocation(pool, "steady", now=now)

        self._later(pool, "allocation", finish)

    def _bring_up(self, pool: Pool, node: Node, *, now: int) -> None:
        """A first boot: creating now, then starting, then up with what the pool says at that moment."""

        def start(now: int) -> None:
            node.enter("starting", now=now)
            self._later(pool, node.id, lambda up: boot(node, now=up, shown_pool=pool.present.shown), since=now)

        self._later(pool, node.id, start, since=now)

    def _scale(self, pool: Pool, *, dedicated: bool, wanted: int, now: int) -> list[Node]:
        """Give the pool as many nodes of a sort as wanted; the new ones, which are not up yet."""
        have = [node for node in pool.nodes if node.dedicated == dedicated]
        for node in have[wanted:]:
            self.timers.forget(pool.id, node.id)
        leaving = {node.id for node in have[wanted:]}
        new = [
            new_node(pool_id=pool.id, number=number, dedicated=dedicated, now=now)
            for number in range(len(have), wanted)
        ]
        pool.nodes = [node for node in pool.nodes if node.id not in leaving] + new
        return new


def _refuse_unknown(body: Json, api_version: ApiVersion) -> None:
    # Lost names are known to other versions: unsupported here. Names that no version knows are the walk's.
    if not isinstance(body, dict):
        raise Refusal("InvalidRequestBody", values={"Reason": "The body is not a JSON object."})
    for name in sorted(body):
        if name in api_version.unknown and any(name not in version.unknown for version in KNOWN.values()):
            reason = f"The property is not supported by api-version {api_version.name}."
            raise about_property("UnsupportedProperty", name, reason=reason)
