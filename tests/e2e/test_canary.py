"""Canaries in every place that can hold a secret, everything done that the operator does, and none found anywhere.

What is searched: every resource but its spec, the events, the log at debug level, the metrics page, and what
`poolkeeper plan` prints. What is sure to be seen (a metadata value) is planted too: a search that cannot find it would
find nothing.
"""

from __future__ import annotations

import base64
import copy
import json
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.world import PATIENCE, Json, World
from tests.testbed.waiting import until

CANARY = "kanarienvogel"
SEEN = "sparrow-to-be-seen"
OURS = "kubectl.kubernetes.io/last-applied-configuration"
"""kubectl's own copy of the spec, not the operator's."""


def canary(place: str) -> str:
    return f"{CANARY}-{place}"


FROM_SECRET = {
    "token": canary("secret-env"),
    "file": f"https://{canary('secret-host')}.example/a?sig={canary('secret-sas')}",
    "container": f"https://container.example/{canary('secret-path')}",
    "password": canary("secret-password"),
    "unused": canary("secret-unused"),
}
ROTATED = {**FROM_SECRET, "token": canary("rotated-env"), "password": canary("rotated-password")}
LIVE = {
    "startTask": {
        "commandLine": "/bin/true",
        "environmentSettings": [
            {"name": "TOKEN", "value": canary("live-env")},
            {"name": "OTHER", "value": canary("live-other")},
        ],
        "resourceFiles": [{"httpUrl": f"https://live.example/x?sig={canary('live-sas')}", "filePath": "x"}],
        "containerSettings": {
            "imageName": "a:1",
            "registry": {"username": "me", "password": canary("live-password"), "registryServer": "r.example"},
        },
    },
    "metadata": [{"name": "bird", "value": SEEN}],
}
FROM_MANIFEST = {
    "startTask": {
        "commandLine": "/bin/true",
        "environmentSettings": [{"name": "TOKEN", "value": canary("manifest-env")}],
        "resourceFiles": [{"httpUrl": f"https://files.example/x?sig={canary('manifest-sas')}", "filePath": "x"}],
        "containerSettings": {
            "imageName": "a:2",
            "registry": {
                "username": "me",
                "password": canary("manifest-password"),
                "registryServer": "r.example",
            },
        },
    },
}


def ref(key: str) -> Json:
    return {"secretKeyRef": {"name": "creds", "key": key}}


FROM_REFS = {
    "startTask": {
        "commandLine": "/bin/true",
        "environmentSettings": [{"name": "TOKEN", "valueFrom": ref("token")}],
        "resourceFiles": [
            {"httpUrlFrom": ref("file"), "filePath": "x"},
            {"storageContainerUrlFrom": ref("container")},
        ],
        "containerSettings": {
            "imageName": "a:2",
            "registry": {"username": "me", "passwordFrom": ref("password"), "registryServer": "r.example"},
        },
    },
}


@pytest.fixture
def flags() -> tuple[str, ...]:
    """The operator says all it can."""
    return ("--log-level", "debug", "--flap-limit", "2", "--flap-window", "60s")


@pytest.fixture
def world(world: World) -> World:
    """With a pool full of canaries."""
    world.sim.drift("rendering", copy.deepcopy(LIVE))
    world.values("creds", **FROM_SECRET)
    world.account()
    return world


def told(world: World) -> str:
    """All that left the operator: statuses and metadata, events, log, metrics."""
    texts = [world.operator.output(), world.operator.metrics_page()]
    for kind in ("batchpools", "batchaccounts", "events"):
        for body in world.kubectl.json("get", kind, "--show-managed-fields")["items"]:
            body["metadata"].get("annotations", {}).pop(OURS, None)
            body.pop("spec", None)
            texts.append(json.dumps(body, ensure_ascii=False))
    return "\n".join(texts)


def guarded(world: World) -> None:
    world.pool("rendering", {}, adoption="Guard")
    world.wait("rendering", "RemovalNeedsConsent")


def observed(world: World) -> None:
    for properties in (FROM_MANIFEST, FROM_REFS):
        world.pool("rendering", properties, mode="Observe")
        world.wait("rendering", "Observed")


def approved(world: World) -> None:
    world.pool("rendering", FROM_REFS, mode="Approve")
    world.wait("rendering", "AwaitingApproval")
    world.annotate("rendering", "poolkeeper.dev/approve", world.status("rendering")["plan"]["hash"])
    world.wait("rendering", "InSync")


def written_and_rotated(world: World) -> None:
    for properties in (FROM_MANIFEST, FROM_REFS):
        world.pool("rendering", properties)
        world.wait("rendering", "InSync")
    count = world.writes_to_batch()
    world.values("creds", **ROTATED)
    until(lambda: world.writes_to_batch() > count, what="the rotated Secret is sent", patience=PATIENCE)


def fought_over(world: World) -> None:
    world.pool("rendering", FROM_REFS)
    world.wait("rendering", "InSync")
    merge = {"startTask": LIVE["startTask"]}
    writer = world.sim.faults.add(kind="writer", pool="rendering", seconds=0.2, merge=merge)
    world.wait("rendering", "Flapping")
    world.sim.faults.remove(writer.number)


