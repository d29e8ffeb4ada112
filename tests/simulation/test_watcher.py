"""Each invariant catches what it is there for; planted here, since the engine does not do it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Any

import pytest

from poolkeeper.domain.resources import BatchPool, Key
from poolkeeper.domain.status.events import Event
from tests.simulation.cluster import ACCOUNT, POOL, Cluster
from tests.simulation.service import Hooks, Service
from tests.simulation.story import metadata
from tests.simulation.watcher import MOST_WRITES, Watcher, endpoint_of

BODY = {**metadata("p"), "applicationPackageReferences": [], "certificateReferences": []}
HERE = Key("a", "a")


def scene(**spec: Any) -> tuple[Watcher, Service]:
    """One pool that differs from its manifest and has more than it names, and a watcher that knows of both."""
    cluster = Cluster(random.Random(1))
    services: dict[str, Service] = {}
    watcher = Watcher(cluster, services)
    services["one"] = Service("one", random.Random(1), Hooks(watcher.leaving, watcher.shown))
    precious = [{"name": "precious", "value": "1"}]
    services["one"].put("a", {"metadata": [*metadata("x")["metadata"], *precious], "startTask": {"commandLine": "run"}})
    full = {"accountRef": {"name": "a"}, "poolID": "a", "mode": "Enforce", "adoption": "Overwrite"}
    watcher.told(ACCOUNT, _body({"endpoint": endpoint_of("one")}))
    watcher.told(POOL, _body({**full, "properties": metadata("p"), **spec}))
    return watcher, services["one"]


def _body(spec: dict[str, Any]) -> dict[str, Any]:
    named = {"namespace": "a", "name": "a", "uid": "uid-1", "generation": 1, "resourceVersion": "1"}
    return {"metadata": named, "spec": spec}


def _in_a_loop(act: Callable[[], None]) -> None:
    async def once() -> None:
        act()

    asyncio.run(once())


@pytest.mark.parametrize(
    ("spec", "body", "violation", "reason"),
    [
        ({}, BODY, None, "it is asked for, and consented to"),
        ({"suspend": True}, BODY, "no manifest asks for", "suspended"),
        ({"mode": "Observe"}, BODY, "no manifest asks for", "only watched"),
        ({"mode": "Approve"}, BODY, "no manifest asks for", "not approved"),
        ({"poolID": "b"}, BODY, "no manifest asks for", "another pool"),
        ({}, {**BODY, **metadata("q")}, "no manifest asks for", "another body"),
        ({"adoption": "Guard"}, BODY, "without consent", "a thing goes that nobody has let go of"),
    ],
)
def test_a_write_must_be_asked_for_and_consented_to(
    spec: dict[str, Any], body: dict[str, Any], violation: str | None, reason: str
) -> None:
    watcher, _ = scene(**spec)
    _in_a_loop(lambda: watcher.leaving("one", "a", body))
    assert [violation in one for one in watcher.violations if violation] == ([True] if violation else []), reason
    assert bool(watcher.violations) is (violation is not None), watcher.violations


def test_consent_is_for_one_pool_and_not_for_one_that_is_made_anew() -> None:
    watcher, service = scene(adoption="Guard")
    service.pools["a"].properties = metadata("p")
    watcher.shown("one", service.pools["a"])
    service.put("a", {"startTask": {"commandLine": "precious"}})
    _in_a_loop(lambda: watcher.leaving("one", "a", BODY))
    assert "without consent" in watcher.violations[0]


def test_what_a_write_changes_must_be_told() -> None:
    watcher, service = scene()
    seen = BatchPool.parse(watcher.seen[POOL, HERE])

    def write() -> None:
        service._write(service.pools["a"], BODY)
        etag = service.pools["a"].etag
        watcher.announced(seen, Event("Normal", "Updated", f"updated at /metadata/owner (new ETag {etag}, x)"))

    _in_a_loop(write)
    assert "does not tell of" in watcher.violations[0]


def test_a_secret_must_stand_nowhere() -> None:
    watcher, _ = scene()
    watcher._cluster.values.add("s3cret-1")
    _in_a_loop(lambda: watcher.no_secret("the value is s3cret-1"))
    assert "a secret stands in" in watcher.violations[0]


def test_writes_and_requests_are_bounded() -> None:
    watcher, service = scene()

    def write_again_and_again() -> None:
        for _ in range(MOST_WRITES + 1):
            service._write(service.pools["a"], BODY)
        service.requests += [0.5] * 1000
        watcher.bounded()

    _in_a_loop(write_again_and_again)
    assert len(watcher.violations) == 2
