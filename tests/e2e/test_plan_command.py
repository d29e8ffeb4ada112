"""`poolkeeper plan` as a pull request runs it: a process with rights to read, the real API server, and no write."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.batchsim.sim import BatchSim
from tests.support.world import SECRET, World, as_desired
from tests.testbed.cluster import Cluster
from tests.testbed.kubectl import Kubectl, Result

Json = dict[str, Any]
Plan = Callable[..., Result]

READS = {"GetPool", "ListPools"}
FORMS = ("text", "json", "markdown")
READER: list[Json] = [
    {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "plan"}},
    {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": "plan"},
        "rules": [
            {"apiGroups": ["poolkeeper.dev"], "resources": ["batchpools", "batchaccounts"], "verbs": ["get"]},
            {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"], "resourceNames": [SECRET, "creds"]},
        ],
    },
    {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "plan"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "plan"},
        "subjects": [{"kind": "ServiceAccount", "name": "plan"}],
    },
]


def manifest(name: str, properties: Json, **spec: Any) -> Json:
    full = {"accountRef": {"name": "research"}, "poolID": name, "properties": properties, **spec}
    return {
        "apiVersion": "poolkeeper.dev/v1alpha1",
        "kind": "BatchPool",
        "metadata": {"name": name},
        "spec": full,
    }


def account(sim: BatchSim) -> Json:
    auth = {"type": "SharedKey", "secretRef": {"name": SECRET}}
    spec = {"endpoint": sim.url, "accountName": sim.account, "auth": auth}
    return {**manifest("research", {}), "kind": "BatchAccount", "spec": spec}


def write(folder: Path, *objects: Json) -> Path:
    """A repository's folder with these objects in one file, and with what else a repository holds."""
    folder.mkdir(exist_ok=True)
    (folder / "pools.yaml").write_text("---\n".join(yaml.safe_dump(one) for one in objects))
    (folder / "kustomization.yaml").write_text("kind: Kustomization\nresources: [pools.yaml]\n")
    (folder / "chart.yaml").write_text("{{- if .Values.pools }}\nkind: x\n")
    return folder


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """Runs the command with an environment that holds nothing but what is given."""

    def run(*flags: str | Path, stdin: str | None = None, **env: str) -> Result:
        paths = {name: os.environ[name] for name in ("PYTHONPATH", "PATH") if name in os.environ}
        done = subprocess.run(
            [sys.executable, "-m", "poolkeeper", "plan", *map(str, flags)],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            env={**paths, "HOME": str(tmp_path), **env},
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Result(done.stdout, done.stderr, done.returncode)

    return run


@pytest.fixture
def reader(cluster: Cluster, kubectl: Kubectl, namespace: str, tmp_path: Path) -> Path:
    """The kubeconfig of a service account that may read what a plan needs in one namespace, and nothing else."""
    mine = kubectl.within(namespace)
    mine.apply(READER)
    token = mine.out("create", "token", "plan").strip()
    config = yaml.safe_load(cluster.admin_kubeconfig.read_text())
    config["users"][0]["user"] = {"token": token}
    file = tmp_path / "reader.kubeconfig"
    file.write_text(yaml.safe_dump(config))
    for verb in ("create", "update", "patch", "delete"):
        asked = kubectl.run(
            "--as", f"system:serviceaccount:{namespace}:plan", "auth", "can-i", verb, "batchpools", "-A"
        )
        assert asked.stdout.strip() == "no"
    return file


def assert_only_read(sim: BatchSim) -> None:
    operations = {entry.operation for entry in sim.journal.entries()}
    assert operations
    assert operations <= READS


def flags_of(sim: BatchSim) -> list[str]:
    return ["--endpoint", sim.url, "--account-name", sim.account, "--allow-endpoint", sim.url]


def paths_of(result: Result, name: str = "rendering") -> list[str]:
    (pool,) = [one for one in json.loads(result.stdout)["pools"] if one["name"] == name]
    return [change["path"] for change in pool["changes"]]


@pytest.mark.parametrize("form", FORMS)
def test_without_a_cluster_the_account_is_that_of_the_flags_and_the_key_that_of_the_environment(
    form: str, plan: Plan, batchsim: BatchSim, tmp_path: Path
) -> None:
    live = as_desired(batchsim.pool("rendering"))
    changed = {**live, "metadata": [{"name": "owner", "value": "me"}]}
    folder = write(
        tmp_path / "pools", manifest("rendering", changed), manifest("genomics", as_desired(batchsim.pool("genomics")))
    )
    done = plan("-f", folder, *flags_of(batchsim), "-o", form, POOLKEEPER_ACCOUNT_KEY=batchsim.key)
    assert (done.code, done.stderr) == (2, "")
    for said in ("/metadata/owner", "rendering@example.org", "me", "/metadata/cost-centre", "genomics"):
        assert said in done.stdout
    if form != "json":
        assert "Plan: 1 to change, 1 in sync, 0 waiting, 0 errors." in done.stdout
        assert "needs consent" in done.stdout, "nobody knows whether the pool has been adopted"
    assert batchsim.key not in done.stdout
    assert_only_read(batchsim)


def test_without_a_cluster_the_account_may_stand_in_the_files_and_the_key_in_a_file(
    plan: Plan, batchsim: BatchSim, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text(batchsim.key + "\n")
    objects = [account(batchsim), manifest("rendering", as_desired(batchsim.pool("rendering")))]
    text = yaml.safe_dump_all(objects)
    allow = ("--allow-endpoint", batchsim.url)
    done = plan("-f", "-", *allow, "--account-key-file", tmp_path / "key", stdin=text)
    assert (done.code, done.stdout.splitlines()[-1]) == (0, "Plan: 0 to change, 1 in sync, 0 waiting, 0 errors.")
    without = plan("-f", "-", *allow, stdin=text)
    assert without.code == 1
    assert "POOLKEEPER_ACCOUNT_KEY" in without.stdout
    refused = plan("-f", "-", stdin=text, POOLKEEPER_ACCOUNT_KEY=batchsim.key)
    assert refused.code == 1
    assert "--allow-endpoint" in refused.stdout
    assert_only_read(batchsim)


def test_a_mistake_in_one_manifest_is_an_error_and_the_others_are_planned(
    plan: Plan, batchsim: BatchSim, tmp_path: Path
) -> None:
    wrong = manifest("genomics", {"metadat": []})
    folder = write(tmp_path / "pools", manifest("rendering", {}), wrong, manifest("nowhere", {}))
    done = plan("-f", folder, *flags_of(batchsim), POOLKEEPER_ACCOUNT_KEY=batchsim.key)
    assert done.code == 1
    assert "pools.yaml (document 2): BatchPool default/genomics: spec.properties.metadat: is no field" in done.stdout
    assert "default/rendering (pool rendering at 127.0.0.1" in done.stdout
    assert "PoolNotFound" in done.stdout
    assert done.stdout.splitlines()[-1] == "Plan: 1 to change, 0 in sync, 0 waiting, 2 errors."


def test_a_wrong_key_is_an_error_that_does_not_show_it(plan: Plan, batchsim: BatchSim) -> None:
    key = "d3JvbmcgYW5kIHNlY3JldA=="
    text = yaml.safe_dump(manifest("rendering", {}))
    done = plan("-f", "-", *flags_of(batchsim), stdin=text, POOLKEEPER_ACCOUNT_KEY=key)
    assert done.code == 1
    assert "check what spec.auth of the BatchAccount names" in done.stdout
    assert key not in done.stdout + done.stderr


def test_what_a_plan_shows_is_what_the_operator_then_writes(
    world: World, plan: Plan, reader: Path, namespace: str, tmp_path: Path
) -> None:
    live = as_desired(world.sim.pool("rendering"))
    world.restart()
    world.account()
    world.pool("rendering", live)
    world.wait("rendering", "InSync")
    assert world.writes_to_batch() == 0
    # The operator's last writes to Kubernetes come after the status: an event, and the count in the account.
    world.wait_members("research", 1)
    world.sim.wait_until(lambda: len(world.events("rendering", "InSync")) == 1)
    world.sweeps(2)
    writes, since = world.kube_writes(), world.sim.journal.last_number

    start_task = {**live["startTask"], "commandLine": "/bin/true", "maxTaskRetryCount": 7}
    changed = {**live, "startTask": start_task, "metadata": [{"name": "owner", "value": "me"}]}
    folder = write(tmp_path / "pools", manifest("rendering", changed))
    where = ("--kubeconfig", reader, "-n", namespace, "--allow-endpoint", world.sim.url)
    done = plan("-f", folder, *where, "-o", "json")
    assert (done.code, done.stderr) == (2, "")
    (pool,) = json.loads(done.stdout)["pools"]
    assert (pool["verdict"], pool["account"], pool["notes"]) == ("Change", f"{namespace}/research", [])
    assert world.writes_to_batch(since=since) == 0
    assert world.kube_writes() == writes

    world.pool("rendering", changed, adoption="Guard")
    world.wait("rendering", "InSync")
    world.sim.wait_until(lambda: len(world.events("rendering", "Updated")) == 1)
    (event,) = world.events("rendering", "Updated")
    written = re.search(r"updated at (.+) \(new ETag", event["message"])
    assert written is not None
    assert written[1].split(", ") == paths_of(done)
    after = plan("-f", folder, *where)
    assert (after.code, after.stdout.splitlines()[-1]) == (0, "Plan: 0 to change, 1 in sync, 0 waiting, 0 errors.")


def test_drift_that_a_plan_shows_is_what_the_operator_corrects(
    world: World, plan: Plan, reader: Path, namespace: str, tmp_path: Path
) -> None:
    live = as_desired(world.sim.pool("rendering"))
    world.account()
    world.pool("rendering", live)
    world.wait("rendering", "InSync")
    world.operator.stop()
    world.sim.drift(
        "rendering", {"metadata": [{"name": "intruder", "value": "x"}], "targetNodeCommunicationMode": "classic"}
    )

    folder = write(tmp_path / "pools", manifest("rendering", live))
    done = plan("-f", folder, "--kubeconfig", reader, "-n", namespace, "--allow-endpoint", world.sim.url, "-o", "json")
    assert done.code == 2
    world.operator.start()
    world.sim.wait_until(lambda: world.status("rendering").get("lastDrift", {}).get("corrected", False))
    assert world.status("rendering")["lastDrift"]["paths"] == paths_of(done)


def test_with_a_cluster_it_is_known_whether_the_first_write_needs_consent(
    world: World, plan: Plan, reader: Path, namespace: str, tmp_path: Path
) -> None:
    world.account()
    folder = write(tmp_path / "pools", manifest("rendering", {}))
    where = ("--kubeconfig", reader, "-n", namespace, "--allow-endpoint", world.sim.url)
    done = plan("-f", folder, *where)
    assert (done.code, done.stdout.splitlines()[-1]) == (2, "Plan: 0 to change, 0 in sync, 1 waiting, 0 errors.")
    assert "waits for consent: the first write would remove" in done.stdout
    world.pool("rendering", {}, adoption="Guard")
    world.wait("rendering", "RemovalNeedsConsent")
    assert world.drift_paths(world.status("rendering")) == paths_of(plan("-f", folder, *where, "-o", "json"))
    assert world.writes_to_batch() == 0

    world.pool("rendering", {}, mode="Observe")
    world.wait("rendering", "Observed")
    observed = write(tmp_path / "observed", manifest("rendering", {}, mode="Observe"))
    done = plan("-f", observed, *where)
    assert (done.code, "mode Observe, nothing is written" in done.stdout) == (0, True)


TOKEN = {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "creds", "key": "token"}}}


