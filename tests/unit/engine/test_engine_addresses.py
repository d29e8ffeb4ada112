"""Nothing that is known of one pool is believed of another: not consent, nor that it is in sync, nor what was sent."""

from __future__ import annotations

from typing import Any

import pytest

from poolkeeper.domain.failures import InvalidProperties
from tests.unit.engine.lab import POOL, Lab, endpoint, key, metadata

pytestmark = pytest.mark.looptime

WANTED = metadata(owner="me")
PRECIOUS = {**metadata(owner="me", precious="1"), "startTask": {"commandLine": "/opt/precious.sh"}}
REGISTRY = {"registryServer": "r.io", "username": "u"}
SOURCE = {"passwordFrom": {"secretKeyRef": {"name": "reg", "key": "pw"}}}


def with_registry(**more: Any) -> dict[str, Any]:
    settings = {"imageName": "r.io/i:1", "registry": {**REGISTRY, **more}}
    return {"startTask": {"commandLine": "x", "containerSettings": settings}}


async def move(lab: Lab, how: str, live: dict[str, Any]) -> str:
    """Have the resource come to mean another pool; the account that it is in."""
    if how == "made anew":
        lab.service("staging").remove("render")
        await lab.run(130)
        lab.service("staging").put("render", live)
        return "staging"
    lab.service("production").put("render", live)
    lab.service("production").touch("render")
    if how == "another account":
        lab.change("render", accountRef={"name": "production"})
    else:
        lab.change_account("staging", endpoint=endpoint("production"))
    return "production"


WAYS = ["made anew", "another account", "another endpoint"]


async def begin(lab: Lab, wanted: dict[str, Any], live: dict[str, Any]) -> None:
    lab.account("staging")
    lab.account("production")
    lab.service("staging").put("render", live)
    lab.pool("render", wanted, account="staging")
    await lab.start(10)
    assert lab.ready("render") == "InSync"


@pytest.mark.parametrize("how", WAYS)
async def test_consent_is_for_one_pool(lab: Lab, how: str) -> None:
    await begin(lab, WANTED, WANTED)
    assert lab.status("render")["adopted"] is True
    where = await move(lab, how, PRECIOUS)
    await lab.run(130)
    assert lab.ready("render") == "RemovalNeedsConsent"
    assert "adopted" not in lab.status("render")
    assert lab.service(where).find("render").properties == PRECIOUS


@pytest.mark.parametrize("how", WAYS)
async def test_a_password_reaches_a_new_pool_though_nothing_differs(lab: Lab, how: str) -> None:
    lab.secrets.put(key("reg"), pw="correct horse")
    await begin(lab, with_registry(**SOURCE), with_registry())
    sent = len(lab.service("staging").bodies)
    where = await move(lab, how, with_registry())
    await lab.run(200)
    assert len(lab.service(where).bodies) > (sent if where == "staging" else 0)
    assert lab.ready("render") == "InSync"


async def test_a_status_from_elsewhere_gives_no_consent(lab: Lab) -> None:
    lab.account()
    lab.service().put("render", PRECIOUS)
    lab.cluster.create(POOL, "render", {"accountRef": {"name": "research"}, "poolID": "render", "properties": WANTED})
    lab.cluster.objects[POOL, key("render")]["status"] = {"adopted": True, "lastWrite": {"time": "x", "generation": 1}}
    lab._seen(POOL, lab.cluster.changed(POOL, key("render")))
    await lab.start(60)
    assert lab.ready("render") == "RemovalNeedsConsent"
    assert lab.service().bodies == []


async def test_a_refusal_ends_with_a_request_and_with_the_account(lab: Lab) -> None:
    lab.account()
    lab.service().put("render", metadata(owner="you"))
    refused = InvalidProperties("the service answered 400 InvalidPropertyValue", code="InvalidPropertyValue")
    lab.service().fail(refused, operation="write")
    lab.pool("render", WANTED)
    await lab.start(200)
    assert lab.service().counts()["write"] == 1, "the same body is not sent again"
    lab.annotate("render", reconcile_requested_at="now")
    await lab.run(5)
    assert lab.service().counts()["write"] == 2
    lab.change_account(maxRequestsPerSecond=7)
    await lab.run(5)
    assert lab.service().counts()["write"] == 3
    lab.service().heal()
    lab.annotate("render", reconcile_requested_at="again")
    await lab.run(5)
    assert lab.ready("render") == "InSync"