def refused_in_the_services_words(world: World) -> None:
    """An error that repeats everything that was sent, in its message and in its values."""
    bodies: list[tuple[Json, Any]] = [(FROM_MANIFEST, FROM_MANIFEST["startTask"]), (FROM_REFS, FROM_SECRET)]
    for properties, repeated in bodies:
        sent = json.dumps({**repeated, "unused": ""})
        world.sim.faults.clear()
        world.sim.faults.add(
            kind="status",
            operation="UpdatePoolProperties",
            status=400,
            message=f"The request {sent} is wrong, {SEEN}.",
            values={"PropertyName": "environmentSettings", "PropertyValue": sent, "Reason": f"{sent} is no good"},
        )
        world.pool("rendering", properties, checkInterval="2s")
        world.wait("rendering", "InvalidProperties")
    world.sim.faults.clear()


def missing(world: World) -> None:
    lacking: Any = copy.deepcopy(FROM_REFS)
    lacking["startTask"]["environmentSettings"][0]["valueFrom"]["secretKeyRef"]["key"] = "not-there"
    world.pool("rendering", lacking)
    world.wait("rendering", "SecretNotFound")


def with_a_wrong_key(world: World) -> None:
    wrong = base64.b64encode(canary("wrong-key").encode()).decode()
    for key in (canary("no-base64-key"), wrong):
        world.secret(key)
        world.operator.stop()
        world.operator.start()
        world.wait("research", "AuthenticationFailed", "batchaccount")
    world.secret()


def left_to_others(world: World) -> None:
    world.pool("rendering", FROM_MANIFEST, ignore=["/startTask"])
    world.wait("rendering", "UnsupportedProperty")


def unreachable(world: World) -> None:
    world.pool("rendering", FROM_REFS)
    world.wait("rendering", "InSync")
    world.sim.faults.add(kind="garbage", body=canary("garbage"))
    world.sim.drift("rendering", copy.deepcopy(LIVE))
    world.wait("rendering", "ServiceUnavailable")
    world.sim.faults.clear()


def planned(world: World) -> str:
    """What the command line says of it, in all its forms."""
    world.pool("rendering", FROM_REFS, mode="Observe")
    world.wait("rendering", "Observed")
    manifests = [world.get("rendering"), {**world.get("rendering"), "metadata": {"name": "plain"}}]
    manifests[1]["spec"] = {**manifests[1]["spec"], "poolID": "genomics", "properties": FROM_MANIFEST}
    command = [
        *(sys.executable, "-m", "poolkeeper", "plan", "-f", "-", "-n", world.kubectl.namespace or ""),
        *("--kubeconfig", str(world.cluster.admin_kubeconfig), "--allow-endpoint", world.sim.url, "--output"),
    ]
    said = ""
    for form in ("text", "json", "markdown"):
        text = "\n---\n".join(json.dumps(body) for body in manifests)
        ran = subprocess.run([*command, form], input=text, capture_output=True, text=True, check=False, timeout=60)
        assert "/startTask/environmentSettings/TOKEN/value" in ran.stdout, ran.stderr
        said += ran.stdout + ran.stderr
    return said


def _quiet(world: World) -> None:
    world.sweeps(2)


DEEDS: list[Callable[[World], str | None]] = [
    guarded,
    observed,
    approved,
    written_and_rotated,
    fought_over,
    refused_in_the_services_words,
    missing,
    with_a_wrong_key,
    left_to_others,
    unreachable,
    planned,
]


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
def test_no_canary_is_found_whatever_the_operator_does(world: World, deed: Callable[[World], str | None]) -> None:
    world.pool("genomics", {"metadata": [{"name": "bird", "value": SEEN}]}, mode="Observe")
    world.wait("genomics", "Observed")
    said = deed(world)
    _quiet(world)
    found = told(world) + (said or "")
    assert SEEN in found, "the search finds what is there"
    places = [found[max(0, at.start() - 200) : at.end() + 60] for at in re.finditer(CANARY, found)]
    assert places == []
    _no_key(world, found)


def _no_key(world: World, found: str) -> None:
    for key in (world.sim.key, canary("wrong-key")):
        for form in (key, base64.b64encode(key.encode()).decode(), _decoded(key)):
            assert form not in found


def _decoded(key: str) -> str:
    try:
        return base64.b64decode(key, validate=True).decode()
    except ValueError:
        return key


def test_the_canaries_were_really_there(world: World) -> None:
    """Else the search proves nothing: the pool got what the Secret holds, and showed what others had put there."""
    world.pool("rendering", FROM_REFS)
    world.wait("rendering", "InSync")
    sent = json.dumps(world.sim.journal.entries("UpdatePoolProperties")[-1].body)
    for place in ("secret-env", "secret-host", "secret-sas", "secret-path", "secret-password"):
        assert canary(place) in sent
    assert "/startTask/environmentSettings/TOKEN/value" in world.event("rendering", "Updated")["message"]
