"""An account, or Kubernetes, fails and comes back: who asks, who is told, and when all is well again."""

from __future__ import annotations

import pytest

from poolkeeper.domain.failures import (
    AuthenticationFailed,
    PackagesUnavailable,
    PoolUnavailable,
    ReadDenied,
    ServiceUnavailable,
    Throttled,
)
from tests.unit.engine.fake_cluster import DOWN
from tests.unit.engine.lab import ACCOUNT, Lab, metadata, now

pytestmark = pytest.mark.looptime

WANTED, OTHER = metadata(owner="me"), metadata(owner="you")
POOLS = [f"pool-{number:02}" for number in range(20)]


def in_sync(lab: Lab) -> Lab:
    """Twenty pools that are in sync once the engine has started."""
    lab.account()
    for name in POOLS:
        lab.service().put(name, WANTED)
        lab.pool(name, WANTED)
    return lab


def said(lab: Lab) -> set[str | None]:
    return {lab.ready(name) for name in POOLS}


async def test_a_lost_request_changes_nothing(lab: Lab) -> None:
    well = in_sync(lab)
    await well.start()
    patches = len(well.cluster.patches)
    well.service().fail(ServiceUnavailable("no answer"), times=1)
    await well.run(120)
    assert len(well.cluster.patches) == patches
    assert said(well) == {"InSync"}
    assert well.service().counts()["read"] == len(POOLS), "nobody had a reason to look"


async def test_an_outage_is_found_out_by_one_request_and_told_to_every_pool_once(lab: Lab) -> None:
    well = in_sync(lab)
    await well.start()
    well.service().fail(ServiceUnavailable("no answer"))
    looks = well.metric("poolkeeper_reconcile_seconds_count")[()]
    began = now()
    await well.run(3600)
    assert said(well) == {"ServiceUnavailable"}
    assert well.metric("poolkeeper_reconcile_seconds_count")[()] == looks + len(POOLS), "each has to hear it once"
    assert well.ready("research", ACCOUNT) == "Unreachable"
    assert len(well.pool_patches(since=began)) == len(POOLS)
    assert well.service().counts(since=began).keys() == {"list"}, "a probe for the account, none for a pool"
    assert well.service().counts(since=began)["list"] <= 3600 / 45 + 10

    well.service().heal()
    healed = now()
    await well.run(61)
    assert said(well) == {"InSync"}
    assert well.ready("research", ACCOUNT) == "Reachable"
    assert len(well.pool_patches(since=healed)) == len(POOLS)
    assert well.service().counts()["read"] == 2 * len(POOLS)
    assert "write" not in well.service().counts()


async def test_what_was_wanted_during_an_outage_is_done_after_it(lab: Lab) -> None:
    well = in_sync(lab)
    await well.start()
    well.service().fail(ServiceUnavailable("no answer"))
    await well.run(90)
    for name in POOLS[:5]:
        well.change(name, OTHER)
    await well.run(600)
    assert {well.status(name)["observedGeneration"] for name in POOLS[:5]} == {2}, "it is told that it waits"
    well.service().heal()
    await well.run(61)
    assert said(well) == {"InSync"}
    assert well.service().counts()["write"] == 5


async def test_a_pool_that_is_new_during_an_outage_is_told_at_once(lab: Lab) -> None:
    well = in_sync(lab)
    await well.start()
    well.service().fail(Throttled("429", retry_after=300))
    await well.run(61)
    well.service().put("new", OTHER)
    well.pool("new", WANTED)
    await well.run()
    assert well.ready("new") == "Throttled"
    assert said(well) == {"InSync"}, "the others have nothing to wait for"
    well.service().heal()
    await well.run(300)
    assert well.ready("new") == "InSync"


async def test_nothing_is_sent_before_the_time_that_the_service_asked_for(lab: Lab) -> None:
    well = in_sync(lab)
    await well.start()
    well.service().fail(Throttled("429", retry_after=300), times=1)
    well.change("pool-00", OTHER)
    well.change("pool-01", OTHER)
    await well.run()
    throttled = now() - 1
    await well.run(400)
    (_, *later) = [call.at for call in well.service().calls if call.at >= throttled]
    early = [at for at in later if throttled + 0.001 < at < throttled + 299.99]
    assert early == []
    assert min(at for at in later if at > throttled + 0.001) == pytest.approx(throttled + 300, abs=0.1)
    assert said(well) == {"InSync"}
    assert sum(well.metric("poolkeeper_throttled_seconds_total").values()) == pytest.approx(300)


async def test_after_the_time_that_the_service_asked_for_nobody_waits_for_the_next_check(lab: Lab) -> None:
    well = in_sync(lab)
    await well.start()
    well.service().fail(Throttled("429", retry_after=5), operation="write", times=1)
    well.change("pool-00", OTHER)
    await well.run(6)
    assert well.status("pool-00")["observedGeneration"] == 2
    assert well.ready("pool-00") == "InSync"


async def test_a_pool_that_fails_once_is_tried_again_in_a_second(lab: Lab) -> None:
    well = in_sync(lab)
    await well.start()
    well.service().fail(PoolUnavailable("500"), operation="write", times=1)
    well.change("pool-00", OTHER)
    await well.run(1.1)
    assert well.ready("pool-00") == "InSync"


