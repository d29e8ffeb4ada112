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


def install(cluster: Cluster, *, root: Path = paths.ROOT) -> None:
    """Apply `crds/` and, of `deploy/kustomize/base`, the namespace and the RBAC; return when they serve.

    Not the Deployment: nothing here runs Pods, the tests run the operator themselves.
    """
    crds = root / "crds"
    if any(crds.glob("*.yaml")):
        cluster.kubectl.apply(crds)
        for path in served_paths(crds):
            _await_served(cluster, path)
    for name in ("namespace.yaml", "rbac.yaml"):
        if (file := root / "deploy" / "kustomize" / "base" / name).exists():
            cluster.kubectl.apply(file)


def served_paths(crds: Path) -> Iterator[str]:
    """Yield what a folder of CRDs makes the API server answer: each list, and each version's OpenAPI page."""
    for file in sorted(crds.glob("*.yaml")):
        for crd in filter(None, yaml.safe_load_all(file.read_text())):
            spec = crd["spec"]
            for version in (one["name"] for one in spec["versions"] if one["served"]):
                yield f"/apis/{spec['group']}/{version}/{spec['names']['plural']}"
                yield f"/openapi/v3/apis/{spec['group']}/{version}"


def _await_served(cluster: Cluster, path: str) -> None:
    """Wait until a path answers 200. That is later than `Established`, which `kubectl explain` cannot rely on."""
    api = cluster.api()
    until(
        lambda: api.request("GET", path).status == HTTPStatus.OK,
        what=f"the API server serves {path}",
        patience=PATIENCE,
    )
