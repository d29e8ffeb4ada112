"""The run over several pools: what is asked, how much at once, and what one failure does to the others."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from poolkeeper.domain.failures import ClusterUnavailable, EndpointNotAllowed, PoolNotFound, Throttled
from poolkeeper.domain.known.address import Address
from poolkeeper.domain.known.pool import Known
from poolkeeper.domain.observation import LivePool
from poolkeeper.domain.resources import Key
from poolkeeper.manifests.crd_schema import with_defaults
from poolkeeper.manifests.documents import Place
from poolkeeper.manifests.objects import Manifest, Manifests
from poolkeeper.plan.planner import AT_ONCE, Preview, Sources, as_pool
from poolkeeper.plan.report import Action, PlanReport
from poolkeeper.readonly.accounts import Account, Accounts
from tests.unit.domain.examples import live, metadata
from tests.unit.plan.builders import manifest

ENDPOINT = "https://research.westeurope.batch.azure.com"


class Service:
    """Every account at once: in place of connections, and of what they connect to."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.at_once = self.most = self.reads = 0

    async def to(self, account: Account) -> Service:
        if "evil" in account.account.endpoint:
            raise EndpointNotAllowed("not there")
        return self

    async def read(self, pool_id: str) -> LivePool:
        self.reads += 1
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        if self.failures:
            raise self.failures.pop(0)
        if pool_id == "gone":
            raise PoolNotFound("there is none")
        return live(metadata(owner="you"))


class ClusterOf:
    """In place of a cluster: its BatchPools by name; a name that is not there breaks it."""

    def __init__(self, **pools: Any) -> None:
        self.pools = pools

    async def pool(self, key: Key) -> Any:
        if key.name not in self.pools:
            raise ClusterUnavailable("GET .../batchpools: 403 forbidden")
        return self.pools[key.name]

    async def account(self, key: Key) -> None: ...


def account(name: str = "research", endpoint: str = ENDPOINT, **spec: Any) -> Manifest:
    full = {"endpoint": endpoint, "auth": {"type": "SharedKey", "secretRef": {"name": "k"}}, **spec}
    return Manifest("BatchAccount", Key("team", name), Place("a.yaml", 1), with_defaults("BatchAccount", full), {})


async def run(
    *pools: Manifest, service: Service | None = None, accounts: tuple[Manifest, ...] = (), cluster: Any = None
) -> PlanReport:
    found = Manifests(list(pools), {one.key: one for one in (account(), *accounts)})
    connections: Any = service or Service()
    return await Preview(Sources(Accounts(found, cluster=cluster), connections, cluster)).findings(found)


def verdicts(found: PlanReport) -> list[Action]:
    return [one.outlook.action for one in found.pools]


async def test_pools_are_looked_at_together_but_not_all_at_once_and_told_in_order() -> None:
    service = Service()
    found = await run(*[manifest(f"pool-{at}") for at in range(50)], service=service)
    assert [one.manifest.key.name for one in found.pools] == [f"pool-{at}" for at in range(50)]
    assert service.most == AT_ONCE


async def test_one_failure_keeps_no_other_pool_from_being_planned() -> None:
    other = manifest("b", accountRef={"name": "other"})
    evil = manifest("c", accountRef={"name": "evil"})
    found = await run(
        manifest("gone"), manifest("fine"), other, evil, accounts=(account("evil", "https://evil.example"),)
    )
    assert verdicts(found) == [Action.ERROR, Action.CHANGE, Action.ERROR, Action.ERROR]
    messages = [one.outlook.message for one in found.pools]
    assert "there is none" in messages[0]
    assert "there is no BatchAccount team/other in the files" in messages[2]
    assert found.pools[1].host == "research.westeurope.batch.azure.com"


