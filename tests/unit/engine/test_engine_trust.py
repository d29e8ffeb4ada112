"""What may not be believed, or not be silent: what was not stored, bugs, strangers, deleted credentials."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from poolkeeper.domain.failures import PoolUnavailable, SecretNotFound, ServiceUnavailable
from poolkeeper.domain.resources import BatchAccount, Key
from poolkeeper.engine.ports import Listing
from tests.unit.engine.fakes import FakeBatch, FakeConnector
from tests.unit.engine.lab import ACCOUNT, POOL, Lab, account_spec, endpoint, key, metadata

pytestmark = pytest.mark.looptime

ME, YOU = metadata(owner="me"), metadata(owner="you")
TASK = {"startTask": {"commandLine": "x"}}


@pytest.mark.parametrize("lost", ["startTask", "metadata"])
async def test_what_was_not_stored_is_not_in_sync(lab: Lab, lost: str) -> None:
    lab.account()
    lab.service().stores = lambda body: {name: value for name, value in body.items() if name != lost}
    lab.service().put("a", {})
    lab.pool("a", {**ME, **TASK})
    await lab.start(3600)
    assert lab.ready("a") == "NotStored"
    assert len(lab.service().bodies) == 1, "the same body is not sent again"
    assert lab.status("a")["drift"] != []
    again = await lab.restarted()
    await again.start(300)
    assert (again.ready("a"), len(again.service().bodies)) == ("NotStored", 1), "nor after a restart"
    again.service().stores = dict
    again.annotate("a", reconcile_requested_at="now")
    await again.run(10)
    assert again.ready("a") == "InSync"
    await again.engine.stop(grace=0)


class Buggy(FakeBatch):
    """Falls over what nobody thought of, for as long as it is told to."""

    trouble = ""

    async def read(self, pool_id: str) -> Any:
        if self.trouble == "read":
            raise OverflowError("a date that Python cannot hold: hunter2")
        return await super().read(pool_id)

    async def rows(self) -> Listing:
        if self.trouble == "rows":
            raise ZeroDivisionError
        return await super().rows()


class BuggyConnector(FakeConnector):
    async def __call__(self, account: BatchAccount) -> FakeBatch:
        self.connections.append(Buggy(self.service(account.endpoint), account))
        return self.connections[-1]


@pytest.fixture
def buggy() -> Any:
    yield Buggy
    Buggy.trouble = ""


async def test_a_bug_is_a_condition_and_a_count_and_gets_over(buggy: type[Buggy]) -> None:
    lab = Lab(connector=BuggyConnector())
    lab.account()
    for name in ("a", "b"):
        lab.service().put(name, ME)
        lab.pool(name, ME)
    await lab.start(300)
    buggy.trouble = "read"
    lab.service().drift("a", YOU)
    await lab.run(900)
    assert lab.ready("a") == "InternalError"
    assert lab.ready("b") == "InSync"
    assert lab.metric("poolkeeper_unexpected_errors_total")[("PoolItem",)] >= 3
    assert "hunter2" not in str(lab.cluster.objects) + str(lab.cluster.told), "an exception may quote anything"
    buggy.trouble = "rows"
    await lab.run(900)
    assert lab.ready("research", ACCOUNT) == "InternalError"
    buggy.trouble = ""
    await lab.run(900)
    assert (lab.ready("a"), lab.ready("research", ACCOUNT)) == ("InSync", "Reachable")
    await lab.engine.stop(grace=0)


@pytest.mark.parametrize("error", [PoolUnavailable("the service answered 500"), PoolUnavailable("no list")])
async def test_a_list_that_fails_is_told_and_done_without(lab: Lab, error: PoolUnavailable) -> None:
    lab.account()
    for name in ("a", "b", "c"):
        lab.service().put(name, ME)
        lab.pool(name, ME)
    await lab.start(300)
    lab.service().fail(error, operation="list")
    await lab.run(181)
    assert lab.ready("research", ACCOUNT) == "ListRefused", "within three checks"
    lab.service().drift("a", YOU)
    await lab.run(61)
    assert lab.service().find("a").properties["metadata"] == ME["metadata"]
    lab.service().heal()
    await lab.run(61)
    assert lab.ready("research", ACCOUNT) == "Reachable"


async def test_an_account_that_answers_everything_with_an_error_is_not_ready(lab: Lab) -> None:
    lab.account()
    lab.service().fail(PoolUnavailable("the service answered 400 SomethingOdd"))
    await lab.start(3600)
    assert lab.ready("research", ACCOUNT) == "ListRefused"


@pytest.mark.parametrize("error", [ServiceUnavailable("cut"), PoolUnavailable("the service answered 500")])
async def test_pools_that_a_list_does_not_bring_are_read_alone(lab: Lab, error: ServiceUnavailable) -> None:
    lab.account()
    names = [f"p{number}" for number in range(60)]
    for name in names:
        lab.service().put(name, YOU)
        lab.pool(name, ME)
    lab.service().fail(error, operation="page")
    await lab.start(300)
    assert {lab.ready(name) for name in names} == {"InSync"}
    assert lab.service().counts()["page"] <= 2


@pytest.mark.parametrize("error", [ServiceUnavailable("the connection broke"), PoolUnavailable("500")])
async def test_a_single_lost_read_changes_no_status(lab: Lab, error: ServiceUnavailable) -> None:
    lab.account()
    lab.service().put("a", ME)
    lab.pool("a", ME)
    await lab.start(300)
    lab.service().fail(error, operation="read", times=1)
    lab.service().touch("a")
    since = asyncio.get_running_loop().time()
    await lab.run(300)
    assert lab.pool_patches("a", since=since) == [{"eTag": lab.service().find("a").etag}]


async def test_a_credential_that_is_deleted_is_used_no_longer(lab: Lab) -> None:
    lab.secrets.put(key("key"), accountKey="x")
    lab.account()
    lab.service().put("a", ME)
    lab.pool("a", ME)
    await lab.start(300)
    del lab.secrets.kept[key("key")]
    lab.service().drift("a", YOU)
    await lab.run(3600)
    assert lab.ready("research", ACCOUNT) == "SecretNotFound"
    assert lab.service().bodies == []
    lab.secrets.put(key("key"), accountKey="y")
    await lab.run(61)
    assert lab.ready("research", ACCOUNT) == "Reachable", "and used again within one check"
    assert lab.ready("a") == "InSync"


class OnlyOurs(FakeConnector):
    async def __call__(self, account: BatchAccount) -> FakeBatch:
        if account.key.namespace == "mallory":
            raise SecretNotFound("there is no Secret key in namespace mallory")
        return await super().__call__(account)


@pytest.mark.parametrize("suspended", [False, True])
async def test_who_cannot_sign_in_keeps_nobody_from_a_pool(*, suspended: bool) -> None:
    lab = Lab(connector=OnlyOurs())
    _squat(lab, "research", suspended=suspended)
    lab.account()
    lab.service().put("render", YOU)
    lab.pool("render", ME)
    await lab.start(600)
    assert lab.ready("render") == "InSync"
    await lab.engine.stop(grace=0)


async def test_an_owner_is_not_pushed_out_by_an_older_resource() -> None:
    lab = Lab()
    _squat(lab, "mine")
    lab.account()
    lab.service().put("render", ME)
    lab.pool("render", ME)
    await lab.start(3600)
    changed = lab.cluster.change(ACCOUNT, Key("mallory", "x"), {"endpoint": endpoint("research")})
    lab._seen(ACCOUNT, changed)
    await lab.run(60)
    lab.service().drift("render", YOU)
    await lab.run(120)
    assert lab.ready("render") == "InSync"
    assert lab.service().find("render").properties["metadata"] == ME["metadata"]
    await lab.engine.stop(grace=0)


async def test_namesakes_of_other_services_cost_nobody_a_request(lab: Lab) -> None:
    for number in range(20):
        lab.account(f"a{number}")
        lab.service(f"a{number}").put("render", ME)
        lab.pool(f"render-{number}", ME, account=f"a{number}", pool_id="render")
    await lab.start(600)
    before = sum(lab.service(f"a{number}").counts().get("read", 0) for number in range(20))
    for _ in range(20):
        body = _squat(lab, "mallory")
        await lab.run(0.5)
        del lab.cluster.objects[POOL, Key("mallory", "squat")]
        lab.engine.handlers.pool_deleted(Key("mallory", "squat"), body["metadata"]["uid"])
        await lab.run(0.5)
    assert sum(lab.service(f"a{number}").counts().get("read", 0) for number in range(20)) == before


def _squat(lab: Lab, where: str, *, suspended: bool = False) -> dict[str, Any]:
    if (ACCOUNT, Key("mallory", "x")) not in lab.cluster.objects:
        lab._seen(ACCOUNT, lab.cluster.create(ACCOUNT, "x", account_spec(where), namespace="mallory"))
    spec: dict[str, Any] = {"accountRef": {"name": "x"}, "poolID": "render", "properties": {}, "suspend": suspended}
    body = lab.cluster.create(POOL, "squat", spec, namespace="mallory")
    lab._seen(POOL, body)
    return body
