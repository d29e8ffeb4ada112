"""One tenant makes what the API server takes at its largest; a neighbour's pool is looked after all the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.support.world import World
from tests.testbed.cluster import Cluster

LONGEST = 131_072
"""Characters of a command line and of an environment value, as the CRD has it."""

WANTED = {"metadata": [{"name": "owner", "value": "me"}]}
DRIFTED = {"metadata": [{"name": "owner", "value": "intruder"}]}


def memory_limit() -> int:
    """Bytes, as the shipped Deployment has it."""
    deployment = yaml.safe_load(Path("deploy/kustomize/base/deployment.yaml").read_text())
    limit = deployment["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["memory"]
    assert limit.endswith("Mi")
    return int(limit.removesuffix("Mi")) * 2**20


def peak_memory(pid: int) -> int:
    """Bytes that a process has ever had in memory."""
    (line,) = [one for one in Path(f"/proc/{pid}/status").read_text().splitlines() if one.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024


def with_environment(values: list[dict[str, Any]]) -> dict[str, Any]:
    return {"startTask": {"commandLine": "x", "environmentSettings": values}}


def corrected(world: World) -> None:
    """The neighbour's pool drifts, and is put right."""
    since = world.sim.journal.last_number
    world.sim.drift("rendering", DRIFTED)
    world.sim.journal.wait("UpdatePoolProperties", pool="rendering", since=since, seconds=120)
    world.wait("rendering", "InSync", patience=120)


def test_a_neighbour_does_not_notice(world: World, cluster: Cluster, namespace: str) -> None:
    world.account()
    world.pool("rendering", WANTED)
    world.wait("rendering", "InSync")

    tenant = World(
        cluster=cluster, kubectl=world.kubectl.within(f"{namespace}-tenant"), sim=world.sim, operator=world.operator
    )
    tenant.kubectl.out("create", "namespace", f"{namespace}-tenant")
    try:
        tenant.account(checkInterval="1s")
        # Text in a manifest and in a live pool, through which a redactor has to find its way.
        slashes = ("https://" * (LONGEST // 8))[:LONGEST]
        world.sim.put_pool({"id": "hostile", "startTask": {"commandLine": slashes, "waitForSuccess": False}})
        values = [{"name": f"V{number}", "value": slashes} for number in range(4)]
        wanted = {"startTask": {"commandLine": slashes[::-1], "environmentSettings": values}}
        tenant.create(tenant.pool_manifest("hostile", wanted, mode="Observe"))
        tenant.wait("hostile", "Observed", patience=120)
        corrected(world)

        # As many references to Secrets as the CRD takes, none of which exists, asked for as often as it takes.
        references = [
            {"name": f"V{number}", "valueFrom": {"secretKeyRef": {"name": f"none-{number}", "key": "k"}}}
            for number in range(1000)
        ]
        manifest = tenant.pool_manifest("references", with_environment(references), checkInterval="1s")
        tenant.kubectl.try_apply(manifest)
        corrected(world)

        # Two hundred manifests of 1.3 MiB: 260 MiB in etcd.
        big = with_environment([{"name": f"V{number}", "value": "v" * (LONGEST - 1)} for number in range(10)])
        for number in range(200):
            tenant.create(tenant.pool_manifest(f"big-{number}", big))
        corrected(world)
        assert peak_memory(world.operator.pid) < memory_limit()

        # And it starts again among them.
        world.restart()
        corrected(world)
        assert peak_memory(world.operator.pid) < memory_limit()
    finally:
        tenant.kubectl.out("delete", "batchpools", "--all", "--wait=false")
        tenant.kubectl.out("delete", "namespace", f"{namespace}-tenant", "--wait=false")
