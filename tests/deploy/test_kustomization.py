from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from poolkeeper import __version__
from tests.deploy.files import BASE, CRDS, KUSTOMIZE, objects
from tests.testbed.cluster import Cluster
from tests.testbed.kubectl import Kubectl

WHOLE = [
    "namespace/poolkeeper-system",
    "customresourcedefinition.apiextensions.k8s.io/batchaccounts.poolkeeper.dev",
    "customresourcedefinition.apiextensions.k8s.io/batchpools.poolkeeper.dev",
    "serviceaccount/poolkeeper",
    "clusterrole.rbac.authorization.k8s.io/poolkeeper",
    "clusterrolebinding.rbac.authorization.k8s.io/poolkeeper",
    "service/poolkeeper",
    "deployment.apps/poolkeeper",
    "networkpolicy.networking.k8s.io/poolkeeper",
]


@pytest.fixture
def empty(testbed_binaries: None, tmp_path: Path) -> Iterator[Kubectl]:  # noqa: ARG001 - wanted for its effect
    """kubectl for a cluster that has never heard of Poolkeeper."""
    made = Cluster(tmp_path / "empty")
    made.start()
    yield made.kubectl
    made.destroy()


def test_one_command_installs_everything_on_an_empty_cluster_and_changes_nothing_the_second_time(
    empty: Kubectl,
) -> None:
    first = empty.run("apply", "-k", str(KUSTOMIZE))
    assert (first.code, first.stderr) == (0, ""), "neither an error nor a warning"
    assert first.stdout.splitlines() == [f"{each} created" for each in WHOLE]
    second = empty.run("apply", "-k", str(KUSTOMIZE))
    assert (second.code, second.stderr) == (0, "")
    assert second.stdout.splitlines() == [f"{each} unchanged" for each in WHOLE]
    empty.wait_for("condition=Established", "crd/batchaccounts.poolkeeper.dev", "crd/batchpools.poolkeeper.dev")


def test_everything_passes_a_dry_run_with_strict_field_validation(kubectl: Kubectl) -> None:
    done = kubectl.run("apply", "-k", str(KUSTOMIZE), "--dry-run=server", "--validate=strict")
    assert (done.code, done.stderr) == (0, "")
    assert [line.split()[0] for line in done.stdout.splitlines()] == WHOLE


def test_the_base_alone_leaves_out_the_crds_and_nothing_else(kubectl: Kubectl) -> None:
    done = kubectl.run("apply", "-k", str(BASE), "--dry-run=server")
    applied = [line.split()[0] for line in done.stdout.splitlines()]
    assert applied == [each for each in WHOLE if not each.startswith("customresourcedefinition")]


def test_the_kustomization_lists_every_crd() -> None:
    listed = yaml.safe_load((CRDS / "Kustomization").read_text())["resources"]
    assert listed == sorted(file.name for file in CRDS.glob("*.yaml"))


def test_the_crds_can_be_applied_without_kustomize(kubectl: Kubectl) -> None:
    done = kubectl.try_apply(CRDS, "--dry-run=server")
    assert (done.code, done.stderr) == (0, ""), "every YAML file in the folder must be an object of the cluster"


def test_an_overlay_names_the_image_as_the_comment_says(kubectl: Kubectl, tmp_path: Path) -> None:
    (comment,) = [
        line.lstrip("# ")
        for line in (KUSTOMIZE / "kustomization.yaml").read_text().splitlines()
        if line.startswith("#   images:")
    ]
    here = os.path.relpath(KUSTOMIZE, tmp_path.resolve())
    (tmp_path / "kustomization.yaml").write_text(f"resources: [{here}]\n{comment}\n")
    rendered = objects(kubectl.out("kustomize", str(tmp_path)))
    (deployment,) = [each for each in rendered if each["kind"] == "Deployment"]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert container["image"] == f"registry.example.org/poolkeeper:{__version__}"


def test_every_object_bears_the_name_of_the_application(kubectl: Kubectl) -> None:
    for each in objects(kubectl.out("kustomize", str(KUSTOMIZE))):
        labels = each["metadata"].get("labels", {})
        assert labels.get("app.kubernetes.io/name") == "poolkeeper", f"{each['kind']} {each['metadata']['name']}"
