"""When the world is quiet: everything is settled, and every status is true."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

from poolkeeper.domain.resources import Key
from tests.simulation.cluster import ACCOUNT, POOL
from tests.simulation.oracle import lost, meaning, same
from tests.simulation.watcher import endpoint_of
from tests.simulation.world import World

Json = dict[str, Any]

QUIET = 2400.0
"""Seconds until everything must be settled: the longest pause is that of a fight, ten minutes after its last blow."""

_LAST = 600.0
"""Seconds at the end in which nothing may be written any more."""


async def settle(world: World) -> list[str]:
    """Heal the world, let time pass, and judge what is then."""
    await world.heal()
    await asyncio.sleep(QUIET)
    found = list(world.watcher.violations)
    world.watcher.bounded()
    found = [*world.watcher.violations, *_restless(world), *_untrue_pools(world), *_untrue_accounts(world)]
    assert world.operator is not None, "somebody is running"
    unexpected = sum(
        sample.value
        for metric in world.operator.metrics.registry.collect()
        for sample in metric.samples
        if sample.name == "poolkeeper_unexpected_errors_total"
    )
    if unexpected or world.records.unexpected:
        found.append(f"{unexpected} unexpected errors: {world.records.unexpected[:1]}")
    world.watcher.no_secret(world.operator.metrics.page().decode())
    for body in world.cluster.objects.values():
        world.watcher.no_secret(str(body.get("status", {})))
    await world.operator.end(grace=1.0)
    return list(dict.fromkeys([*found, *world.watcher.violations]))


def _restless(world: World) -> Iterator[str]:
    since = asyncio.get_running_loop().time() - _LAST
    late = [(at, str(key)) for at, key in world.cluster.patches if at > since]
    if late:
        yield f"{len(late)} statuses were written in quiet, the last of {late[-1][1]}"
    for service in world.services.values():
        writes = [post for post in service.posts if post.at > since]
        if writes:
            yield f"{len(writes)} writes to {service.host} in quiet"


def _untrue_pools(world: World) -> Iterator[str]:
    rivals: dict[tuple[str, str], list[Json]] = {}
    for (kind, key), body in world.cluster.objects.items():
        if kind == POOL:
            account = world.cluster.objects[ACCOUNT, Key(key.namespace, body["spec"]["accountRef"]["name"])]
            rivals.setdefault((account["spec"]["endpoint"], body["spec"]["poolID"]), []).append(body)
    for (where, pool), bodies in rivals.items():
        active = [body for body in bodies if not body["spec"].get("suspend")]
        owners = [body for body in active if _ready(body).get("reason") != "Conflict"]
        if len(owners) > 1:
            yield f"{len(owners)} own pool {pool} at {where}: {[str(_name(one)) for one in owners]}"
        if active and not owners and len(active) == len(bodies):
            yield f"nobody owns pool {pool} at {where}"
        for body in owners:
            yield from _untrue_pool(world, body, where, pool)


def _untrue_pool(  # noqa: C901 - a table, a reason a row
    world: World, body: Json, where: str, pool: str
) -> Iterator[str]:
    name, spec, status, ready = _name(body), body["spec"], body.get("status", {}), _ready(body)
    host = next(host for host in world.services if endpoint_of(host) == where)
    live = world.services[host].pools[pool]
    secret = world.cluster.secrets[Key(body["metadata"]["namespace"], "a")][1]
    wanted = meaning(spec["properties"], secret)
    equal = same(meaning(live.properties), wanted, quirk=world.services[host].quirk)
    reason = ready.get("reason")
    if status.get("observedGeneration") != body["metadata"]["generation"]:
        yield f"{name} speaks of an old generation: {status.get('observedGeneration')} ({ready})"
        return
    match reason:
        case "InSync":
            if not equal or status.get("drift"):
                yield f"{name} says InSync, and {meaning(live.properties)} is not {wanted}; {status.get('drift')}"
        case "Observed":
            if spec["mode"] != "Observe" or equal == bool(status.get("drift")):
                yield f"{name} says Observed; equal {equal}, drift {status.get('drift')}"
        case "AwaitingApproval":
            # What the service would store otherwise nobody knows who has not written yet.
            if spec["mode"] != "Approve" or same(meaning(live.properties), wanted, quirk=False):
                yield f"{name} waits for approval: {spec['mode']}, equal {equal}"
        case "RemovalNeedsConsent":
            if spec["adoption"] != "Guard" or not lost(meaning(live.properties), wanted):
                yield f"{name} waits for consent, and nothing would go: {meaning(live.properties)} to {wanted}"
        case "InvalidProperties":
            if (host, "") not in world.watcher.refused:
                yield f"{name} says that it was refused, and never was: {ready}"
        case _:
            yield f"{name} is not settled: {ready}; {meaning(live.properties)}, wanted {wanted}"


def _untrue_accounts(world: World) -> Iterator[str]:
    for (kind, key), body in world.cluster.objects.items():
        if kind != ACCOUNT:
            continue
        ready, status = _ready(body), body.get("status", {})
        if ready.get("reason") != "Reachable" or status.get("observedGeneration") != body["metadata"]["generation"]:
            yield f"account {key} is not settled: {ready}"


def _ready(body: Json) -> Json:
    conditions = body.get("status", {}).get("conditions", [])
    return next((one for one in conditions if one["type"] == "Ready"), {})


def _name(body: Json) -> Key:
    return Key(body["metadata"]["namespace"], body["metadata"]["name"])
