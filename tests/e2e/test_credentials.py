"""Each kind of sign-in by the operator as it is shipped, on the real API server, with real tokens over TLS."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.batchsim.sim import BatchSim
from tests.entrasim.certificates import client_certificate
from tests.entrasim.directory import CLIENT, ISSUER, SUBJECT, TENANT
from tests.entrasim.sim import EntraSim
from tests.support.fixtures import StartOperator
from tests.support.world import PATIENCE, SECRET, World
from tests.testbed.cluster import Cluster
from tests.testbed.waiting import until

WORD = "s3cret-of-the-application"
PRINCIPAL = {"type": "ServicePrincipal", "tenantID": TENANT, "clientID": CLIENT, "secretRef": {"name": SECRET}}
METADATA = {"metadata": [{"name": "owner", "value": "poolkeeper"}]}

Json = dict[str, Any]
StartWorld = Callable[..., World]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, entra: EntraSim) -> pytest.MonkeyPatch:
    """The environment of the operator's pod: no identity yet, and the metadata service of its node."""
    for name in [*os.environ]:
        if name.startswith(("AZURE_", "IDENTITY_", "IMDS_", "MSI_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", entra.imds)
    return monkeypatch


@pytest.fixture
def trusting(machine: pytest.MonkeyPatch, entra: EntraSim, ca_bundle: str) -> tuple[str, ...]:
    """The flags of an operator that trusts both stand-ins."""
    assert machine
    return ("--ca-bundle", ca_bundle, "--authority-host", entra.authority)


@pytest.fixture
def start(
    cluster: Cluster, namespace: str, operator_of: StartOperator, entra_batch: BatchSim, trusting: tuple[str, ...]
) -> StartWorld:
    """Starts an operator, once the environment is as the test wants it."""

    def begin(*flags: str) -> World:
        operator = operator_of(allow=entra_batch.url, flags=(*trusting, *flags)).start()
        kubectl = cluster.kubectl.within(namespace)
        return World(cluster=cluster, kubectl=kubectl, sim=entra_batch, operator=operator)

    return begin


def give(world: World, **data: str) -> None:
    """Put a credential into the Secret."""
    body = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": SECRET}, "stringData": data}
    world.kubectl.apply(body)


def is_kept(world: World, auth: Json) -> None:
    """An account signed in to so has its pool put right."""
    world.account(auth=auth, secret=False)
    world.pool("rendering", METADATA)
    world.wait("rendering", "InSync")
    world.wait("research", "Reachable", "batchaccount")
    assert world.sim.pool("rendering")["metadata"] == METADATA["metadata"]


def test_a_client_secret(start: StartWorld, entra: EntraSim) -> None:
    entra.directory.application().secrets[WORD] = None
    world = start()
    give(world, clientSecret=WORD)
    is_kept(world, PRINCIPAL)


def test_a_certificate(start: StartWorld, entra: EntraSim) -> None:
    certificate, pem = client_certificate()
    entra.directory.application().trust(certificate)
    world = start()
    give(world, clientCertificate=pem)
    is_kept(world, PRINCIPAL)


def test_workload_identity(start: StartWorld, entra: EntraSim, machine: pytest.MonkeyPatch, tmp_path: Path) -> None:
    entra.directory.application().federations.add((ISSUER, SUBJECT))
    machine.setenv("AZURE_TENANT_ID", TENANT)
    machine.setenv("AZURE_CLIENT_ID", CLIENT)
    machine.setenv("AZURE_FEDERATED_TOKEN_FILE", str(entra.federated_token(tmp_path / "token")))
    is_kept(start(), {"type": "WorkloadIdentity"})
    assert {one.proof for one in entra.journal.entries()} == {"federated"}


def test_a_managed_identity(start: StartWorld, entra: EntraSim) -> None:
    entra.directory.identity(CLIENT)
    is_kept(start(), {"type": "ManagedIdentity", "clientID": CLIENT})


def test_the_default_credential(start: StartWorld, entra: EntraSim, machine: pytest.MonkeyPatch) -> None:
    entra.directory.application().secrets[WORD] = None
    machine.setenv("AZURE_TOKEN_CREDENTIALS", "prod")
    machine.setenv("AZURE_TENANT_ID", TENANT)
    machine.setenv("AZURE_CLIENT_ID", CLIENT)
    machine.setenv("AZURE_CLIENT_SECRET", WORD)
    is_kept(start(), {"type": "Default"})


def test_an_account_key(start: StartWorld, entra: EntraSim) -> None:
    world = start()
    world.secret()
    is_kept(world, {"type": "SharedKey", "secretRef": {"name": SECRET}})
    assert entra.journal.entries() == []


def test_an_expired_client_secret_is_told_and_its_successor_found(start: StartWorld, entra: EntraSim) -> None:
    application = entra.directory.application()
    application.secrets = {WORD: datetime.now(UTC) - timedelta(days=1), "tomorrows": None}
    world = start()
    give(world, clientSecret=WORD)
    world.account(auth=PRINCIPAL, secret=False)
    world.pool("rendering", METADATA)
    world.wait("research", "AuthenticationFailed", "batchaccount")
    message = world.condition("research", kind="batchaccount")["message"]
    assert "AADSTS7000222" in message
    assert SECRET in message
    assert world.sim.journal.entries() == []
    give(world, clientSecret="tomorrows")
    world.wait("rendering", "InSync")


def test_another_sign_in_takes_effect_without_a_restart(start: StartWorld, entra: EntraSim) -> None:
    entra.directory.identity()
    world = start()
    world.account(auth=PRINCIPAL, secret=False)
    world.pool("rendering", METADATA)
    world.wait("research", "SecretNotFound", "batchaccount")
    world.account(auth={"type": "ManagedIdentity"}, secret=False)
    world.wait("rendering", "InSync")


def test_a_revoked_role_is_told_and_its_return_noticed(start: StartWorld, entra: EntraSim) -> None:
    identity = entra.directory.identity()
    world = start()
    is_kept(world, {"type": "ManagedIdentity"})
    identity.roles = frozenset()
    world.wait("research", "AccessDenied", "batchaccount")
    assert "Microsoft.Batch/batchAccounts/pools/read" in world.condition("research", kind="batchaccount")["message"]
    identity.roles = frozenset({"read", "write"})
    world.wait("rendering", "InSync")
    world.wait("research", "Reachable", "batchaccount")


def test_the_operators_own_identity_is_not_lent_to_a_namespace_that_is_not_named(
    start: StartWorld, entra: EntraSim
) -> None:
    entra.directory.identity()
    world = start("--default-identity-namespaces", "platform")
    world.account(auth={"type": "ManagedIdentity"}, secret=False)
    world.pool("rendering", METADATA)
    world.wait("research", "IdentityNotAllowed", "batchaccount")
    assert "--default-identity-namespaces" in world.condition("research", kind="batchaccount")["message"]
    assert world.condition("research", "Stalled", "batchaccount")["status"] == "True"
    until(lambda: world.condition("rendering").get("status") == "False", what="the pool tells too", patience=PATIENCE)
    assert entra.journal.entries() == []
    assert world.sim.journal.entries() == []


def test_twenty_pools_of_a_cold_account_cost_one_token(start: StartWorld, entra: EntraSim) -> None:
    entra.directory.identity()
    entra.trouble(seconds=0.3)
    world = start()
    names = [f"pool-{number}" for number in range(20)]
    for name in names:
        world.sim.put_pool({"id": name, "vmSize": "standard_d2s_v3"})
        world.pool(name, METADATA)
    world.account(auth={"type": "ManagedIdentity"}, secret=False)
    for name in names:
        world.wait(name, "InSync")
    assert len(entra.journal.entries()) == 1


def test_a_token_that_ends_in_the_middle_of_a_run_fails_no_check(start: StartWorld, entra: EntraSim) -> None:
    entra.directory.application().secrets[WORD] = None
    entra.issuer.lifetime = 3
    world = start()
    give(world, clientSecret=WORD)
    is_kept(world, PRINCIPAL)
    world.wait_members("research", 1)
    before = (world.get("research", "batchaccount"), world.get("rendering"))
    until(lambda: len(entra.journal.entries()) >= 4, what="three tokens have ended", patience=90)
    # Not rewritten even once: no check has failed in between.
    assert (world.get("research", "batchaccount"), world.get("rendering")) == before
    codes = world.operator.metrics("poolkeeper_batch_requests_total")
    assert {labels[1] for labels in codes} <= {"200", "204", "304"}


@pytest.mark.parametrize("kind", ["ServicePrincipal", "WorkloadIdentity", "SharedKey"])
def test_nothing_secret_is_in_what_the_operator_says_even_at_debug(
    start: StartWorld, entra: EntraSim, machine: pytest.MonkeyPatch, tmp_path: Path, kind: str
) -> None:
    application = entra.directory.application()
    application.secrets[WORD] = None
    application.federations.add((ISSUER, SUBJECT))
    token_file = entra.federated_token(tmp_path / "token")
    machine.setenv("AZURE_FEDERATED_TOKEN_FILE", str(token_file))
    world = start("--log-level", "debug")
    give(world, clientSecret=WORD, accountKey=world.sim.key)
    auths: dict[str, Json] = {
        "ServicePrincipal": PRINCIPAL,
        "WorkloadIdentity": {"type": "WorkloadIdentity", "tenantID": TENANT, "clientID": CLIENT},
        "SharedKey": {"type": "SharedKey", "secretRef": {"name": SECRET}},
    }
    is_kept(world, auths[kind])
    # And on the way of failures, where libraries say most.
    entra.directory.applications.clear()
    world.sim.gate.key = "bmV3IGtleQ=="
    world.wait("research", "AuthenticationFailed" if kind == "SharedKey" else "AccessDenied", "batchaccount")
    told = [world.operator.output(), json.dumps(world.kubectl.json("get", "batchaccounts,batchpools,events"))]
    canaries = [WORD, world.sim.key, token_file.read_text(), *entra.journal.tokens()]
    for text in told:
        assert [one for one in canaries if one in text] == []
        assert "Bearer ey" not in text
        assert "SharedKey research:" not in text
        assert "client_assertion" not in text


def test_a_plan_signs_in_without_a_key_and_without_a_cluster(
    entra: EntraSim, entra_batch: BatchSim, machine: pytest.MonkeyPatch, trusting: tuple[str, ...]
) -> None:
    """As in a pipeline: an identity from the environment that may only read pools."""
    application = entra.directory.application()
    application.secrets[WORD] = None
    machine.setenv("AZURE_TENANT_ID", TENANT)
    machine.setenv("AZURE_CLIENT_ID", CLIENT)
    machine.setenv("AZURE_CLIENT_SECRET", WORD)
    command = [sys.executable, "-m", "poolkeeper", "plan", "-f", "-", "--no-cluster", "--endpoint", entra_batch.url]
    spec = {"accountRef": {"name": "any"}, "poolID": "rendering", "properties": METADATA}
    manifest = {
        "apiVersion": "poolkeeper.dev/v1alpha1",
        "kind": "BatchPool",
        "metadata": {"name": "rendering"},
        "spec": spec,
    }

    def run() -> subprocess.CompletedProcess[str]:
        flags = ("--allow-endpoint", entra_batch.url, *trusting)
        text = json.dumps(manifest)
        return subprocess.run([*command, *flags], input=text, capture_output=True, text=True, check=False, timeout=60)

    ran = run()
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert "/metadata/owner" in ran.stdout
    assert WORD not in ran.stdout + ran.stderr
    assert {entry.operation for entry in entra_batch.journal.entries()} <= {"GetPool", "ListPools"}
    application.secrets.clear()
    refused = run()
    assert refused.returncode == 1
    assert "AADSTS7000215" in refused.stdout, "the code by which people find out more"
    assert WORD not in refused.stdout + refused.stderr
