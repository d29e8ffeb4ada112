"""Values from Secrets: filled in at each look, sent again when they are rotated, waited for when they are missing."""

from __future__ import annotations

from typing import Any

import pytest

from poolkeeper.domain.failures import ClusterUnavailable, InvalidProperties
from poolkeeper.domain.secret_text import HIDDEN
from poolkeeper.domain.status.conditions import find
from tests.unit.engine.lab import Lab, key, metadata

pytestmark = pytest.mark.looptime

SECRET = key("creds")


def ref(name: str = "creds", at: str = "token") -> dict[str, Any]:
    return {"secretKeyRef": {"name": name, "key": at}}


ENVIRONMENT = {"startTask": {"commandLine": "run", "environmentSettings": [{"name": "TOKEN", "valueFrom": ref()}]}}
REGISTRY = {
    "startTask": {
        "commandLine": "run",
        "containerSettings": {"imageName": "a", "registry": {"username": "me", "passwordFrom": ref()}},
    }
}
PASSWORD = "/startTask/containerSettings/registry/password"


def ready_message(lab: Lab, name: str = "rendering") -> str:
    ready = find(lab.status(name)["conditions"], "Ready")
    assert ready is not None
    return str(ready["message"])


def written(lab: Lab) -> list[str]:
    return [_leaf(body) for body in lab.service().bodies]


def _leaf(body: dict[str, Any]) -> str:
    task = body["startTask"]
    found = task["environmentSettings"][0]["value"] if "environmentSettings" in task else None
    return str.__str__(found or task["containerSettings"]["registry"]["password"])


async def begin(lab: Lab, properties: dict[str, Any], **values: str) -> None:
    lab.account()
    lab.service().put("rendering")
    if values:
        lab.secrets.put(SECRET, **values)
    lab.pool("rendering", properties)
    await lab.start(2)


@pytest.mark.parametrize("properties", [ENVIRONMENT, REGISTRY], ids=["shown again", "never shown again"])
async def test_a_rotated_secret_reaches_the_pool_within_a_check_interval(lab: Lab, properties: dict[str, Any]) -> None:
    await begin(lab, properties, token="first-value")
    assert written(lab) == ["first-value"]
    assert lab.status("rendering")["secretVersions"] == {"creds": "1"}
    lab.secrets.put(SECRET, token="second-value")
    await lab.run(61)
    assert written(lab) == ["first-value", "second-value"]
    assert lab.status("rendering")["secretVersions"] == {"creds": "2"}
    assert [told.reason for told in lab.cluster.events(name="rendering")][-1] == "Updated", (
        "somebody wanted it: no drift"
    )
    await lab.run(600)
    assert len(written(lab)) == 2


@pytest.mark.parametrize("properties", [ENVIRONMENT, REGISTRY], ids=["shown again", "never shown again"])
async def test_a_secret_that_was_rotated_while_nobody_looked_reaches_the_pool_too(
    lab: Lab, properties: dict[str, Any]
) -> None:
    await begin(lab, properties, token="first-value")
    lab.secrets.put(SECRET, token="second-value")
    again = await lab.restarted()
    await again.start(2)
    assert written(again) == ["first-value", "second-value"]
    await again.engine.stop(grace=0)


@pytest.mark.parametrize("properties", [ENVIRONMENT, REGISTRY], ids=["shown again", "never shown again"])
async def test_a_restart_sends_nothing_again(lab: Lab, properties: dict[str, Any]) -> None:
    await begin(lab, properties, token="first-value")
    again = await lab.restarted()
    await again.start(200)
    assert written(again) == ["first-value"]
    await again.engine.stop(grace=0)


async def test_a_secret_that_is_only_touched_is_not_sent_again(lab: Lab) -> None:
    await begin(lab, REGISTRY, token="first-value")
    lab.secrets.put(SECRET, token="first-value")
    await lab.run(200)
    assert written(lab) == ["first-value"], "another version, the same password"
    lab.secrets.put(SECRET, token="second-value")
    await lab.run(61)
    assert written(lab) == ["first-value", "second-value"]


async def test_a_secret_that_changed_elsewhere_changes_nothing_that_is_shown_again(lab: Lab) -> None:
    await begin(lab, ENVIRONMENT, token="value", other="1")
    lab.secrets.put(SECRET, token="value", other="2")
    await lab.run(61)
    assert written(lab) == ["value"]


async def test_a_missing_secret_is_named_and_waited_for(lab: Lab) -> None:
    await begin(lab, ENVIRONMENT)
    assert lab.ready("rendering") == "SecretNotFound"
    message = ready_message(lab)
    assert "there is no Secret lab/creds" in message
    assert "spec.properties.startTask.environmentSettings[0].valueFrom" in message
    lab.secrets.put(SECRET, other="x")
    await lab.run(61)
    assert "Secret lab/creds has no key token" in ready_message(lab)
    lab.secrets.put(SECRET, token="value")
    await lab.run(61)
    assert (lab.ready("rendering"), written(lab)) == ("InSync", ["value"])


async def test_drift_of_a_secret_value_is_put_right_and_not_shown(lab: Lab) -> None:
    await begin(lab, ENVIRONMENT, token="canary-value")
    live = {**ENVIRONMENT["startTask"], "environmentSettings": [{"name": "TOKEN", "value": "canary-live"}]}
    lab.service().drift("rendering", {"startTask": live})
    await lab.run(61)
    assert written(lab) == ["canary-value"] * 2
    assert [told.reason for told in lab.cluster.events(name="rendering")][-1] == "DriftCorrected"
    told = repr(lab.cluster.patches) + repr(lab.cluster.told) + lab.metrics.page().decode()
    assert "canary" not in told


