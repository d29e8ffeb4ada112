"""One connection and one gate per account, and when they are made anew."""

from __future__ import annotations

import asyncio

import pytest

from poolkeeper.domain.failures import (
    AccountNotFound,
    AuthenticationFailed,
    BatchFailure,
    ClusterUnavailable,
    PoolUnavailable,
    SecretNotFound,
    ServiceUnavailable,
    WriteDenied,
)
from poolkeeper.domain.resources import Key
from poolkeeper.engine.accounts.breaker import AccountUnavailable, CircuitBreaker
from poolkeeper.engine.accounts.connections import Accounts
from poolkeeper.engine.cache import Cache
from tests.unit.engine.builders import account
from tests.unit.engine.fakes import BODY, FakeConnector, FakeService, LoopClock
from tests.unit.engine.lab import endpoint, key

pytestmark = pytest.mark.looptime

RESEARCH = key("research")
FULL: dict[str, object] = {name: [] for name in BODY}


class Office:
    """Accounts over fakes, and whom they told."""

    def __init__(self) -> None:
        self.cache = Cache()
        self.connector = FakeConnector()
        self.changed: list[Key] = []
        self.accounts = Accounts(
            self.cache,
            connect=self.connector,
            make_breaker=lambda *, changed: CircuitBreaker(monotonic=LoopClock().monotonic, changed=changed, slow=60),
            changed=self.changed.append,
        )
        self.cache.put_account(account())

    @property
    def service(self) -> FakeService:
        return self.connector.service(endpoint("research"))


@pytest.fixture
def office() -> Office:
    return Office()


async def test_one_connection_serves_every_call_even_when_all_come_at_once(office: Office) -> None:
    await asyncio.gather(*(office.accounts.client(RESEARCH).probe() for _ in range(20)))
    await office.accounts.client(RESEARCH).rows()
    assert len(office.connector.connections) == 1


async def test_an_account_that_does_not_exist_is_named(office: Office) -> None:
    with pytest.raises(AccountNotFound, match="BatchAccount missing in namespace lab"):
        office.accounts.client(key("missing"))
    assert office.accounts.breaker(key("missing")) is None


async def test_a_new_spec_gets_a_new_line_and_the_old_connection_is_closed(office: Office) -> None:
    client = office.accounts.client(RESEARCH)
    await client.probe()
    office.cache.put_account(account(version=2))
    assert office.accounts.client(RESEARCH) is client, "a status or a label makes no other line"
    office.cache.put_account(account(version=3, generation=2))
    newer = office.accounts.client(RESEARCH)
    assert newer is not client
    assert newer.breaker is not client.breaker
    await newer.probe()
    await asyncio.sleep(0)
    assert office.connector.open == [office.connector.connections[1]]


async def test_a_namesake_gets_a_new_line(office: Office) -> None:
    client = office.accounts.client(RESEARCH)
    office.cache.put_account(account(version=2, uid="another"))
    assert office.accounts.client(RESEARCH) is not client


async def test_after_a_refused_sign_in_the_credential_is_read_anew(office: Office) -> None:
    office.service.fail(AuthenticationFailed("401"), times=1)
    client = office.accounts.client(RESEARCH)
    with pytest.raises(AccountUnavailable):
        await client.probe()
    assert office.connector.open == []
    await asyncio.sleep(60)
    await client.probe()
    assert len(office.connector.connections) == 2


@pytest.mark.parametrize("failure", [ServiceUnavailable("no answer"), WriteDenied("403"), PoolUnavailable("500")])
async def test_other_failures_keep_the_connection(office: Office, failure: BatchFailure) -> None:
    office.service.fail(failure, times=1)
    client = office.accounts.client(RESEARCH)
    with pytest.raises(type(failure)):
        await client.probe()
    await asyncio.sleep(60)
    await client.probe()
    assert len(office.connector.connections) == 1
    assert len(office.connector.open) == 1


async def test_a_retired_connection_is_closed_only_when_nothing_is_under_way_on_it(office: Office) -> None:
    office.service.put("rendering")
    client = office.accounts.client(RESEARCH)
    slow = office.service.hold("read")
    reading = asyncio.create_task(client.read("rendering"))
    await slow.reached.wait()
    office.service.fail(AuthenticationFailed("401"), operation="probe", times=1)
    with pytest.raises(AccountUnavailable):
        await client.probe()
    assert len(office.connector.open) == 1, "a closed connection would look like a failing network"
    slow.release.set()
    await reading
    assert office.connector.open == []


async def test_a_line_that_is_dropped_under_a_call_lets_it_finish_and_closes(office: Office) -> None:
    office.service.put("rendering")
    client = office.accounts.client(RESEARCH)
    slow = office.service.hold("read")
    reading = asyncio.create_task(client.read("rendering"))
    await slow.reached.wait()
    office.accounts.drop(RESEARCH)
    await asyncio.sleep(1)
    slow.release.set()
    assert (await reading).row.state == "active"
    assert office.connector.open == []


async def test_a_last_call_on_a_dropped_line_leaves_no_connection_behind(office: Office) -> None:
    office.service.put("rendering")
    client = office.accounts.client(RESEARCH)
    await client.read("rendering")
    office.accounts.drop(RESEARCH)
    await asyncio.sleep(1)
    await client.write("rendering", FULL, etag=office.service.find("rendering").etag, wanted=lambda: None)
    assert office.connector.open == []


async def test_trouble_with_one_pool_closes_nothing_and_proves_nothing(office: Office) -> None:
    office.service.fail(PoolUnavailable("500"), pool="rendering")
    client = office.accounts.client(RESEARCH)
    with pytest.raises(PoolUnavailable):
        await client.read("rendering")
    assert client.breaker.failure is None
    assert not client.breaker.answered, "an error of whoever answers is no sign-in"
    await client.probe()
    assert client.breaker.answered


async def test_a_write_that_is_forbidden_does_not_close_the_account(office: Office) -> None:
    office.service.put("rendering")
    office.service.fail(WriteDenied("403"), operation="write")
    client = office.accounts.client(RESEARCH)
    with pytest.raises(WriteDenied):
        await client.write("rendering", FULL, etag=office.service.find("rendering").etag, wanted=lambda: None)
    await client.read("rendering")


async def test_what_keeps_a_connection_from_being_made_closes_the_gate(office: Office) -> None:
    office.connector.trouble = SecretNotFound("there is no Secret key")
    client = office.accounts.client(RESEARCH)
    for _ in range(2):
        with pytest.raises(AccountUnavailable) as closed:
            await client.probe()
        assert isinstance(closed.value.failure, SecretNotFound), "whoever finds it out says what the gate will say"
    office.connector.trouble = None
    await asyncio.sleep(1)
    await client.probe()
    assert office.changed == [RESEARCH, RESEARCH], "closed, and opened"


async def test_a_kubernetes_outage_says_nothing_of_the_account(office: Office) -> None:
    office.connector.trouble = ClusterUnavailable("no answer")
    client = office.accounts.client(RESEARCH)
    with pytest.raises(ClusterUnavailable):
        await client.probe()
    assert client.breaker.failure is None
    assert office.changed == []


async def test_all_connections_are_closed_in_the_end(office: Office) -> None:
    office.cache.put_account(account("second"))
    for name in ("research", "second"):
        await office.accounts.client(key(name)).probe()
    await office.accounts.close()
    assert office.connector.open == []