def test_values_from_secrets_are_compared_where_they_may_be_read_and_said_where_not(
    world: World, plan: Plan, reader: Path, namespace: str, tmp_path: Path
) -> None:
    planted = "sekret-of-the-environment"
    data = {"token": planted}
    world.kubectl.apply({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "creds"}, "stringData": data})
    world.account()
    live = as_desired(world.sim.pool("rendering"))
    settings = [*live["startTask"]["environmentSettings"], {"name": "TOKEN", "value": "an-older-sekret"}]
    world.sim.drift("rendering", {"startTask": {**live["startTask"], "environmentSettings": settings}})
    wanted = {**live["startTask"], "environmentSettings": [*settings[:-1], TOKEN]}
    folder = write(tmp_path / "pools", manifest("rendering", {**live, "startTask": wanted}))
    allow = ("--allow-endpoint", world.sim.url)
    for form in FORMS:
        done = plan("-f", folder, *allow, "--kubeconfig", reader, "-n", namespace, "-o", form)
        assert done.code == 2, done.stdout
        assert "/startTask/environmentSettings/TOKEN/value" in done.stdout
        assert "sekret" not in done.stdout + done.stderr
        alone = plan("-f", folder, *flags_of(world.sim), "-o", form, POOLKEEPER_ACCOUNT_KEY=world.sim.key)
        assert alone.code == 0, alone.stdout
        assert "there is no cluster to read it from" in alone.stdout
        assert "/startTask/environmentSettings/TOKEN/value" in alone.stdout
    (tmp_path / "pools" / "pools.yaml").write_text((folder / "pools.yaml").read_text().replace("creds", "closed"))
    done = plan("-f", folder, *allow, "--kubeconfig", reader, "-n", namespace)
    assert (done.code, f"Secret {namespace}/closed may not be read" in done.stdout) == (0, True)
    assert_only_read(world.sim)


