"""The run of a plan: find accounts, read pools, compare; eight at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from poolkeeper.domain.azure.endpoints import same_service
from poolkeeper.domain.failures import (
    ClusterUnavailable,
    Failure,
    InvalidSpec,
    PoolkeeperError,
    Throttled,
    Unavailable,
)
from poolkeeper.domain.observation import LivePool
from poolkeeper.domain.resources import APPROVE, BatchPool, Body, Key
from poolkeeper.manifests.crd_schema import with_defaults
from poolkeeper.manifests.objects import Manifest, Manifests, twice
from poolkeeper.plan.pool_plan import Subject, pool_plan
from poolkeeper.plan.report import Action, PlanReport, PoolPlan, ReportedPool
from poolkeeper.readonly.accounts import Account, Accounts, Connections
from poolkeeper.readonly.clients import ClusterView, PoolReader
from poolkeeper.readonly.secrets import resolve

AT_ONCE = 8

_TRIES = 3
_MOST_PAUSE = 10.0
"""Seconds; a service that asks for a longer pause is reported in the plan."""

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a plan looks."""

    accounts: Accounts
    connections: Connections
    cluster: ClusterView | None


class Preview:
    """One run."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._places = asyncio.Semaphore(AT_ONCE)

    async def findings(self, manifests: Manifests) -> PlanReport:
        """The outlook of every pool, in the order of the files; nothing that goes wrong with one keeps the others."""
        keys = list(dict.fromkeys(_account_key(pool) for pool in manifests.pools))
        found = await asyncio.gather(*(self._bounded(_or_error(self._sources.accounts.find(key))) for key in keys))
        accounts = dict(zip(keys, found, strict=True))
        rivals = _rivals(manifests.pools, accounts)
        problems = [twice(pool, same, f"pool {pool.spec['poolID']} is asked for") for pool, same in rivals]
        excluded = {pool.key for pool, _ in rivals}
        pools = [pool for pool in manifests.pools if pool.key not in excluded]
        looked = await asyncio.gather(
            *(self._bounded(self._look(pool, accounts[_account_key(pool)])) for pool in pools)
        )
        return PlanReport(tuple(looked), (*manifests.problems, *problems))

    async def _bounded(self, work: Awaitable[Answer]) -> Answer:
        async with self._places:
            return await work

    async def _look(self, manifest: Manifest, account: Account | PoolkeeperError) -> ReportedPool:
        if isinstance(account, PoolkeeperError):
            return ReportedPool(manifest, _error(account))
        where = account.account
        try:
            found = await self._outlook(manifest, account)
        except PoolkeeperError as error:
            found = _error(error)
        named = str(where.key) if where.key.namespace else ""
        return ReportedPool(manifest, found, account=named, host=_host(where.endpoint))

    async def _outlook(self, manifest: Manifest, account: Account) -> PoolPlan:
        known, notes, body = True, [], None
        if self._sources.cluster is None:
            known = False
        else:
            try:
                body = await self._sources.cluster.pool(manifest.key)
            except ClusterUnavailable as error:
                known, notes = False, [f"the cluster's BatchPool was not read, so what it knows is not used: {error}"]
        pool = as_pool(manifest, body)
        resolved = await resolve(pool.properties, self._sources.cluster, namespace=pool.key.namespace)
        live = await _read(await self._sources.connections.to(account), pool.pool_id)
        subject = Subject(pool, known=known, resolved=resolved, live=live, account=account.account)
        found = pool_plan(subject)
        return PoolPlan(
            found.action,
            found.message,
            found.reason,
            found.changes,
            found.not_compared,
            (*manifest.notes, *found.notes, *notes),
        )


def as_pool(manifest: Manifest, body: Body | None) -> BatchPool:
    """The BatchPool that there would be, were the manifest applied: its spec, and what the cluster knows of it.

    Raises InvalidSpec for what the API server would not let pass.
    """
    there: dict[str, Any] = dict(body["metadata"]) if body is not None else {}
    annotations = {**(there.get("annotations") or {}), **manifest.annotations}
    generation = there.get("generation", 1)
    if body is not None and with_defaults("BatchPool", body["spec"]) != manifest.spec:
        generation += 1
    metadata = {
        "namespace": manifest.key.namespace,
        "name": manifest.key.name,
        "uid": there.get("uid", ""),
        "generation": generation,
        "resourceVersion": there.get("resourceVersion", "0"),
        "creationTimestamp": there.get("creationTimestamp", ""),
        "annotations": {name: value for name, value in annotations.items() if name == APPROVE},
    }
    status: Any = {}
    if body is not None:
        status = body.get("status") or {}
        if body["spec"]["poolID"] != manifest.spec["poolID"]:
            raise InvalidSpec("spec.poolID", "cannot be changed; make another BatchPool, and delete this one")
    return BatchPool.parse({"metadata": metadata, "spec": manifest.spec, "status": status})


def _host(endpoint: str) -> str:
    # Not every text that somebody writes there can be parsed, and one with a password in it is not for all to see.
    return endpoint.partition("://")[2].partition("/")[0].rpartition("@")[2]


async def _read(batch: PoolReader, pool_id: str) -> LivePool:
    for again in range(_TRIES):
        try:
            return await batch.read(pool_id)
        except (Throttled, Unavailable) as failure:
            pause = 1.0 if failure.retry_after is None else failure.retry_after
            if again == _TRIES - 1 or pause > _MOST_PAUSE:
                raise
            await asyncio.sleep(pause)
    raise AssertionError("the last try returns or raises")


async def _or_error(work: Awaitable[Answer]) -> Answer | PoolkeeperError:
    try:
        return await work
    except PoolkeeperError as error:
        return error


def _error(error: PoolkeeperError) -> PoolPlan:
    if isinstance(error, InvalidSpec):
        return PoolPlan(Action.BLOCKED, error.message, error.reason)
    return PoolPlan(Action.ERROR, str(error), error.reason if isinstance(error, Failure) else "")


def _account_key(pool: Manifest) -> Key:
    return Key(pool.key.namespace, pool.spec["accountRef"]["name"])


def _rivals(
    pools: Iterable[Manifest], accounts: dict[Key, Account | PoolkeeperError]
) -> list[tuple[Manifest, Sequence[Manifest]]]:
    """Those that ask for one pool of one service, however it is spelled; only the oldest would have it."""
    groups: dict[str, list[tuple[str, list[Manifest]]]] = {}
    for pool in pools:
        account = accounts[_account_key(pool)]
        if isinstance(account, PoolkeeperError):
            continue
        endpoint = account.account.endpoint
        same_id = groups.setdefault(pool.spec["poolID"].casefold(), [])
        same = next((members for other, members in same_id if same_service(other, endpoint)), None)
        if same is None:
            same_id.append((endpoint, [pool]))
        else:
            same.append(pool)
    together = [members for same_id in groups.values() for _, members in same_id if len(members) > 1]
    return [(pool, members) for members in together for pool in members]
