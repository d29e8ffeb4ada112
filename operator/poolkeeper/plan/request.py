"""From what `poolkeeper plan` is told to its findings."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import click

from poolkeeper.batch.auth.options import SignInOptions
from poolkeeper.domain.enums import AuthType
from poolkeeper.domain.secret_text import SecretText
from poolkeeper.kube.client import Api
from poolkeeper.kube.kubeconfig import Kubeconfig
from poolkeeper.manifests.crd_schema import faults
from poolkeeper.manifests.documents import Problem, documents
from poolkeeper.manifests.objects import manifests
from poolkeeper.plan.planner import Preview, Sources
from poolkeeper.plan.render.json_report import machine
from poolkeeper.plan.render.markdown import markdown
from poolkeeper.plan.render.text import text
from poolkeeper.plan.report import PlanReport
from poolkeeper.readonly.accounts import Account, Accounts, Connections, account_of_flags
from poolkeeper.readonly.clients import ClusterView

FORMS: Mapping[str, Callable[[PlanReport], str]] = {"text": text, "json": machine, "markdown": markdown}
"""By the name of `--output`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the flags say; `poolkeeper plan --help` explains them."""

    paths: Sequence[str]
    endpoint: str | None = None
    account_name: str | None = None
    api_version: str | None = None
    key: SecretText | None = None
    allow_endpoint: tuple[str, ...] = ()
    namespace: str = "default"
    kubeconfig: str | None = None
    context: str | None = None
    no_cluster: bool = False
    ca_bundle: str | None = None
    authority_host: str | None = None
    entra_scope: str | None = None

    @property
    def uses_cluster(self) -> bool:
        """Whether there is a cluster to read from. With --endpoint it must be named, since it is not needed."""
        if self.no_cluster:
            return False
        if self.kubeconfig is not None or self.context is not None:
            return True
        return self.endpoint is None and _finds_cluster()


async def run(request: Request) -> PlanReport:
    """The plan. Raises click.UsageError for flags that do not go together."""
    flags = _account(request)
    found = manifests(documents(request.paths), namespace=request.namespace)
    if not found.pools and not found.problems:
        found.problems.append(Problem(", ".join(request.paths), "no BatchPool was found"))
    async with AsyncExitStack() as stack:
        cluster = None
        if request.uses_cluster:
            cluster = ClusterView(Api(Kubeconfig(request.kubeconfig, request.context)))
            stack.push_async_callback(cluster.close)
        signing_in = SignInOptions(
            ca_bundle=request.ca_bundle, entra_scope=request.entra_scope, authority_host=request.authority_host
        )
        connections = Connections(
            key=request.key, secrets=cluster, allowed=request.allow_endpoint, signing_in=signing_in
        )
        stack.push_async_callback(connections.close)
        accounts = Accounts(found, cluster=cluster, flags=flags)
        return await Preview(Sources(accounts, connections, cluster)).findings(found)


def _account(request: Request) -> Account | None:
    """The account that the flags describe."""
    if request.endpoint is None:
        for value, flag in ((request.account_name, "--account-name"), (request.api_version, "--api-version")):
            if value is not None:
                raise click.UsageError(f"{flag} goes with --endpoint")
        return None
    auth = AuthType.SHARED_KEY if request.key is not None else AuthType.DEFAULT
    spec = {"endpoint": request.endpoint.rstrip("/"), "auth": {"type": auth}}
    optional = {"accountName": request.account_name, "apiVersion": request.api_version}
    spec |= {name: value for name, value in optional.items() if value is not None}
    for fault in faults("BatchAccount", spec):
        raise click.UsageError(f"--endpoint, --account-name, --api-version: {fault.field} {fault.message}")
    return account_of_flags(spec)


def _finds_cluster() -> bool:
    config = Path("~/.kube/config").expanduser()
    return any(name in os.environ for name in ("KUBECONFIG", "KUBERNETES_SERVICE_HOST")) or config.exists()
