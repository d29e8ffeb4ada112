"""What one tenant makes costs the others nothing, and what is gone leaves nothing behind."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from poolkeeper.engine.pools.secret_budget import AT_ONCE, PER_SECOND, Budget
from poolkeeper.engine.pools.secrets import MOST_SECRETS
from tests.unit.engine.lab import Lab, key, metadata

pytestmark = pytest.mark.looptime


def references(count: int) -> dict[str, Any]:
    settings = [
        {"name": f"E{number}", "valueFrom": {"secretKeyRef": {"name": f"s{number}", "key": "k"}}}
        for number in range(count)
    ]
    return {"startTask": {"commandLine": "x", "environmentSettings": settings}}


async def test_a_pool_that_names_too_many_secrets_is_told_and_has_none_of_them_asked_for(lab: Lab) -> None:
    lab.account()
    lab.service().put("a")
    lab.pool("a", references(1000), interval="1s")
    await lab.start(60)
    assert lab.ready("a") == "InvalidProperties"
    assert "1000 Secrets" in lab.status("a")["conditions"][0]["message"]
    assert str(MOST_SECRETS) in lab.status("a")["conditions"][0]["message"]
    # The account's own is checked.
    assert {one.name for one in (*lab.secrets.reads, *lab.secrets.checks)} <= {"key"}


async def test_the_checks_of_one_namespace_have_a_budget(lab: Lab) -> None:
    lab.account(interval="1s")
    for number in range(40):
        lab.service().put(f"p{number}")
        lab.pool(f"p{number}", references(MOST_SECRETS), interval="1s", adoption="Overwrite")
    for number in range(MOST_SECRETS):
        lab.secrets.put(key(f"s{number}"), k="v")
    await lab.start(60)
    lab.secrets.checks.clear()
    await lab.run(60)
    assert len(lab.secrets.checks) <= 60 * (PER_SECOND + 2) + AT_ONCE


async def test_a_budget_is_a_namespaces_own_and_what_is_full_is_forgotten() -> None:
    loop = asyncio.get_running_loop()
    budget = Budget(monotonic=loop.time)
    assert sum(budget.takes("mallory") for _ in range(2000)) == pytest.approx(AT_ONCE, abs=1)
    assert budget.takes("lab")
    await asyncio.sleep(10)
    assert sum(budget.takes("mallory") for _ in range(2000)) == pytest.approx(10 * PER_SECOND, abs=1)
    await asyncio.sleep(3600)
    assert budget.takes("another")
    assert set(budget._empty_until) == {"another"}


async def test_nobody_is_checked_more_often_than_the_owner_allows() -> None:
    lab = Lab()
    lab.engine._sweeper._least_interval = 30.0
    lab.account(interval="1s")
    for name in ("a", "b"):
        lab.service().put(name)
        lab.pool(name, interval="1s")
    await lab.start(600)
    assert lab.service().counts()["list"] <= 600 / 30 + 3
    await lab.engine.stop(grace=0)


async def test_accounts_that_were_deleted_leave_nothing_behind(lab: Lab) -> None:
    lab.engine.synced()
    lab.engine.may_write()
    names = [f"a{number}" for number in range(10)]
    for name in names:
        lab.secrets.put(key(name), accountKey="x")
        lab.account(name, secret=name)
        for number in range(30):
            lab.service(name).put(f"p{number}", metadata(owner="you"))
            lab.pool(f"{name}-{number}", metadata(owner="me"), account=name, pool_id=f"p{number}")
    await lab.run(300)
    page = lab.metrics.page().decode()
    assert "lab/a0" in page
    for name in names:
        for number in range(30):
            lab.delete(f"{name}-{number}")
        lab.delete_account(name)
    await lab.run(600)
    engine = lab.engine
    left = {
        "memories": engine._states,
        "waiting": engine._health._waiting,
        "told": engine._health._told,
        "bugs": engine._workers._bugs,
        "lines": engine._accounts._clients,
        "claims": engine._claims._made,
        "brought": engine._prefetch._brought,
        "turns": engine._prefetch._turns,
        "alone": engine._prefetch._alone_until,
        "pages": engine._sweeper._pages,
        "checked": engine._sweeper._checked,
        "steady": engine._sweeper._steady,
        "credentials": engine._sweeper._rotation._credentials,
        "lists": engine._lists._failures,
        "meant": engine._reporter._meant,
        "timers": engine._queue._timers,
        "attempts": engine._queue._attempts,
        "lanes": engine._queue._lanes,
    }
    assert {name: kept for name, kept in left.items() if kept} == {}
    assert sorted(lab.connector.forgotten) == sorted(key(name) for name in names)
    assert "lab/a0" not in lab.metrics.page().decode()
