"""Hours in which nothing happens, or only what must not matter."""

from __future__ import annotations

from itertools import pairwise

import pytest

from poolkeeper.domain.resources import BatchPool
from tests.unit.engine.lab import POOL, Lab, key, metadata, now

pytestmark = pytest.mark.looptime

HOURS = 3 * 3600
WANTED, OTHER = metadata(owner="me"), metadata(owner="you")
ACCOUNTS = ("research", "second")
NAMES = ("a", "b", "c")


def all_as_wanted(lab: Lab) -> Lab:
    """Two accounts with three pools each, all as they are wanted."""
    for account in ACCOUNTS:
        lab.account(account)
        for name in NAMES:
            lab.service(account).put(name, WANTED)
            lab.pool(f"{account}-{name}", WANTED, account=account, pool_id=name)
    return lab


async def test_quiet_hours_cost_one_list_per_account_and_interval_and_nothing_else(lab: Lab) -> None:
    quiet = all_as_wanted(lab)
    await quiet.start(120)
    began, patches = now(), len(quiet.cluster.patches)
    told = len(quiet.cluster.told)
    await quiet.run(HOURS)
    for account in ACCOUNTS:
        lists = [call.at for call in quiet.service(account).calls if call.at >= began]
        assert quiet.service(account).counts(since=began) == {"list": len(lists)}
        assert HOURS / 60 <= len(lists) <= HOURS / 54 + 1
        gaps = [later - earlier for earlier, later in pairwise(lists)]
        assert max(gaps) <= 60.001, "drift is never found later than promised"
    assert (len(quiet.cluster.patches), len(quiet.cluster.told)) == (patches, told), "Kubernetes hears nothing"
    assert len(quiet.connector.connections) == len(ACCOUNTS)


async def test_the_two_accounts_are_not_checked_in_step(lab: Lab) -> None:
    quiet = all_as_wanted(lab)
    await quiet.start(HOURS)
    first, second = ({round(call.at, 3) for call in quiet.service(name).calls} for name in ACCOUNTS)
    assert len(first & second) < len(first) / 2


@pytest.mark.parametrize("moment", [0.0, 13.0, 31.0, 59.0])
async def test_drift_is_put_right_within_the_interval(lab: Lab, moment: float) -> None:
    quiet = all_as_wanted(lab)
    await quiet.start(600 + moment)
    quiet.service().drift("b", OTHER)
    began = now()
    await quiet.run(61)
    (written,) = [call.at for call in quiet.service().calls if call.operation == "write"]
    assert written - began <= 60.01
    assert quiet.service().find("b").properties["metadata"] == WANTED["metadata"]
    assert [event.reason for event in quiet.cluster.events(name="research-b")] == ["InSync", "DriftCorrected"]
    assert len(quiet.pool_patches(since=began)) == 1
    await quiet.run(600)
    assert quiet.service().counts()["write"] == 1, "the own write is nobody's drift"


async def test_a_resize_is_read_and_changes_the_shown_etag_only(lab: Lab) -> None:
    quiet = all_as_wanted(lab)
    await quiet.start(120)
    quiet.service().touch("b")
    began = now()
    await quiet.run(120)
    assert "write" not in quiet.service().counts()
    assert quiet.service().counts(since=began)["read"] == 1
    assert quiet.pool_patches(since=began) == [{"eTag": quiet.service().find("b").etag}]


async def test_what_changes_no_spec_is_no_reason_to_look(lab: Lab) -> None:
    quiet = all_as_wanted(lab)
    await quiet.start(120)
    began = now()
    for _ in range(5):
        # A label, an annotation, another controller's field.
        quiet.engine.handlers.pool_changed(BatchPool.parse(quiet.cluster.changed(POOL, key("research-a"))))
        await quiet.run()
    assert "read" not in quiet.service().counts(since=began)


async def test_a_changed_manifest_is_one_write_between_two_reads_and_one_patch_at_once(lab: Lab) -> None:
    quiet = all_as_wanted(lab)
    await quiet.start(120)
    began = now()
    quiet.change("research-a", OTHER)
    await quiet.run(0.1)
    counts = quiet.service().counts(since=began)
    assert (counts["read"], counts["unchanged"], counts["write"]) == (2, 1, 1)
    assert len(quiet.pool_patches(since=began)) == 1
    await quiet.run(600)
    assert quiet.service().counts(since=began).keys() == {"read", "unchanged", "write", "list"}
    assert len(quiet.pool_patches(since=began)) == 1


async def test_a_manifest_that_changes_in_the_middle_of_a_look_is_looked_at_again(lab: Lab) -> None:
    quiet = all_as_wanted(lab)
    await quiet.start(120)
    hold = quiet.service().hold("write")
    quiet.change("research-a", OTHER)
    await hold.reached.wait()
    quiet.change("research-a", metadata(owner="she"))
    hold.release.set()
    await quiet.run()
    assert quiet.service().find("a").properties["metadata"] == [{"name": "owner", "value": "she"}]
    assert quiet.status("research-a")["observedGeneration"] == 2 + 1
    assert {event.reason for event in quiet.cluster.events(name="research-a")} == {"InSync", "Updated"}


async def test_a_newer_manifest_that_only_the_answer_to_a_patch_tells_of_is_looked_at(lab: Lab) -> None:
    quiet = all_as_wanted(lab)
    await quiet.start(120)
    quiet.cluster.watch = None
    hold = quiet.service().hold("write")
    quiet.change("research-a", OTHER)
    await hold.reached.wait()
    quiet.cluster.change(POOL, key("research-a"), {"properties": metadata(owner="she")})
    hold.release.set()
    await quiet.run()
    assert quiet.service().find("a").properties["metadata"] == [{"name": "owner", "value": "she"}]


async def test_a_deleted_resource_is_let_go_of_for_ever(lab: Lab) -> None:
    quiet = all_as_wanted(lab)
    await quiet.start(120)
    quiet.delete("research-b")
    quiet.service().drift("b", OTHER)
    await quiet.run(600)
    assert "write" not in quiet.service().counts()
    assert quiet.status("research", "BatchAccount")["pools"] == 2


async def test_an_operator_that_starts_anew_on_the_same_resources_writes_nothing(lab: Lab) -> None:
    quiet = all_as_wanted(lab)
    quiet.service().drift("b", OTHER)
    await quiet.start(120)
    again = await quiet.restarted()
    patches, writes = len(quiet.cluster.patches), quiet.service().counts()["write"]
    told = len(quiet.cluster.told)
    await again.start(600)
    assert (len(quiet.cluster.patches), len(quiet.cluster.told)) == (patches, told)
    assert quiet.service().counts()["write"] == writes
    await again.engine.stop(grace=0)
