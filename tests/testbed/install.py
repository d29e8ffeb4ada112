"""Puts into a cluster what a user would: the CRDs and the operator's RBAC, from the shipped files.

The one seam between the test bed and the product: everything else here knows nothing of Poolkeeper's kinds.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import yaml

from tests.testbed import paths
from tests.testbed.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.testbed.cluster import Cluster

PATIENCE = 30.0

ALL_KINDS = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
"""What kubectl asks `/apis` for."""


def install(cluster: Cluster, *, root: Path = paths.ROOT) -> None:
    """Apply `crds/` and, of `deploy/kustomize/base`, the namespace and the RBAC; return when they serve.

    Not the Deployment: nothing here runs Pods, the tests run the operator themselves.
    """
    crds = root / "crds"
    if any(crds.glob("*.yaml")):
        cluster.kubectl.apply(crds)
        for path, resource in served_paths(crds):
            _await_served(cluster, path, resource)
        for kind in kinds(crds):
            # The last to know: on a busy machine the pages named a kind, and `kubectl explain` did not find it yet.
            until(
                lambda kind=kind: cluster.kubectl.run("explain", f"{kind}.spec").code == 0,  # type: ignore[misc]
                what=f"kubectl explains {kind}",
                patience=PATIENCE,
            )
    for name in ("namespace.yaml", "rbac.yaml"):
        if (file := root / "deploy" / "kustomize" / "base" / name).exists():
            cluster.kubectl.apply(file)


def served_paths(crds: Path) -> Iterator[tuple[str, str]]:
    """Yield what a folder of CRDs makes the API server answer, and what the answer has to name.

    Each list, each version's OpenAPI page (where another kind of the group was there before, that page is served at
    once, and without the new kind for a moment), and the list of all kinds that kubectl looks them up in.
    """
    for file in sorted(crds.glob("*.yaml")):
        for crd in filter(None, yaml.safe_load_all(file.read_text())):
            spec = crd["spec"]
            for version in (one["name"] for one in spec["versions"] if one["served"]):
                plural = spec["names"]["plural"]
                yield f"/apis/{spec['group']}/{version}/{plural}", spec["names"]["kind"]
                yield f"/openapi/v3/apis/{spec['group']}/{version}", f"/{plural}"
                yield "/apis", f'"resource":"{plural}"'


def kinds(crds: Path) -> Iterator[str]:
    """Yield the kinds of a folder of CRDs, as `batchpools.poolkeeper.dev`."""
    for file in sorted(crds.glob("*.yaml")):
        for crd in filter(None, yaml.safe_load_all(file.read_text())):
            yield f"{crd['spec']['names']['plural']}.{crd['spec']['group']}"


def _await_served(cluster: Cluster, path: str, resource: str) -> None:
    """Wait until a path answers and names a resource: later than `Established`, which `kubectl explain` needs."""
    api = cluster.api()

    def answers() -> bool:
        found = api.request("GET", path, accept=f"{ALL_KINDS},application/json")
        return found.status == HTTPStatus.OK and resource in found.text

    until(
        answers,
        what=f"the API server serves {path}",
        patience=PATIENCE,
    )
