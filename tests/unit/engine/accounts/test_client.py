"""One connection and one gate per account, and when they are made anew."""

from __future__ import annotations

import asyncio

import pytest

from poolkeeper.domain.failures import (
    AccessDenied,
    AccountNotFound,
    AuthenticationFailed,
    BatchFailure,
    ClusterUnavailable,
    PoolUnavailable,
    SecretNotFound,
    ServiceUnavailable,
)
from poolkeeper.domain.resources import Key
from poolkeeper.engine.accounts.breaker import AccountClosed, Gate
from poolkeeper.engine.accounts.connections import Accounts
from poolkeeper.engine.cache import Catalog
from tests.unit.engine.builders import account
from tests.unit.engine.fakes import BODY, FakeConnector, FakeService, LoopClock
from tests.unit.engine.lab import endpoint, key

pytestmark = pytest.mark.looptime

RESEARCH = key("research")
FULL: dict[str, object] = {name: [] for name in BODY}


class Office:
    """Accounts over fakes, and whom they told."""

    def __init__(self) -> None:
        self.catalog = Catalog()
        self.connector = FakeConnector()
        self.changed: list[Key] = []
        self.accounts = Accounts(
            self.catalog,
            connect=self.connector,
            make_gate=lambda *, changed: Gate(monotonic=LoopClock().monotonic, changed=changed, slow=60),
            changed=self.changed.append,
        )
        self.catalog.put_account(account())

    @property
    def service(self) -> FakeService:
        return self.connector.service(endpoint("research"))


@pytest.fixture
def office() -> Office:
    return Office()


async def test_one_connection_serves_every_call_even_when_all_come_at_once(office: Office) -> None:
    await asyncio.gather(*(office.accounts.line(RESEARCH).probe() for _ in range(20)))
    await office.accounts.line(RESEARCH).rows()
    assert len(office.connector.connections) == 1


async def test_an_account_that_does_not_exist_is_named(office: Office) -> None:
    with pytest.raises(AccountNotFound, match="BatchAccount missing in namespace lab"):
        office.accounts.line(key("missing"))
    assert office.accounts.gate(key("missing")) is None


async def test_a_new_spec_gets_a_new_line_and_the_old_connection_is_closed(office: Office) -> None:
    line = office.accounts.line(RESEARCH)
    await line.probe()
    office.catalog.put_account(account(version=2))
    assert office.accounts.line(RESEARCH) is line, "a status or a label makes no other line"
    office.catalog.put_account(account(version=3, generation=2))
    newer = office.accounts.line(RESEARCH)
    assert newer is not line
    assert newer.gate is not line.gate
    await newer.probe()
    await asyncio.sleep(0)
    assert office.connector.open == [office.connector.connections[1]]


async def test_a_namesake_gets_a_new_line(office: Office) -> None:
    line = office.accounts.line(RESEARCH)
    office.catalog.put_account(account(version=2, uid="another"))
    assert office.accounts.line(RESEARCH) is not line


async def test_after_a_refused_sign_in_the_credential_is_read_anew(office: Office) -> None:
    office.service.fail(AuthenticationFailed("401"), times=1)
    line = office.accounts.line(RESEARCH)
    with pytest.raises(AccountClosed):
        await line.probe()
    assert office.connector.open == []
    await asyncio.sleep(60)
    await line.probe()
    assert len(office.connector.connections) == 2


@pytest.mark.parametrize("failure", [ServiceUnavailable("no answer"), AccessDenied("403"), PoolUnavailable("500")])
async def test_other_failures_keep_the_connection(office: Office, failure: BatchFailure) -> None:
    office.service.fail(failure, times=1)
    line = office.accounts.line(RESEARCH)
    with pytest.raises(type(failure)):
        await line.probe()
    await asyncio.sleep(60)
    await line.probe()
    assert len(office.connector.connections) == 1
    assert len(office.connector.open) == 1


async def test_a_retired_connection_is_closed_only_when_nothing_is_under_way_on_it(office: Office) -> None:
    office.service.put("rendering")
    line = office.accounts.line(RESEARCH)
    slow = office.service.hold("read")
    reading = asyncio.create_task(line.read("rendering"))
    await slow.reached.wait()
    office.service.fail(AuthenticationFailed("401"), operation="probe", times=1)
    with pytest.raises(AccountClosed):
        await line.probe()
    assert len(office.connector.open) == 1, "a closed connection would look like a failing network"
    slow.release.set()
    await reading
    assert office.connector.open == []


async def test_a_line_that_is_dropped_under_a_call_lets_it_finish_and_closes(office: Office) -> None:
    office.service.put("rendering")
    line = office.accounts.line(RESEARCH)
    slow = office.service.hold("read")
    reading = asyncio.create_task(line.read("rendering"))
    await slow.reached.wait()
    office.accounts.drop(RESEARCH)
    await asyncio.sleep(1)
    slow.release.set()
    assert (await reading).row.state == "active"
    assert office.connector.open == []


async def test_a_last_call_on_a_dropped_line_leaves_no_connection_behind(office: Office) -> None:
    office.service.put("rendering")
    line = office.accounts.line(RESEARCH)
    await line.read("rendering")
    office.accounts.drop(RESEARCH)
    await asyncio.sleep(1)
    await line.write("rendering", FULL, etag=office.service.find("rendering").etag, wanted=lambda: None)
    assert office.connector.open == []


async def test_trouble_with_one_pool_closes_nothing_and_proves_nothing(office: Office) -> None:
    office.service.fail(PoolUnavailable("500"), pool="rendering")
    line = office.accounts.line(RESEARCH)
    with pytest.raises(PoolUnavailable):
        await line.read("rendering")
    assert line.gate.failure is None
    assert not line.gate.answered, "an error of whoever answers is no sign-in"
    await line.probe()
    assert line.gate.answered


async def test_a_write_that_is_forbidden_does_not_close_the_account(office: Office) -> None:
    office.service.put("rendering")
    office.service.fail(AccessDenied("403"), operation="write")
    line = office.accounts.line(RESEARCH)
    with pytest.raises(AccessDenied):
        await line.write("rendering", FULL, etag=office.service.find("rendering").etag, wanted=lambda: None)
    await line.read("rendering")


async def test_what_keeps_a_connection_from_being_made_closes_the_gate(office: Office) -> None:
    office.connector.trouble = SecretNotFound("there is no Secret key")
    line = office.accounts.line(RESEARCH)
    for _ in range(2):
        with pytest.raises(AccountClosed) as closed:
            await line.probe()
        assert isinstance(closed.value.failure, SecretNotFound), "whoever finds it out says what the gate will say"
    office.connector.trouble = None
    await asyncio.sleep(1)
    await line.probe()
    assert office.changed == [RESEARCH, RESEARCH], "closed, and opened"


async def test_a_kubernetes_outage_says_nothing_of_the_account(office: Office) -> None:
    office.connector.trouble = ClusterUnavailable("no answer")
    line = office.accounts.line(RESEARCH)
    with pytest.raises(ClusterUnavailable):
        await line.probe()
    assert line.gate.failure is None
    assert office.changed == []


async def test_all_connections_are_closed_in_the_end(office: Office) -> None:
    office.catalog.put_account(account("second"))
    for name in ("research", "second"):
        await office.accounts.line(key(name)).probe()
    await office.accounts.close()
    assert office.connector.open == []