def test_no_secret_is_in_any_output(plan: Plan, batchsim: BatchSim, tmp_path: Path) -> None:
    planted = {
        name: f"sekret-{name}" for name in ("live-env", "live-sas", "env", "sas", "password", "stranger", "comment")
    }
    file = "https://tools.blob.core.windows.net/boot/x.sh?sv=1&sig="
    start_task = {
        "commandLine": f"curl {file}{planted['live-sas']}",
        "resourceFiles": [{"httpUrl": file + planted["live-sas"], "filePath": "x.sh"}],
        "environmentSettings": [{"name": "TOKEN", "value": planted["live-env"]}],
        "waitForSuccess": True,
    }
    batchsim.drift("rendering", {"startTask": start_task})
    registry = {"username": "me", "password": planted["password"], "registryServer": "r.example"}
    wanted = {
        "commandLine": "x",
        "resourceFiles": [{"httpUrl": file + planted["sas"], "filePath": "x.sh"}],
        "environmentSettings": [{"name": "TOKEN", "value": planted["env"]}],
        "containerSettings": {"imageName": "x", "registry": registry},
    }
    wrong = manifest("genomics", {"startTask": {**wanted, "maxTaskRetryCount": planted["env"], "wait": planted["env"]}})
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}, "stringData": {"a": planted["stranger"]}}
    folder = write(tmp_path / "pools", manifest("rendering", {"startTask": wanted}), wrong, secret)
    (folder / "broken.yaml").write_text(f"kind: poolkeeper.dev\n password: {planted['comment']}: [\n")
    for form in FORMS:
        done = plan("-f", folder, *flags_of(batchsim), "-o", form, POOLKEEPER_ACCOUNT_KEY=batchsim.key)
        assert done.code == 1
        assert "/startTask/environmentSettings/TOKEN/value" in done.stdout
        assert "sekret" not in done.stdout + done.stderr
        assert batchsim.key not in done.stdout + done.stderr
