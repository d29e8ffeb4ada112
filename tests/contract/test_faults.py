"""The SDK meets each fault of the switchboard and makes of it what it makes of the real thing."""

from __future__ import annotations

from typing import Any

import pytest
from azure.batch import BatchClient
from azure.core.exceptions import (
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
)

from tests.batchsim.sim import BatchSim
from tests.contract.answers import code_of
from tests.contract.conftest import Connect
from tests.contract.test_errors import replacement

WRITE = "UpdatePoolProperties"


def test_retry_after_is_obeyed_and_the_request_repeated(batchsim: BatchSim, connect: Connect) -> None:
    batchsim.faults.add(kind="status", operation=WRITE, status=429, retry_after=1, count=2)
    connect(batchsim, retry_total=3).replace_pool_properties("rendering", replacement())
    entries = batchsim.journal.entries(WRITE)
    assert [entry.status for entry in entries] == [429, 429, 204]
    assert [entry.fault for entry in entries] == ["status", "status", None]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "AuthenticationFailed"),
        (403, "InsufficientAccountPermissions"),
        (409, "OperationInvalidForCurrentState"),
        (413, "RequestBodyTooLarge"),
        (429, "TooManyRequests"),
        (500, "InternalError"),
        (503, "ServerBusy"),
    ],
)
def test_any_status_can_be_answered(client: BatchClient, batchsim: BatchSim, status: int, code: str) -> None:
    batchsim.faults.add(kind="status", operation="GetPool", pool="RENDERING", status=status)
    with pytest.raises(HttpResponseError) as refused:
        client.get_pool("rendering")
    assert code_of(refused.value) == (status, code)
    client.get_pool("genomics")


def test_a_fault_with_a_code_of_its_own_and_a_number_of_turns(client: BatchClient, batchsim: BatchSim) -> None:
    fault = batchsim.faults.add(
        kind="status", operation=["GetPool", WRITE], status=503, code="AccountBusy", message="Busy.", skip=1, count=1
    )
    client.get_pool("rendering")
    with pytest.raises(HttpResponseError) as refused:
        client.get_pool("rendering")
    assert code_of(refused.value) == (503, "AccountBusy")
    client.get_pool("rendering")
    assert fault.hits == 1
    assert batchsim.faults.active() == []


@pytest.mark.parametrize("kind", ["reset", "hang"])
@pytest.mark.parametrize(("when", "written"), [("before", False), ("after", True)])
def test_an_answer_lost_on_the_way_may_or_may_not_mean_a_write(
    client: BatchClient, batchsim: BatchSim, *, kind: str, when: str, written: bool
) -> None:
    before = batchsim.etag("rendering")
    batchsim.faults.add(kind=kind, operation=WRITE, when=when)
    with pytest.raises((ServiceRequestError, ServiceResponseError)):
        client.replace_pool_properties("rendering", replacement(), read_timeout=0.3)
    assert (batchsim.etag("rendering") != before) is written
    assert batchsim.journal.entries(WRITE)[0].status is None


def test_a_hang_of_some_seconds_ends_in_a_cut_connection(client: BatchClient, batchsim: BatchSim) -> None:
    batchsim.faults.add(kind="hang", operation="GetPool", seconds=0.05)
    with pytest.raises((ServiceRequestError, ServiceResponseError)):
        client.get_pool("rendering")


def test_latency_delays_the_answer(client: BatchClient, batchsim: BatchSim) -> None:
    batchsim.faults.add(kind="latency", operation="GetPool", seconds=0.2, count=1)
    client.get_pool("rendering")
    [entry] = batchsim.journal.wait("GetPool", status=200)
    assert entry.seconds is not None
    assert entry.seconds >= 0.2


def test_an_answer_may_be_no_json(client: BatchClient, batchsim: BatchSim) -> None:
    batchsim.faults.add(kind="garbage", operation="GetPool")
    with pytest.raises(ValueError, match="Expecting value"):
        client.get_pool("rendering")


def test_the_front_end_may_refuse_what_never_reached_the_service(client: BatchClient, batchsim: BatchSim) -> None:
    batchsim.faults.add(kind="garbage", operation=WRITE, status=400)
    before = batchsim.etag("rendering")
    with pytest.raises((HttpResponseError, ValueError)):
        client.replace_pool_properties("rendering", replacement())
    assert batchsim.etag("rendering") == before


@pytest.mark.parametrize("age", [{"changes": 1}, {"seconds": 3600}])
def test_a_stale_list_shows_what_was(client: BatchClient, batchsim: BatchSim, age: dict[str, Any]) -> None:
    def listed() -> list[Any]:
        return [(pool.e_tag, pool.metadata) for pool in client.list_pools(filter="id eq 'rendering'")]

    old = listed()
    batchsim.drift("rendering", metadata=None)
    batchsim.faults.add(kind="stale", **age)
    assert listed() == old
    assert client.get_pool("rendering").metadata is None
    batchsim.faults.clear()
    assert listed() == [(batchsim.etag("rendering"), None)]


def test_an_interfering_writer_undoes_a_write(client: BatchClient, batchsim: BatchSim) -> None:
    theirs = {"metadata": [{"name": "owner", "value": "them"}]}
    batchsim.drift("rendering", theirs)
    writer = batchsim.faults.add(
        kind="writer", pool="rendering", seconds=0.02, merge=theirs, only_if_changed=True, count=3
    )
    for _ in range(3):
        client.replace_pool_properties("rendering", replacement())
        batchsim.wait_until(lambda: batchsim.pool("rendering").get("metadata") == theirs["metadata"])
    batchsim.wait_until(lambda: writer.hits == 3)
    client.replace_pool_properties("rendering", replacement())
    assert "metadata" not in batchsim.pool("rendering")


def test_a_closed_port_refuses_and_the_same_port_opens_again(batchsim: BatchSim, connect: Connect) -> None:
    client = connect(batchsim)
    batchsim.stop()
    with pytest.raises(ServiceRequestError):
        client.get_pool("rendering")
    batchsim.start()
    assert client.get_pool("rendering").e_tag == batchsim.etag("rendering")
