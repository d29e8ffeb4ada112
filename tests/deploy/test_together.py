"""The shipped program with the shipped rights makes of the shipped examples what their comments say."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.batchsim.sim import BatchSim
from tests.deploy.files import EXAMPLES, Object, container
from tests.deploy.shipped import command
from tests.testbed.cluster import Cluster
from tests.testbed.kubectl import Kubectl
from tests.testbed.ports import LOOPBACK, free_ports
from tests.testbed.processes import Server, spawn
from tests.testbed.waiting import until

PATIENCE = 30.0
REASONS = {
    "rendering": "InSync",
    "genomics": "InSync",
    "etl-windows": "InSync",
    "risk-nightly": "InSync",
    "video-transcode": "InSync",
    "climate-models": "PoolNotFound",
}
WRITTEN = {"rendering", "risk-nightly", "video-transcode"}
"""The others equal their live pools already, or have none."""


@pytest.fixture
def operator(image: Path, cluster: Cluster, batchsim: BatchSim, tmp_path: Path) -> Iterator[Server]:
    """The operator of the image, started by the Deployment's arguments, as the operator's own user."""
    health, metrics = free_ports(2)
    arguments = [
        *container()["args"],
        *("--kubeconfig", str(cluster.operator_kubeconfig), "--allow-endpoint", batchsim.url, "--listen", LOOPBACK),
        *("--health-port", str(health), "--metrics-port", str(metrics)),
    ]
    words = command(image, "poolkeeper", *arguments)
    running = spawn("operator", words, log=tmp_path / "log", marker=str(cluster.operator_kubeconfig), leashed=True)
    yield running
    running.stop(grace=20)


def test_every_example_comes_to_what_its_comment_says(
    operator: Server, kubectl: Kubectl, namespace: str, batchsim: BatchSim
) -> None:
    here = kubectl.within(namespace)
    here.out("create", "secret", "generic", "batch-credentials", f"--from-literal=accountKey={batchsim.key}")
    here.apply(account(batchsim.url))
    for pool in REASONS:
        here.apply(EXAMPLES / f"{pool}.yaml")
    until(lambda: reasons(here) == REASONS, what=f"the examples are {REASONS}", patience=PATIENCE)
    written = [entry.pool for entry in batchsim.journal.entries("UpdatePoolProperties")]
    assert sorted(filter(None, written)) == sorted(WRITTEN), "each once"
    said = operator.log.read_text()
    assert "permission" not in said.lower(), said
    assert "forbidden" not in said.lower(), said
    for spelling in (batchsim.key, base64.b64encode(batchsim.key.encode()).decode()):
        assert spelling not in said


def account(url: str) -> Object:
    """The example's account, moved to the stand-in."""
    given: Object = yaml.safe_load((EXAMPLES / "account.yaml").read_text())
    given["spec"]["endpoint"] = url
    return given


def reasons(kubectl: Kubectl) -> dict[str, str]:
    """The Ready condition's reason of each pool that has one."""
    found: dict[str, str] = {}
    for pool in kubectl.json("get", "batchpools")["items"]:
        for condition in pool.get("status", {}).get("conditions", []):
            if condition["type"] == "Ready":
                found[pool["metadata"]["name"]] = condition["reason"]
    return found
