"""Accounts come, change and go, and their pools with them."""

from __future__ import annotations

import pytest

from poolkeeper.domain.failures import InvalidProperties, SecretNotFound
from tests.unit.engine.lab import ACCOUNT, Lab, account_spec, endpoint, key, metadata

pytestmark = pytest.mark.looptime

WANTED, OTHER = metadata(owner="me"), metadata(owner="you")
POOLS = ("a", "b", "c")


def fill(lab: Lab, account: str = "research") -> None:
    """Pools that differ from what is wanted."""
    for name in POOLS:
        lab.service(account).put(name, OTHER)
        lab.pool(name if account == "research" else f"{account}-{name}", WANTED, account=account, pool_id=name)


async def test_pools_wait_for_their_account_and_follow_it(lab: Lab) -> None:
    fill(lab)
    await lab.start()
    assert {lab.ready(name) for name in POOLS} == {"AccountNotFound"}
    assert lab.service().calls == []
    lab.account()
    await lab.run()
    assert {lab.ready(name) for name in POOLS} == {"InSync"}
    assert lab.service().counts() == {"list": 1, "read": 6, "unchanged": 3, "write": 3}
    assert lab.status("research", ACCOUNT)["pools"] == 3
    lab.delete_account()
    await lab.run()
    assert {lab.ready(name) for name in POOLS} == {"AccountNotFound"}
    assert lab.connector.open == []
    await lab.run(3600)
    assert lab.service().counts()["list"] == 1, "nobody asks on behalf of an account that is gone"


async def test_an_account_without_pools_shows_that_it_answers(lab: Lab) -> None:
    lab.account()
    await lab.start()
    assert lab.ready("research", ACCOUNT) == "Reachable"
    assert lab.service().counts() == {"probe": 1}


async def test_an_account_without_pools_leaves_no_connection_when_it_goes(lab: Lab) -> None:
    lab.account()
    await lab.start()
    lab.delete_account()
    await lab.run()
    assert lab.connector.open == []


async def test_pools_of_a_new_account_do_not_wait_for_its_first_check(lab: Lab) -> None:
    fill(lab)
    lab.service().latency = 5
    await lab.start()
    lab.account()
    await lab.run(0.1)
    assert lab.service().counts() == {"list": 1, "read": 3}


async def test_a_changed_account_is_used_at_once_by_all_its_pools(lab: Lab) -> None:
    lab.account()
    fill(lab)
    await lab.start()
    for name in POOLS:
        lab.service("moved").put(name, OTHER)
    lab.service().calls.clear()
    lab.change_account(endpoint=endpoint("moved"))
    await lab.run()
    assert lab.service("moved").counts() == {"list": 1, "read": 6, "unchanged": 3, "write": 3}
    assert lab.service().calls == []
    assert [batch.account.endpoint for batch in lab.connector.open] == [endpoint("moved")]


async def test_what_one_service_refused_another_may_take(lab: Lab) -> None:
    lab.account()
    fill(lab)
    lab.service().fail(InvalidProperties("400"), operation="write")
    await lab.start()
    assert {lab.ready(name) for name in POOLS} == {"InvalidProperties"}
    for name in POOLS:
        lab.service("moved").put(name, OTHER)
    lab.change_account(endpoint=endpoint("moved"))
    await lab.run()
    assert {lab.ready(name) for name in POOLS} == {"InSync"}


async def test_an_interval_that_changes_counts_from_then_on(lab: Lab) -> None:
    lab.account(interval="60s")
    fill(lab)
    await lab.start(120)
    lab.change_account(checkInterval="10s")
    await lab.run()
    lab.service().calls.clear()
    await lab.run(600)
    assert 60 <= lab.service().counts()["list"] <= 67
    lab.change_account(checkInterval="120s")
    await lab.run()
    lab.service().calls.clear()
    await lab.run(600)
    assert 5 <= lab.service().counts()["list"] <= 6, "the old interval has ended"


async def test_a_pool_with_an_interval_of_its_own_has_checks_of_its_own(lab: Lab) -> None:
    lab.account(interval="600s")
    fill(lab)
    lab.service().put("hasty", WANTED)
    lab.pool("hasty", WANTED, interval="10s")
    await lab.start(60)
    lab.service().calls.clear()
    await lab.run(100)
    assert lab.service().counts().get("list", 0) <= 1, "the others are as seldom as the account says"
    assert 10 <= lab.service().counts()["row"] <= 12


async def test_two_accounts_have_nothing_to_do_with_each_other(lab: Lab) -> None:
    lab.account()
    lab.account("second")
    fill(lab)
    fill(lab, "second")
    lab.service("second").latency = 5
    await lab.start()
    assert {lab.ready(name) for name in POOLS} == {"InSync"}
    assert {lab.ready(f"second-{name}") for name in POOLS} == {None}
    await lab.run(20)
    assert {lab.ready(f"second-{name}") for name in POOLS} == {"InSync"}
    assert len(lab.connector.connections) == 2


async def test_a_pool_that_changes_its_account_is_kept_by_the_new_one(lab: Lab) -> None:
    lab.account()
    lab.account("second")
    lab.service().put("a", WANTED)
    lab.service("second").put("a", OTHER)
    lab.pool("a", WANTED)
    await lab.start()
    lab.service().calls.clear()
    lab._seen("BatchPool", lab.cluster.change("BatchPool", key("a"), {"accountRef": {"name": "second"}}))
    await lab.run()
    assert lab.service("second").counts()["write"] == 1
    assert (lab.status("research", ACCOUNT)["pools"], lab.status("second", ACCOUNT)["pools"]) == (0, 1)
    await lab.run(120)
    assert "row" not in lab.service().counts()


async def test_an_account_whose_secret_comes_late_is_found_within_seconds(lab: Lab) -> None:
    lab.connector.trouble = SecretNotFound("there is no Secret key in namespace lab")
    lab.account()
    fill(lab)
    await lab.start()
    assert {lab.ready(name) for name in POOLS} == {"AccountNotReady"}
    assert lab.ready("research", ACCOUNT) == "SecretNotFound"
    lab.connector.trouble = None
    await lab.run(3)
    assert {lab.ready(name) for name in POOLS} == {"InSync"}
    assert lab.ready("research", ACCOUNT) == "Reachable"


async def test_many_new_pools_make_one_report_of_the_account(lab: Lab) -> None:
    lab.account()
    await lab.start()
    assert lab.status("research", ACCOUNT)["pools"] == 0
    before = len(lab.cluster.patches)
    for number in range(50):
        lab.service().put(f"pool-{number}")
        lab.pool(f"pool-{number}")
        await lab.run(0.002)
    await lab.run()
    assert lab.status("research", ACCOUNT)["pools"] == 50
    assert len([patch for patch in lab.cluster.patches[before:] if patch.kind == ACCOUNT]) == 1


async def test_an_account_that_is_made_anew_under_its_name_is_another_one(lab: Lab) -> None:
    lab.account()
    fill(lab)
    await lab.start()
    lab.delete_account()
    lab._seen(ACCOUNT, lab.cluster.create(ACCOUNT, "research", account_spec("research")))
    await lab.run()
    assert {lab.ready(name) for name in POOLS} == {"InSync"}
    assert len(lab.connector.connections) == 2
    assert len(lab.connector.open) == 1