async def test_two_manifests_for_one_pool_are_an_error_that_names_both_however_it_is_spelled() -> None:
    same = account("same", ENDPOINT.upper().replace("HTTPS", "https"))
    found = await run(
        manifest("a", poolID="Rendering"),
        manifest("b", poolID="rendering", accountRef={"name": "same"}, document=2),
        manifest("c"),
        accounts=(same,),
    )
    told = (
        "pools.yaml (document {}): BatchPool team/{}: pool {} is asked for twice, also by BatchPool team/{}; keep one"
    )
    assert [str(problem) for problem in found.problems] == [
        told.format(1, "a", "Rendering", "b in pools.yaml (document 2)"),
        told.format(2, "b", "rendering", "a in pools.yaml (document 1)"),
    ]
    assert [one.manifest.key.name for one in found.pools] == ["c"]


async def test_a_throttled_read_is_tried_again_as_soon_as_the_service_says() -> None:
    throttled = Throttled("too many", retry_after=0.0)
    assert verdicts(await run(manifest(), service=Service(throttled, throttled))) == [Action.CHANGE]
    assert verdicts(await run(manifest(), service=Service(*[throttled] * 3))) == [Action.ERROR]
    patient = Service(Throttled("too many", retry_after=60.0))
    assert verdicts(await run(manifest(), service=patient)) == [Action.ERROR]
    assert patient.reads == 1, "nobody waits a minute for it"


async def test_an_account_without_what_cel_asks_for_is_an_error_of_its_pools() -> None:
    broken = account("research", auth={"type": "SharedKey"})
    (found,) = (await run(manifest(), accounts=(broken,))).pools
    assert "BatchAccount team/research cannot be read (secretRef is missing)" in found.outlook.message


async def test_a_broken_account_of_the_files_is_not_replaced_by_the_clusters() -> None:
    found = Manifests([manifest()], broken={Key("team", "research")})
    connections, cluster = Service(), ClusterOf()
    sources = Sources(Accounts(found, cluster=cluster), connections, cluster)  # type: ignore[arg-type] # in their place
    (one,) = (await Preview(sources).findings(found)).pools
    assert "is in the files, and something is wrong with it" in one.outlook.message


ADOPTED = Known(Address(ENDPOINT, "rendering", "", "u", "2024-07-01.20.0"), adopted=True).told
BODY = {
    "metadata": {"uid": "u", "generation": 4, "resourceVersion": "9", "annotations": {"poolkeeper.dev/approve": "abc"}},
    "spec": {"accountRef": {"name": "research"}, "poolID": "rendering", "properties": {}, "mode": "Enforce"},
    "status": ADOPTED,
}


def test_of_the_clusters_object_identity_approval_and_status_are_taken() -> None:
    same = manifest(mode="Enforce", adoption="Guard")
    filled = Manifest(same.kind, same.key, same.place, with_defaults("BatchPool", same.spec), {})
    pool = as_pool(filled, BODY)
    assert (pool.uid, pool.generation, pool.approved, pool.status) == ("u", 4, "abc", ADOPTED)
    changed = Manifest(same.kind, same.key, same.place, {**filled.spec, "properties": metadata(a="b")}, {})
    assert as_pool(changed, BODY).generation == 5, "what applying it would make"


async def test_a_pool_id_that_changes_is_refused_as_the_api_server_would() -> None:
    body = {**BODY, "spec": {**BODY["spec"], "poolID": "other"}}  # type: ignore[dict-item] # a spec is a map
    (found,) = (await run(manifest(), cluster=ClusterOf(rendering=body))).pools
    assert found.outlook.action is Action.BLOCKED
    assert "spec.poolID cannot be changed" in found.outlook.message


@pytest.mark.parametrize(
    ("cluster", "action", "note"),
    [
        pytest.param(ClusterOf(rendering=None), Action.WAITING, "", id="a new object is not adopted"),
        pytest.param(ClusterOf(rendering=BODY), Action.CHANGE, "", id="an adopted one is"),
        pytest.param(ClusterOf(), Action.CHANGE, "403 forbidden", id="one that may not be read is unknown"),
        pytest.param(None, Action.CHANGE, "first write needs consent", id="without a cluster nothing is known"),
    ],
)
async def test_what_the_cluster_knows_decides_about_consent(cluster: Any, action: Action, note: str) -> None:
    (found,) = (await run(manifest(), cluster=cluster)).pools
    assert found.outlook.action is action
    assert note in " ".join(found.outlook.notes)
