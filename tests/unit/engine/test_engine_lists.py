"""The full list: the start, and what it heals; it may be older than what the watch has told."""

from __future__ import annotations

import pytest

from poolkeeper.domain.resources import BatchAccount, BatchPool
from tests.unit.engine.fakes import Json
from tests.unit.engine.lab import ACCOUNT, POOL, Lab, key, metadata, now

pytestmark = pytest.mark.looptime

WANTED, OTHER = metadata(owner="me"), metadata(owner="you")


class List:
    """What a list holds when it is asked for; `arrive` may be later."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._bodies: list[tuple[str, Json]] = []
        for kind, found in list(lab.cluster.objects):
            body = lab.cluster.objects[kind, found]
            self._bodies.append((kind, {**body, "metadata": dict(body["metadata"]), "spec": dict(body["spec"])}))
        self._as_of = max((int(body["metadata"]["resourceVersion"]) for _, body in self._bodies), default=0)

    def arrive(self) -> None:
        accounts = [BatchAccount.parse(body) for kind, body in self._bodies if kind == ACCOUNT]
        pools = [BatchPool.parse(body) for kind, body in self._bodies if kind == POOL]
        self._lab.engine.handlers.listed(accounts, pools, as_of=self._as_of)


def with_two_pools(lab: Lab) -> Lab:
    """An account and two pools."""
    lab.account()
    for name in ("a", "b"):
        lab.service().put(name, WANTED)
        lab.pool(name, WANTED)
    return lab


async def test_nothing_is_done_before_the_start(lab: Lab) -> None:
    made = with_two_pools(lab)
    await made.run(600)
    assert (made.service().calls, made.cluster.calls, made.connector.connections) == ([], [], [])
    await made.start()
    assert made.ready("a") == "InSync"


async def test_the_order_in_which_things_are_first_seen_does_not_matter(lab: Lab) -> None:
    lab.service().put("a", WANTED)
    lab.pool("a", WANTED)
    await lab.run(30)
    lab.account()
    await lab.start()
    assert [event.reason for event in lab.cluster.events(name="a")] == ["InSync"], "no passing AccountNotFound"


async def test_a_list_that_brings_nothing_new_causes_nothing(lab: Lab) -> None:
    made = with_two_pools(lab)
    await made.start()
    began = now()
    List(made).arrive()
    await made.run(0.5)
    assert made.service().counts(since=began).keys() <= {"list"}, "the regular check, by chance"


async def test_a_list_heals_what_the_watch_has_lost(lab: Lab) -> None:
    made = with_two_pools(lab)
    await made.start()
    del made.cluster.objects[POOL, key("b")]
    made.cluster.create(POOL, "c", {"accountRef": {"name": "research"}, "poolID": "c", "properties": WANTED})
    made.cluster.change(POOL, key("a"), {"properties": OTHER})
    made.service().put("c", OTHER)
    List(made).arrive()
    await made.run()
    assert {name: made.ready(name) for name in ("a", "c")} == {"a": "InSync", "c": "InSync"}
    assert made.service().counts()["write"] == 2
    assert made.engine.cache.pool(key("b")) is None


async def test_an_account_that_the_watch_did_not_tell_the_end_of_is_gone(lab: Lab) -> None:
    made = with_two_pools(lab)
    await made.start()
    del made.cluster.objects[ACCOUNT, key("research")]
    made.cluster.changed(POOL, key("a"))
    List(made).arrive()
    await made.run()
    assert {made.ready(name) for name in ("a", "b")} == {"AccountNotFound"}


async def test_what_was_made_after_a_list_was_asked_for_is_not_lost_to_it(lab: Lab) -> None:
    made = with_two_pools(lab)
    await made.start()
    late = List(made)
    made.service().put("c", OTHER)
    made.pool("c", WANTED)
    made.account("second")
    late.arrive()
    await made.run()
    assert made.ready("c") == "InSync"
    assert made.ready("second", ACCOUNT) == "Reachable"


async def test_what_was_deleted_after_a_list_was_asked_for_does_not_come_back(lab: Lab) -> None:
    made = with_two_pools(lab)
    await made.start()
    late = List(made)
    made.delete("b")
    made.delete_account()
    late.arrive()
    assert made.engine.cache.pool(key("b")) is None
    made.service().drift("b", OTHER)
    await made.run(600)
    assert "write" not in made.service().counts()
    assert made.ready("a") == "AccountNotFound"


async def test_a_change_after_a_list_was_asked_for_is_not_undone_by_it(lab: Lab) -> None:
    made = with_two_pools(lab)
    await made.start()
    late = List(made)
    made.change("a", OTHER)
    await made.run()
    began = now()
    late.arrive()
    await made.run(0.5)
    assert made.service().counts(since=began).keys() <= {"list"}, "the regular check, by chance"
    assert made.service().find("a").properties["metadata"] == OTHER["metadata"]


async def test_what_lists_go_on_to_hold_is_there_after_all(lab: Lab) -> None:
    made = with_two_pools(lab)
    await made.start()
    made.engine.handlers.pool_deleted(key("b"))
    for present in (False, True):
        List(made).arrive()
        assert (made.engine.cache.pool(key("b")) is not None) is present


async def test_a_namesake_of_which_only_a_list_tells_starts_without_the_memory_of_the_one_before(lab: Lab) -> None:
    made = with_two_pools(lab)
    await made.start()
    made.service().drift("a", OTHER)
    made.cluster.create(POOL, "a", {"accountRef": {"name": "research"}, "poolID": "a", "properties": WANTED})
    List(made).arrive()
    await made.run()
    assert [event.reason for event in made.cluster.events(name="a")] == ["InSync", "Updated"]


async def test_a_namesake_starts_without_the_memory_of_the_one_before(lab: Lab) -> None:
    made = with_two_pools(lab)
    await made.start()
    made.delete("a")
    made.service().drift("a", OTHER)
    made.pool("a", WANTED)
    await made.run()
    assert [event.reason for event in made.cluster.events(name="a")] == ["InSync", "Updated"], "no drift of its own"
    assert "lastDrift" not in made.status("a")