async def test_a_url_from_a_secret_is_hidden_on_both_sides(lab: Lab) -> None:
    files = [{"httpUrlFrom": ref(), "filePath": "a"}]
    lab.account()
    lab.secrets.put(SECRET, token="https://canary.example/new")
    live = {"resourceFiles": [{"httpUrl": "https://canary.example/old", "filePath": "a"}], "commandLine": "run"}
    lab.service().put("rendering", {"startTask": live})
    lab.pool("rendering", {"startTask": {"commandLine": "run", "resourceFiles": files}}, mode="Observe")
    await lab.start(2)
    entry = {"op": "replace", "path": "/startTask/resourceFiles/0/httpUrl", "live": HIDDEN, "desired": HIDDEN}
    assert lab.status("rendering")["drift"] == [entry]
    assert "canary" not in repr(lab.cluster.patches) + repr(lab.cluster.told)


async def test_a_check_asks_for_each_secret_once_and_for_no_value(lab: Lab) -> None:
    lab.account()
    lab.secrets.put(SECRET, token="value")
    for number in range(20):
        lab.service().put(f"pool-{number}", ENVIRONMENT_LIVE)
        lab.pool(f"pool-{number}", ENVIRONMENT)
    await lab.start(120)
    lab.secrets.checks.clear()
    lab.secrets.reads.clear()
    await lab.run(600)
    assert lab.secrets.checks.count(SECRET) <= 12, "one per check, not one per pool"
    assert lab.secrets.reads == []


ENVIRONMENT_LIVE = {
    "startTask": {"commandLine": "run", "environmentSettings": [{"name": "TOKEN", "value": "value"}]},
}


async def test_pools_without_secrets_ask_for_none(lab: Lab) -> None:
    await begin(lab, metadata(owner="me"))
    await lab.run(300)
    assert set(lab.secrets.checks) == {key("key")}, "only the account's own is looked after"
    assert lab.secrets.reads == []


async def test_a_cluster_that_does_not_answer_holds_up_no_check(lab: Lab) -> None:
    await begin(lab, ENVIRONMENT, token="first-value")
    lab.secrets.trouble = ClusterUnavailable("the Kubernetes API does not answer")
    lab.secrets.put(SECRET, token="second-value")
    await lab.run(130)
    assert written(lab) == ["first-value"]
    assert lab.ready("rendering") == "InSync"
    lab.secrets.trouble = None
    await lab.run(61)
    assert written(lab) == ["first-value", "second-value"]


async def test_a_refused_body_is_sent_again_when_its_secret_changes(lab: Lab) -> None:
    lab.account()
    lab.service().put("rendering")
    lab.secrets.put(SECRET, token="too-long")
    refusal = InvalidProperties("the service answered 400 InvalidPropertyValue")
    lab.service().fail(refusal, operation="write")
    lab.pool("rendering", ENVIRONMENT)
    await lab.start(200)
    assert lab.service().counts()["write"] == 1
    assert lab.ready("rendering") == "InvalidProperties"
    lab.service().heal()
    lab.secrets.put(SECRET, token="right")
    await lab.run(61)
    assert (lab.ready("rendering"), written(lab)) == ("InSync", ["right"])


async def test_a_rotated_credential_is_used_from_the_next_check_on_though_the_old_one_is_still_taken(lab: Lab) -> None:
    lab.secrets.put(key("key"), accountKey="primary")
    await begin(lab, metadata(owner="me"))
    await lab.run(200)
    assert len(lab.connector.connections) == 1
    lab.secrets.put(key("key"), accountKey="secondary")
    await lab.run(61)
    assert len(lab.connector.connections) == 2
    assert len(lab.connector.open) == 1
    await lab.run(300)
    assert len(lab.connector.connections) == 2
    assert lab.ready("rendering") == "InSync"
    reasons = {told.reason for told in lab.cluster.events()}
    assert reasons == {"Updated", "RetiringApiVersion"}, "nobody had to notice"


async def test_a_value_that_somebody_wrote_into_a_command_line_is_hidden_there_too(lab: Lab) -> None:
    lab.account()
    lab.secrets.put(SECRET, token="canary-value")
    live = {"commandLine": f"run --token=canary-value {'x' * 600}", "environmentSettings": []}
    lab.service().put("rendering", {"startTask": live, "metadata": [{"name": "seen", "value": "canary-value!"}]})
    for mode in ("Observe", "Enforce"):
        lab.pool(f"rendering-{mode.lower()}", ENVIRONMENT, mode=mode, pool_id="rendering")
    await lab.start(2)
    (entry,) = [one for one in lab.status("rendering-observe")["drift"] if one["path"] == "/startTask/commandLine"]
    assert entry["live"].startswith(f"run --token={HIDDEN} x")
    assert "canary" not in repr(lab.cluster.patches) + repr(lab.cluster.told)
    lab.delete("rendering-observe")
    await lab.run(2)
    assert lab.ready("rendering-enforce") == "RemovalNeedsConsent"
    assert f"/metadata/seen = {HIDDEN}!" in ready_message(lab, "rendering-enforce")
    assert "canary" not in repr(lab.cluster.patches) + repr(lab.cluster.told)


async def test_a_rotated_credential_is_noticed_though_a_pool_changes_its_own_interval(lab: Lab) -> None:
    lab.secrets.put(key("key"), accountKey="primary")
    lab.account()
    lab.service().put("rendering")
    lab.pool("rendering", metadata(owner="me"), interval="7s")
    await lab.start(200)
    lab.change("rendering", checkInterval="5s")
    lab.secrets.put(key("key"), accountKey="secondary")
    await lab.run(61)
    assert len(lab.connector.connections) == 2
