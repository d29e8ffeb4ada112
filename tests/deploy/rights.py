"""What the operator's code asks of the API server, and why: the table that the files of RBAC are held against."""

from __future__ import annotations

from typing import NamedTuple


class Right(NamedTuple):
    """One verb on one resource; a subresource has its slash."""

    group: str
    resource: str
    verb: str
    reason: str


OURS = "poolkeeper.dev"
IN_A_NAMESPACE = (
    Right(OURS, "batchpools", "list", "the start, and the full list every ten minutes that heals what a watch lost"),
    Right(OURS, "batchpools", "watch", "a change is acted on at once"),
    Right(OURS, "batchpools", "get", "no more than list shows: kubectl get NAME as the operator for a look"),
    Right(OURS, "batchaccounts", "list", "as for the pools"),
    Right(OURS, "batchaccounts", "watch", "as for the pools"),
    Right(OURS, "batchaccounts", "get", "as for the pools"),
    Right(OURS, "batchpools/status", "patch", "conditions, ETag, drift"),
    Right(OURS, "batchaccounts/status", "patch", "conditions, number of pools"),
    Right("", "secrets", "get", "the account key that a BatchAccount of the same namespace names"),
    Right("", "events", "create", "what changed, beside the object that it happened to"),
)
"""In each namespace that is watched: all that the namespaced variant grants."""

SCANNING = (
    Right("apiextensions.k8s.io", "customresourcedefinitions", "list", "kopf looks for the kinds that it is to watch"),
    Right(
        "apiextensions.k8s.io", "customresourcedefinitions", "watch", "CRDs that come after the operator are noticed"
    ),
)
"""In the whole cluster, where all namespaces are watched. Of what is named, kopf needs no such look."""

NEEDED = IN_A_NAMESPACE + SCANNING
"""What the cluster-wide variant grants."""


class Case(NamedTuple):
    """A question for `kubectl auth can-i`: a verb, the resource as the command line spells it, and a reason."""

    verb: str
    resource: str
    reason: str

    def __str__(self) -> str:
        return f"{self.verb} {self.resource}"


FORBIDDEN = (
    Case("list", "secrets", "who takes over the operator shall not learn what Secrets there are"),
    Case("watch", "secrets", "the same, and no cache of them may come to be"),
    Case("create", "secrets", "it only reads them"),
    Case("patch", "secrets", "the same"),
    Case("delete", "secrets", "the same"),
    Case("create", "batchpools.poolkeeper.dev", "manifests come from people and Git"),
    Case("update", "batchpools.poolkeeper.dev", "nobody but them changes a spec"),
    Case("patch", "batchpools.poolkeeper.dev", "the same; nor does it need finalizers or annotations"),
    Case("delete", "batchpools.poolkeeper.dev", "the same"),
    Case("deletecollection", "batchpools.poolkeeper.dev", "the same"),
    Case("update", "batchpools.poolkeeper.dev/status", "an update would put back what somebody else wrote meanwhile"),
    Case("create", "batchaccounts.poolkeeper.dev", "an account says where credentials are sent"),
    Case("patch", "batchaccounts.poolkeeper.dev", "the same"),
    Case("delete", "batchaccounts.poolkeeper.dev", "the same"),
    Case("list", "events", "it tells, it does not ask"),
    Case("patch", "events", "the same"),
    Case("delete", "events", "what was told stays told"),
    Case("get", "customresourcedefinitions.apiextensions.k8s.io", "list and watch are what kopf does"),
    Case("create", "customresourcedefinitions.apiextensions.k8s.io", "whoever installs it brings the CRDs"),
    Case("patch", "customresourcedefinitions.apiextensions.k8s.io", "the same"),
    Case("delete", "customresourcedefinitions.apiextensions.k8s.io", "it would delete every BatchPool with it"),
    Case("list", "namespaces", "it watches all of them at once or those that it was told"),
    Case("get", "configmaps", "nothing is kept there"),
    Case("list", "pods", "no business of its"),
    Case("create", "pods", "a pod could mount any Secret of its namespace"),
    Case("create", "pods/exec", "no business of its"),
    Case("create", "serviceaccounts/token", "it could be anybody"),
    Case("impersonate", "users", "it could be anybody"),
    Case("create", "clusterrolebindings.rbac.authorization.k8s.io", "it could grant itself the rest"),
    Case("escalate", "clusterroles.rbac.authorization.k8s.io", "it could grant itself the rest"),
    Case("update", "deployments.apps", "it could become another program"),
    Case("get", "leases.coordination.k8s.io", "there is no leader election yet"),
    Case("*", "*", "of course not"),
)
