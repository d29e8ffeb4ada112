"""`suspend: true` stops what waits: after it is seen, nothing leaves."""

from __future__ import annotations

from tests.support.world import World

COUNT = 200
BAD, GOOD = ({"metadata": [{"name": "owner", "value": value}]} for value in ("typo", "me"))


def marked(world: World, kind: str) -> list[str]:
    """The pools of which a condition of this type is true."""
    return [name for name, said in world.said_of_all().items() if said.get(kind, {}).get("status") == "True"]


def test_no_write_leaves_after_a_suspend_is_seen(world: World) -> None:
    names = [f"farm-{number:03}" for number in range(COUNT)]
    for name in names:
        world.sim.put_pool({"id": name, **GOOD})
    world.account(maxRequestsPerSecond=1000, checkInterval="1h")
    world.pools(*(world.pool_manifest(name, GOOD) for name in names))
    world.sim.wait_until(lambda: len(marked(world, "Ready")) == COUNT, seconds=90)

    # A bad commit arrives, and the account takes one request a second: its writes wait.
    world.account(maxRequestsPerSecond=1, checkInterval="1h")
    world.pools(*(world.pool_manifest(name, BAD) for name in names))
    world.sim.journal.wait("UpdatePoolProperties", count=3, seconds=90)
    world.pools(*(world.pool_manifest(name, BAD, suspend=True) for name in names))
    world.sim.wait_until(lambda: len(marked(world, "Suspended")) == COUNT, seconds=90)
    since = world.sim.journal.last_number
    # Time for some of them to leave, if they could: as many requests as the limit lets through meanwhile.
    world.account("beside", maxRequestsPerSecond=1)
    world.sim.journal.wait("ListPools", since=since, count=8, seconds=60)
    assert world.sim.journal.entries("UpdatePoolProperties", since=since) == []
    bad = [name for name in names if world.sim.pool(name)["metadata"] == BAD["metadata"]]
    assert 3 <= len(bad) < COUNT, "some of them were stopped"
