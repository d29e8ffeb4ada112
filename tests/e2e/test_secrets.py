"""Values that a manifest takes from Secrets: they reach the pool, also when they are rotated, and only the pool."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.world import Json, World

CREDS = "pool-credentials"
PASSWORD = "/startTask/containerSettings/registry/password"


def ref(key: str, *, name: str = CREDS) -> Json:
    return {"secretKeyRef": {"name": name, "key": key}}


def start_task(**more: Any) -> Json:
    return {"startTask": {"commandLine": "/bin/true", **more}}


ALL_FOUR = start_task(
    environmentSettings=[{"name": "TOKEN", "valueFrom": ref("token")}],
    resourceFiles=[
        {"httpUrlFrom": ref("file"), "filePath": "tool.sh"},
        {"storageContainerUrlFrom": ref("container")},
    ],
    containerSettings={
        "imageName": "example.azurecr.io/tools:1",
        "registry": {
            "registryServer": "example.azurecr.io",
            "username": "puller",
            "passwordFrom": ref("password"),
        },
    },
)
VALUES = {
    "token": "value-of-the-token",
    "file": "https://example.blob.core.windows.net/tools/tool.sh?sig=value-of-the-file",
    "container": "https://example.blob.core.windows.net/data?sig=value-of-the-container",
    "password": "value-of-the-password",
}
TOKEN_ONLY = start_task(environmentSettings=[{"name": "TOKEN", "valueFrom": ref("token")}])


def sent(world: World) -> Json:
    """The start task of the last write that the stand-in received."""
    found: Json = world.sim.journal.entries("UpdatePoolProperties")[-1].body["startTask"]
    return found


def token(world: World) -> str:
    return str(world.sim.pool("genomics")["startTask"]["environmentSettings"][0]["value"])


@pytest.fixture
def ready(world: World) -> World:
    """With an account and the Secret."""
    world.account()
    world.values(CREDS, **VALUES)
    return world


def test_the_four_forms_reach_the_pool_and_the_status_tells_versions_only(ready: World) -> None:
    ready.pool("genomics", ALL_FOUR)
    status = ready.wait("genomics", "InSync")["status"]
    task = sent(ready)
    assert task["environmentSettings"] == [{"name": "TOKEN", "value": VALUES["token"]}]
    assert [file.get("httpUrl") for file in task["resourceFiles"]] == [VALUES["file"], None]
    assert task["resourceFiles"][1]["storageContainerUrl"] == VALUES["container"]
    assert task["containerSettings"]["registry"]["password"] == VALUES["password"]
    version = ready.kubectl.json("get", "secret", CREDS)["metadata"]["resourceVersion"]
    assert status["secretVersions"] == {CREDS: version}
    assert "value-of" not in str(status)
    ready.sweeps(2)
    assert ready.writes_to_batch("genomics") == 1


def test_a_rotated_password_reaches_the_pool_though_the_service_never_shows_it(ready: World) -> None:
    ready.pool("genomics", ALL_FOUR)
    ready.wait("genomics", "InSync")
    live = ready.sim.pool("genomics")["startTask"]["containerSettings"]["registry"]
    assert "password" not in live, "the harm: no comparison could find an old password"
    ready.values(CREDS, **{**VALUES, "password": "value-after-rotation"})
    ready.sim.journal.wait("UpdatePoolProperties", pool="genomics", count=2)
    assert sent(ready)["containerSettings"]["registry"]["password"] == "value-after-rotation"
    ready.wait("genomics", "InSync")
    ready.sim.wait_until(lambda: any(PASSWORD in event["message"] for event in ready.events("genomics", "Updated")))
    assert ready.events("genomics", "DriftCorrected") == [], "somebody wanted it"
    ready.sweeps(2)
    assert ready.writes_to_batch("genomics") == 2


def test_a_secret_that_was_rotated_while_the_operator_was_away_reaches_the_pool(ready: World) -> None:
    ready.pool("genomics", TOKEN_ONLY)
    ready.wait("genomics", "InSync")
    ready.operator.stop()
    ready.values(CREDS, token="value-while-away")
    ready.operator.start()
    ready.sim.wait_until(lambda: token(ready) == "value-while-away")


def test_a_missing_secret_and_a_missing_key_are_named_and_waited_for(ready: World) -> None:
    lacking = start_task(
        environmentSettings=[
            {"name": "A", "valueFrom": ref("no-such-key")},
            {"name": "B", "valueFrom": ref("key", name="no-such-secret")},
        ]
    )
    ready.pool("genomics", lacking)
    ready.wait("genomics", "SecretNotFound")
    message = ready.condition("genomics")["message"]
    assert "no key no-such-key" in message
    assert CREDS in message
    assert "no-such-secret" in message
    assert "spec.properties.startTask.environmentSettings[1].valueFrom" in message
    assert ready.writes_to_batch() == 0, "nothing is sent in part"
    ready.values(CREDS, **VALUES, **{"no-such-key": "now"})
    ready.values("no-such-secret", key="there")
    ready.wait("genomics", "InSync")


def test_a_secret_of_another_namespace_is_out_of_reach(world: World) -> None:
    """The harm would be a tenant who has the operator read the Secrets of another."""
    other = f"{world.kubectl.namespace}-2"
    world.cluster.kubectl.out("create", "namespace", other)
    manifest = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": CREDS}, "stringData": VALUES}
    world.kubectl.within(other).apply(manifest)
    world.account()
    world.pool("genomics", TOKEN_ONLY)
    world.wait("genomics", "SecretNotFound")
    assert world.writes_to_batch() == 0
    smuggled = start_task(environmentSettings=[{"name": "TOKEN", "valueFrom": ref("token", name=f"{other}/{CREDS}")}])
    refused = world.kubectl.try_apply(
        {
            "apiVersion": "poolkeeper.dev/v1alpha1",
            "kind": "BatchPool",
            "metadata": {"name": "smuggler"},
            "spec": {"accountRef": {"name": "research"}, "poolID": "rendering", "properties": smuggled},
        }
    )
    assert refused.code != 0


def test_a_changed_secret_voids_an_approval(ready: World) -> None:
    ready.pool("genomics", TOKEN_ONLY, mode="Approve")
    plan = ready.wait("genomics", "AwaitingApproval")["status"]["plan"]["hash"]
    ready.values(CREDS, token="value-nobody-approved")
    ready.sim.wait_until(lambda: ready.status("genomics")["plan"]["hash"] != plan)
    ready.annotate("genomics", "poolkeeper.dev/approve", plan)
    ready.sim.wait_until(lambda: "is for another plan" in ready.condition("genomics")["message"])
    assert ready.writes_to_batch() == 0
    ready.annotate("genomics", "poolkeeper.dev/approve", ready.status("genomics")["plan"]["hash"])
    ready.wait("genomics", "InSync")
    assert token(ready) == "value-nobody-approved"
