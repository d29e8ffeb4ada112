"""The bench's own hand in Kubernetes: it makes the resources, changes them, counts what others write."""

from __future__ import annotations

import ssl
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any

import httpx

from tests.bench import pools
from tests.bench.accounts import Accounts
from tests.testbed import metrics, users
from tests.testbed.cluster import Cluster
from tests.testbed.errors import BedError

GROUP = "poolkeeper.dev"
BASE = f"/apis/{GROUP}/v1alpha1"
RBAC = "/apis/rbac.authorization.k8s.io/v1"
EXTRA = "bench-contender"
"""The ClusterRole with what contenders need beyond the RBAC that Poolkeeper ships; it is there only while they run."""

Json = dict[str, Any]


class Kube:
    """One keep-alive client of the administrator."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.token = users.ensure_tokens(cluster.layout.tokens)[users.ADMIN.name]
        self.tls = ssl.create_default_context(cafile=str(cluster.layout.pki / "ca.crt"))
        self._http = httpx.Client(
            base_url=cluster.url, verify=self.tls, headers={"Authorization": f"Bearer {self.token}"}, timeout=60.0
        )

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def call(self, method: str, path: str, body: Any = None, *, kind: str = "application/json") -> Json:
        """The decoded answer; BedError for a status that tells of trouble."""
        answer = self._http.request(method, path, json=body, headers={"Content-Type": kind})
        if answer.status_code >= HTTPStatus.BAD_REQUEST:
            raise BedError(f"the API server refused {method} {path}: {answer.status_code} {answer.text[:500]}")
        found: Json = answer.json()
        return found

    def furnish(self, namespace: str, accounts: Accounts, *, size: int, interval: int, rate: int, release: str) -> None:
        """A new namespace with a Secret, a BatchAccount for each account, and so many BatchPools."""
        self.call("POST", "/api/v1/namespaces", {"metadata": {"name": namespace}})
        secret = {"metadata": {"name": pools.SECRET}, "stringData": {"accountKey": accounts.key}}
        self.call("POST", f"/api/v1/namespaces/{namespace}/secrets", secret)
        home = f"{BASE}/namespaces/{namespace}"
        for account in accounts.every:
            body = pools.account_manifest(account.name, endpoint=account.url, interval=interval, rate=rate)
            self.call("POST", f"{home}/batchaccounts", body)

        def create(number: int) -> None:
            account = accounts.of(number).name
            self.call("POST", f"{home}/batchpools", pools.pool_manifest(number, account=account, release=release))

        with ThreadPoolExecutor(4) as several:
            list(several.map(create, range(size)))

    def clear(self, namespace: str) -> None:
        """Delete what is there of our kinds; finalizers that a contender left are taken off first."""
        home = f"{BASE}/namespaces/{namespace}"
        for pool in self.pools(namespace)["items"]:
            if pool["metadata"].get("finalizers"):
                self.merge(namespace, pool["metadata"]["name"], {"metadata": {"finalizers": None}})
        for kind in ("batchpools", "batchaccounts"):
            self.call("DELETE", f"{home}/{kind}")

    def pools(self, namespace: str) -> Json:
        """The list of BatchPools."""
        return self.call("GET", f"{BASE}/namespaces/{namespace}/batchpools")

    def merge(self, namespace: str, name: str, patch: Json) -> None:
        """A JSON merge into a BatchPool."""
        path = f"{BASE}/namespaces/{namespace}/batchpools/{name}"
        self.call("PATCH", path, patch, kind="application/merge-patch+json")

    def change(self, namespace: str, number: int, *, release: str) -> None:
        """A new spec of a pool, as a push to Git would bring it."""
        self.merge(namespace, pools.name_of(number), {"spec": {"properties": pools.desired(number, release=release)}})

    def label(self, namespace: str, number: int, value: str) -> None:
        """A change that concerns nobody."""
        self.merge(namespace, pools.name_of(number), {"metadata": {"labels": {"bench": value}}})

    def grant(self) -> None:
        """Let the operator's user also patch BatchPools themselves, which kopf's finalizers and annotations need."""
        rules = [{"apiGroups": [GROUP], "resources": ["batchpools"], "verbs": ["patch", "update"]}]
        self.call("POST", f"{RBAC}/clusterroles", {"metadata": {"name": EXTRA}, "rules": rules})
        reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": EXTRA}
        subject = {"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": users.OPERATOR.username}
        binding = {"metadata": {"name": EXTRA}, "roleRef": reference, "subjects": [subject]}
        self.call("POST", f"{RBAC}/clusterrolebindings", binding)

    def revoke(self) -> None:
        """Take that back."""
        for kind in ("clusterrolebindings", "clusterroles"):
            self.call("DELETE", f"{RBAC}/{kind}/{EXTRA}")

    def writes(self) -> Counter[str]:
        """What has been written of our kinds and of events so far, as `PATCH batchpools/status`."""
        return writes_in(metrics.samples(self.cluster.metrics(), metrics.REQUESTS))


def writes_in(samples: Iterable[tuple[Any, float]]) -> Counter[str]:
    """The writes among the API server's counters, refused ones included."""
    found: Counter[str] = Counter()
    for labels, value in samples:
        ours = labels.get("group") == GROUP or labels.get("resource") == "events"
        if ours and labels["verb"] in metrics.WRITE_VERBS and not labels.get("dry_run"):
            under = f"/{labels['subresource']}" if labels.get("subresource") else ""
            found[f"{labels['verb']} {labels['resource']}{under}"] += int(value)
    return found
