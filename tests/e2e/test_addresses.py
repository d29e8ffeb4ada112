"""Consent is for one pool: pointed at another, a resource asks again, whatever it was in sync with before."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.batchsim.sim import BatchSim, load_pools
from tests.support.world import World

WANTED = {"metadata": [{"name": "owner", "value": "me"}], "targetNodeCommunicationMode": "default"}
PRECIOUS = {
    "metadata": [{"name": "owner", "value": "me"}, {"name": "billing", "value": "42"}],
    "startTask": {"commandLine": "/opt/tuned-for-weeks.sh", "waitForSuccess": True},
}


def staging(world: World, start_batchsim: Callable[..., BatchSim]) -> BatchSim:
    """A pool of ours in one account, in sync; and one of the same id in another, with what nobody wrote down."""
    production = start_batchsim(pools=load_pools(), account="production")
    production.remove_pool("rendering")
    production.put_pool({"id": "rendering", **PRECIOUS})
    world.sim.remove_pool("rendering")
    world.sim.put_pool({"id": "rendering", **WANTED})
    world.account()
    world.pool("rendering", WANTED, adoption="Guard")
    world.wait("rendering", "InSync")
    assert world.status("rendering")["adopted"] is True
    return production


def asked_again(world: World, there: BatchSim, before: dict[str, Any]) -> None:
    status = world.wait("rendering", "RemovalNeedsConsent")["status"]
    assert "adopted" not in status
    message = world.condition("rendering")["message"]
    assert "/startTask" in message
    assert "/metadata/billing" in message
    assert there.journal.entries("UpdatePoolProperties") == [], "zero writes"
    assert there.pool("rendering") == before


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("how", ["accountRef", "endpoint"])
def test_another_account_is_asked_for_consent_anew(
    world: World,
    start_batchsim: Callable[..., BatchSim],
    how: str,
    *,
    restarted: bool,
) -> None:
    production = staging(world, start_batchsim)
    before = production.pool("rendering")
    if restarted:
        world.operator.stop()
    if how == "accountRef":
        world.account("production", endpoint=production.url, accountName="production")
        world.pool("rendering", WANTED, adoption="Guard", accountRef={"name": "production"})
    else:
        world.account(endpoint=production.url, accountName="production")
    if restarted:
        world.operator.start()
    asked_again(world, production, before)


def test_a_pool_that_is_deleted_and_made_anew_is_asked_for_consent_anew(
    world: World, start_batchsim: Callable[..., BatchSim]
) -> None:
    staging(world, start_batchsim)
    world.sim.remove_pool("rendering")
    world.wait("rendering", "PoolNotFound")
    world.sim.put_pool({"id": "rendering", **PRECIOUS})
    asked_again(world, world.sim, world.sim.pool("rendering"))


def test_a_status_from_a_backup_gives_no_consent(world: World) -> None:
    world.sim.put_pool({"id": "rendering", **PRECIOUS})
    world.account()
    world.operator.stop()
    world.pool("rendering", WANTED, adoption="Guard")
    address = {"endpoint": world.sim.url, "poolID": "rendering", "apiVersion": "2024-07-01.20.0", "rulesVersion": 1}
    backup = {"adopted": True, "address": {**address, "creationTime": "2026-01-01T00:00:00Z", "uid": "another"}}
    patch = json.dumps({"status": backup})
    world.kubectl.out("patch", "batchpool/rendering", "--subresource=status", "--type=merge", "-p", patch)
    world.operator.start()
    asked_again(world, world.sim, world.sim.pool("rendering"))