async def test_a_throttled_account_does_not_touch_the_others(lab: Lab) -> None:
    well = in_sync(lab)
    well.account("second")
    well.service("second").put("other", WANTED)
    well.pool("other", WANTED, account="second")
    await well.start()
    well.service().fail(Throttled("429", retry_after=300))
    well.change("pool-00", OTHER)
    await well.run(30)
    began = now()
    well.service("second").drift("other", OTHER)
    await well.run(61)
    assert well.ready("other") == "InSync"
    written = [call.at for call in well.service("second").calls if call.operation == "write"]
    assert len(written) == 1
    assert written[0] - began <= 60, "the other account's checks keep their interval"


async def test_a_refused_sign_in_is_asked_again_slowly_and_told_once(lab: Lab) -> None:
    well = in_sync(lab)
    await well.start()
    well.service().fail(AuthenticationFailed("401"))
    began = now()
    await well.run(3600)
    assert said(well) == {"AccountNotReady"}
    assert len(well.pool_patches(since=began)) == len(POOLS)
    assert sum(well.service().counts(since=began).values()) <= 3600 / 60 + 1
    assert well.connector.open == [], "each try reads the Secret anew"
    well.service().heal()
    await well.run(61)
    assert said(well) == {"InSync"}


async def test_an_account_that_fails_differently_is_told_again(lab: Lab) -> None:
    well = in_sync(lab)
    denied = ReadDenied("403")
    await well.start()
    fault = well.service().fail(AuthenticationFailed("401"))
    await well.run(120)
    fault.error = denied
    began = now()
    await well.run(120)
    assert said(well) == {"AccountNotReady"}
    assert well.ready("research", ACCOUNT) == "AccessDenied"
    assert len(well.pool_patches(since=began)) == len(POOLS)


async def test_one_pool_in_trouble_is_alone_in_it(lab: Lab) -> None:
    well = in_sync(lab)
    well.service().fail(PoolUnavailable("500"), pool="pool-07")
    await well.start(600)
    assert said(well) == {"InSync", "ServiceUnavailable"}
    assert well.ready("pool-07") == "ServiceUnavailable"
    tries = [call for call in well.service().calls if call.pool == "pool-07"]
    assert 5 <= len(tries) <= 30, "after a growing delay, and with each check"
    assert len(well.pool_patches("pool-07")) == 1
    well.service().heal()
    await well.run(60)
    assert said(well) == {"InSync"}


async def test_a_single_pool_in_trouble_is_no_storm(lab: Lab) -> None:
    lab.account()
    lab.service().put("alone", WANTED)
    lab.service().fail(PoolUnavailable("500"), pool="alone")
    lab.pool("alone", WANTED)
    await lab.start(600)
    assert len(lab.service().calls) <= 40
    lab.service().heal()
    await lab.run(61)
    assert lab.ready("alone") == "InSync"


async def test_a_missing_package_is_tried_again_slowly(lab: Lab) -> None:
    well = in_sync(lab)
    await well.start()
    well.service().fail(PackagesUnavailable("409"), operation="write")
    well.change("pool-00", OTHER)
    began = now()
    await well.run(600)
    assert well.ready("pool-00") == "InvalidProperties"
    assert 9 <= well.service().counts(since=began)["write"] <= 11
    well.service().heal()
    await well.run(61)
    assert well.ready("pool-00") == "InSync"


async def test_when_kubernetes_is_away_pools_are_kept_and_it_is_told_later(lab: Lab) -> None:
    well = in_sync(lab)
    await well.start()
    well.cluster.fail(DOWN)
    well.service().drift("pool-03", OTHER)
    await well.run(600)
    assert well.service().counts()["write"] == 1, "the pool was put right, once"
    well.cluster.heal()
    await well.run(301)
    status = well.status("pool-03")
    assert status["eTag"] == status["lastWrite"]["eTag"] == well.service().find("pool-03").etag
    assert [event.reason for event in well.cluster.events(name="pool-03")] == ["InSync", "DriftCorrected"]


async def test_checks_come_back_in_a_second_however_often_kubernetes_was_away(lab: Lab) -> None:
    lab.account()
    lab.service().put("a", WANTED)
    lab.pool("a", WANTED)
    await lab.start()
    for round_ in range(12):
        # A new spec needs a new connection, and that the Secret.
        lab.connector.trouble = DOWN
        lab.change_account(maxRequestsPerSecond=20 + round_)
        await lab.run(0.5)
        lab.connector.trouble = None
        await lab.run(120)
    lab.connector.trouble = DOWN
    lab.change_account(maxRequestsPerSecond=100)
    await lab.run(0.5)
    lab.connector.trouble = None
    began = now()
    await lab.run(2)
    assert {"row", "read"} <= lab.service().counts(since=began).keys()


async def test_accounts_are_reported_in_a_second_however_often_kubernetes_was_away(lab: Lab) -> None:
    lab.account()
    await lab.start()
    for number in range(12):
        lab.cluster.fail(DOWN, operation="patch_status", pool="research", times=1)
        lab.pool(f"pool-{number}")
        await lab.run(300)
    lab.cluster.fail(DOWN, operation="patch_status", pool="research", times=1)
    lab.pool("last")
    await lab.run(1.5)
    assert lab.status("research", ACCOUNT)["pools"] == 13


async def test_a_write_that_the_account_refuses_is_counted_like_any_other(lab: Lab) -> None:
    lab.account()
    lab.service().put("rendering")
    lab.service().fail(AuthenticationFailed("401"), operation="write")
    lab.pool("rendering", metadata(owner="me"))
    await lab.start()
    assert lab.ready("rendering") == "AccountNotReady"
    assert lab.metric("poolkeeper_writes_total") == {("lab/research", "AuthenticationFailed"): 1.0}
