"""Events, on the real API server and with the operator's own rights."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest
from aiohttp import web

from poolkeeper.clock import SystemClock
from poolkeeper.domain.resources import BatchPool
from poolkeeper.domain.status.events import Event
from poolkeeper.kube.client import Api
from poolkeeper.kube.events import Events
from tests.testbed.cluster import Cluster
from tests.testbed.kubectl import Kubectl
from tests.unit.kube.apiserver import ApiServer, Request
from tests.unit.kube.informer.test_listing import pool
from tests.unit.kube.test_status_writer import NAME, create


@pytest.fixture
def user(cluster: Cluster, namespace: str) -> Kubectl:
    return cluster.kubectl.within(namespace)


@pytest.fixture
def posted(operator_api: Api) -> Events:
    return Events(operator_api, instance="pod-1", clock=SystemClock())


async def test_an_event_is_accepted_and_found_by_describe(user: Kubectl, posted: Events) -> None:
    resource = create(user)
    posted.add(resource, Event("Warning", "DriftCorrected", "pool rendering had drifted"))
    await posted.drained()
    (event,) = events(user)
    assert (event["type"], event["reason"], event["message"]) == (
        "Warning",
        "DriftCorrected",
        "pool rendering had drifted",
    )
    assert event["involvedObject"]["uid"] == resource.uid
    assert event["source"] == {"component": "poolkeeper", "host": "pod-1"}
    assert event["firstTimestamp"] == event["lastTimestamp"]
    described = user.out("describe", "batchpool", NAME)
    assert "DriftCorrected" in described
    assert "poolkeeper" in described


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param(NAME, "x" * 5000, id="a long message"),
        pytest.param(NAME, "ü" * 5000, id="a long message of two bytes a letter"),
        pytest.param("x" * 253, "short", id="the longest name"),
        pytest.param("a." * 30 + "b", "short", id="a name that is cut at a dot"),
    ],
)
async def test_an_event_is_accepted_however_long_its_parts_are(
    user: Kubectl, posted: Events, name: str, message: str
) -> None:
    posted.add(create(user, name), Event("Normal", "Updated", message))
    await posted.drained()
    (event,) = events(user)
    assert message.startswith(event["message"])
    assert 0 < len(event["message"]) <= 1024


async def test_an_event_that_is_lost_is_logged_and_let_go(
    api: Api, server: ApiServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.says(web.json_response({"message": "events is forbidden"}, status=403))
    resource = BatchPool.parse(pool(NAME))
    with caplog.at_level(logging.WARNING, logger="poolkeeper"):
        lost = Events(api, instance="pod-1", clock=SystemClock())
        lost.add(resource, Event("Normal", "InSync", "fine"))
        await lost.drained()
    (record,) = caplog.records
    assert "InSync of lab/rendering is lost" in record.getMessage()
    assert "forbidden" in record.getMessage()


async def test_a_namespace_that_is_deleted_takes_no_events_and_that_is_no_news(
    api: Api, server: ApiServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.says(web.json_response({"message": "namespace lab is being terminated"}, status=403))
    with caplog.at_level(logging.INFO, logger="poolkeeper"):
        lost = Events(api, instance="pod-1", clock=SystemClock())
        lost.add(BatchPool.parse(pool(NAME)), Event("Normal", "InSync", "fine"))
        await lost.drained()
    assert caplog.records == []


async def test_events_that_cannot_be_posted_any_more_are_counted_in_the_log(
    api: Api, server: ApiServer, caplog: pytest.LogCaptureFixture
) -> None:
    never = asyncio.Event()

    async def answer(_: Request) -> web.Response:
        await never.wait()
        return web.json_response({})

    server.answer = answer
    lost = Events(api, instance="pod-1", clock=SystemClock())
    with caplog.at_level(logging.WARNING, logger="poolkeeper"):
        resource = BatchPool.parse(pool(NAME))
        for number in range(10_002):
            lost.add(resource, Event("Normal", "InSync", f"{number}"))
        await lost.close(grace=0.05)
    never.set()
    assert [record.getMessage() for record in caplog.records] == [
        "event InSync of lab/rendering is lost: too many wait",
        "event InSync of lab/rendering is lost: too many wait",
        "10000 events are lost: they could not be posted in time",
    ]


async def test_events_are_posted_one_after_the_other_in_their_order(api: Api, server: ApiServer) -> None:
    under_way, most, seen = 0, 0, []

    async def answer(request: Request) -> web.Response:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.01)
        seen.append(json.loads(request.body)["message"])
        under_way -= 1
        return web.json_response({})

    server.answer = answer
    events_ = Events(api, instance="pod-1", clock=SystemClock())
    for number in range(5):
        events_.add(BatchPool.parse(pool(NAME)), Event("Normal", "Updated", str(number)))
    assert seen == [], "nobody has waited"
    await events_.close(grace=10)
    assert seen == ["0", "1", "2", "3", "4"], "the end waits for them"
    assert most == 1, "statuses find a free place"


async def test_the_end_does_not_wait_for_ever(api: Api, server: ApiServer) -> None:
    never = asyncio.Event()

    async def answer(_: Request) -> web.Response:
        await never.wait()
        return web.json_response({})

    server.answer = answer
    events_ = Events(api, instance="pod-1", clock=SystemClock())
    events_.add(BatchPool.parse(pool(NAME)), Event("Normal", "Updated", "1"))
    await events_.close(grace=0.05)
    never.set()


def events(user: Kubectl) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = user.json("get", "events")["items"]
    return found
