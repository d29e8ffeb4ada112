"""Each kind of sign-in, with azure-identity's own classes, from a cold start to a list of pools."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from poolkeeper.domain import failures
from poolkeeper.domain.enums import AuthType
from poolkeeper.domain.resources import Auth
from poolkeeper.domain.schema.canonical import full_body
from tests.contract.entra import PRINCIPAL, SECRET, WORD, Office
from tests.entrasim.certificates import client_certificate
from tests.entrasim.directory import CLIENT, ISSUER, SUBJECT, TENANT
from tests.entrasim.journal import TokenRequest
from tests.support.writing import write_over

SCOPE = "https://batch.core.windows.net//.default"
OTHER = "77777777-7777-4888-9999-aaaaaaaaaaaa"
DOUBLE_SLASH = SCOPE.removesuffix("/.default")


def given(*, proof: str, tenant: str = TENANT, client: str = CLIENT, scope: str = SCOPE) -> list[TokenRequest]:
    """One token, and how it came about."""
    return [TokenRequest(tenant=tenant, client=client, scope=scope, proof=proof, answer="token")]


async def lists_and_writes(office: Office, auth: Auth) -> None:
    """Everything that the operator does with an account."""
    client = await office.connect(auth)
    assert "rendering" in (await client.rows()).rows
    await write_over(client, "rendering", office.sim.etag("rendering"), full_body({}))
    assert [one.status for one in office.sim.journal.entries()] == [200, 304, 204]


async def test_a_service_principal_with_a_client_secret(office: Office) -> None:
    office.register()
    await lists_and_writes(office, PRINCIPAL)
    assert office.entra.journal.entries() == given(proof="secret")


async def test_a_line_end_behind_a_client_secret_is_not_part_of_it(office: Office) -> None:
    office.register()
    office.secrets[SECRET] = {"clientSecret": f"{WORD}\n"}
    await lists_and_writes(office, PRINCIPAL)


@pytest.mark.parametrize("password", [None, "pass word"], ids=["plain", "encrypted"])
async def test_a_service_principal_with_a_certificate(office: Office, password: str | None) -> None:
    certificate, pem = client_certificate(password=password)
    office.entra.directory.application().trust(certificate)
    office.secrets[SECRET] = {"clientCertificate": pem}
    if password is not None:
        office.secrets[SECRET] = {"clientCertificate": pem, "clientCertificatePassword": f"{password}\n"}
    await lists_and_writes(office, PRINCIPAL)
    assert office.entra.journal.entries() == given(proof="certificate")


async def test_workload_identity_by_what_the_webhook_sets(
    office: Office, no_identity: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    office.entra.directory.application().federations.add((ISSUER, SUBJECT))
    no_identity.setenv("AZURE_TENANT_ID", TENANT)
    no_identity.setenv("AZURE_CLIENT_ID", CLIENT)
    no_identity.setenv("AZURE_FEDERATED_TOKEN_FILE", str(office.entra.federated_token(tmp_path / "token")))
    # The webhook sets this one too, and no flag is needed then.
    no_identity.setenv("AZURE_AUTHORITY_HOST", f"{office.entra.authority}/")
    office.let(authority_host=None)
    await lists_and_writes(office, Auth(AuthType.WORKLOAD_IDENTITY))
    assert office.entra.journal.entries() == given(proof="federated")


async def test_workload_identity_of_another_client_than_the_pods(
    office: Office, no_identity: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    office.entra.directory.application(OTHER).federations.add((ISSUER, SUBJECT))
    no_identity.setenv("AZURE_TENANT_ID", "contoso.com")
    no_identity.setenv("AZURE_CLIENT_ID", CLIENT)
    no_identity.setenv("AZURE_FEDERATED_TOKEN_FILE", str(office.entra.federated_token(tmp_path / "token")))
    await lists_and_writes(office, Auth(AuthType.WORKLOAD_IDENTITY, tenant_id=TENANT, client_id=OTHER))
    assert office.entra.journal.entries() == given(proof="federated", client=OTHER)


@pytest.mark.parametrize("client", [None, OTHER], ids=["system-assigned", "user-assigned"])
async def test_a_managed_identity(office: Office, no_identity: pytest.MonkeyPatch, client: str | None) -> None:
    office.entra.directory.identity(client)
    no_identity.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", office.entra.imds)
    await lists_and_writes(office, Auth(AuthType.MANAGED_IDENTITY, client_id=client))
    assert office.entra.journal.entries() == given(proof="managed", tenant="", client=client or "", scope=DOUBLE_SLASH)


CHAINS = ["", "prod", "EnvironmentCredential"]


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: chain or "unset")
async def test_the_default_credential_of_an_environment(
    office: Office, no_identity: pytest.MonkeyPatch, chain: str
) -> None:
    office.register()
    no_identity.setenv("AZURE_TOKEN_CREDENTIALS", chain)
    no_identity.setenv("AZURE_TENANT_ID", TENANT)
    no_identity.setenv("AZURE_CLIENT_ID", CLIENT)
    no_identity.setenv("AZURE_CLIENT_SECRET", WORD)
    await lists_and_writes(office, Auth(AuthType.DEFAULT))
    assert office.entra.journal.entries() == given(proof="secret")
    assert office.secrets_read == 0


async def test_the_default_credential_is_narrowed_by_the_environment(
    office: Office, no_identity: pytest.MonkeyPatch
) -> None:
    office.register()
    office.entra.directory.identity(OTHER)
    no_identity.setenv("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential")
    no_identity.setenv("AZURE_TENANT_ID", TENANT)
    no_identity.setenv("AZURE_CLIENT_ID", CLIENT)
    no_identity.setenv("AZURE_CLIENT_SECRET", WORD)
    no_identity.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", office.entra.imds)
    await lists_and_writes(office, Auth(AuthType.DEFAULT, client_id=OTHER))
    assert {one.proof for one in office.entra.journal.entries()} == {"managed"}


async def test_a_shared_key_asks_nobody_for_a_token(office: Office) -> None:
    office.secrets[SECRET] = {"accountKey": office.sim.key}
    await lists_and_writes(office, Auth(AuthType.SHARED_KEY, secret=SECRET))
    assert office.entra.journal.entries() == []


UNUSABLE = [
    pytest.param({}, failures.SecretNotFound, "neither key clientSecret nor clientCertificate", id="nothing in it"),
    pytest.param(
        {"clientSecret": "s3cret", "clientCertificate": "s3cret"}, failures.CredentialUnusable, "has both", id="both"
    ),
    pytest.param({"clientCertificate": "s3cret"}, failures.CredentialUnusable, "PEM certificate", id="no certificate"),
    pytest.param(
        {"clientCertificate": client_certificate(password="s3cret")[1]},
        failures.CredentialUnusable,
        "not the key's password",
        id="no password",
    ),
    pytest.param(
        {"clientCertificate": client_certificate()[1], "clientCertificatePassword": "s3cret"},
        failures.CredentialUnusable,
        "not the key's password",
        id="a password for nothing",
    ),
]


@pytest.mark.parametrize(("data", "kind", "words"), UNUSABLE)
async def test_a_secret_that_cannot_be_used_is_told_without_quoting_it(
    office: Office, data: dict[str, str], kind: type[failures.Failure], words: str
) -> None:
    office.secrets[SECRET] = data
    with pytest.raises(kind, match=words) as caught:
        await office.connect()
    assert str(SECRET) in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert office.entra.journal.entries() == []


@pytest.mark.parametrize("missing", ["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE"])
async def test_workload_identity_without_its_webhook_names_what_is_missing(
    office: Office, no_identity: pytest.MonkeyPatch, tmp_path: Path, missing: str
) -> None:
    for name in {"AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE"} - {missing}:
        no_identity.setenv(name, str(tmp_path) if name.endswith("FILE") else TENANT)
    with pytest.raises(failures.CredentialUnusable, match=f"lacks {missing}, which the webhook"):
        await office.connect(Auth(AuthType.WORKLOAD_IDENTITY))


async def test_a_federated_token_that_cannot_be_read_is_named(
    office: Office, no_identity: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    no_identity.setenv("AZURE_FEDERATED_TOKEN_FILE", str(tmp_path / "nowhere"))
    client = await office.connect(Auth(AuthType.WORKLOAD_IDENTITY, tenant_id=TENANT, client_id=CLIENT))
    with pytest.raises(failures.CredentialUnusable, match=r"cannot read .*/nowhere"):
        await client.probe()


async def test_a_default_credential_that_finds_nothing_says_what_was_tried(
    office: Office, no_identity: pytest.MonkeyPatch
) -> None:
    no_identity.setenv("AZURE_TOKEN_CREDENTIALS", "prod")
    # Nobody listens there; the real address would have to time out first.
    no_identity.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:9")
    client = await office.connect(Auth(AuthType.DEFAULT))
    with pytest.raises(failures.CredentialUnusable) as caught:
        await client.probe()
    for name in ("EnvironmentCredential", "WorkloadIdentityCredential", "ManagedIdentityCredential"):
        assert name in caught.value.message
    assert "\n" not in caught.value.message


async def test_a_chain_that_does_not_exist_is_named(office: Office, no_identity: pytest.MonkeyPatch) -> None:
    no_identity.setenv("AZURE_TOKEN_CREDENTIALS", "staging")
    with pytest.raises(failures.CredentialUnusable, match="AZURE_TOKEN_CREDENTIALS"):
        await office.connect(Auth(AuthType.DEFAULT))


async def test_an_identity_that_is_not_assigned_is_told(office: Office, no_identity: pytest.MonkeyPatch) -> None:
    no_identity.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", office.entra.imds)
    client = await office.connect(Auth(AuthType.MANAGED_IDENTITY, client_id=OTHER))
    with pytest.raises(failures.CredentialUnusable, match=f"managed identity {OTHER} .* not been assigned"):
        await client.probe()


@pytest.mark.parametrize("kind", ["Default", "WorkloadIdentity", "ManagedIdentity"])
async def test_the_operators_own_identity_is_not_for_other_namespaces(
    office: Office, no_identity: pytest.MonkeyPatch, kind: str
) -> None:
    office.entra.directory.identity()
    no_identity.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", office.entra.imds)
    office.let(default_identity_namespaces=("platform", "research"))
    with pytest.raises(failures.IdentityNotAllowed, match="namespace lab") as caught:
        await office.connect(Auth(kind, client_id=OTHER))
    assert "--default-identity-namespaces" in caught.value.message
    assert office.entra.journal.entries() == []


async def test_a_namespace_that_is_named_may_use_it_and_others_their_own(
    office: Office, no_identity: pytest.MonkeyPatch
) -> None:
    office.entra.directory.identity()
    no_identity.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", office.entra.imds)
    office.let(default_identity_namespaces=("lab",))
    await (await office.connect(Auth(AuthType.MANAGED_IDENTITY))).probe()
    office.register()
    office.let(default_identity_namespaces=("platform",))
    await (await office.connect(PRINCIPAL)).probe()


async def test_the_scope_can_be_named(office: Office) -> None:
    office.register()
    office.let(entra_scope="https://batch.example//.default")
    office.entra.judge.audience = "https://batch.example/"
    await (await office.connect()).probe()
    assert [one.scope for one in office.entra.journal.entries()] == ["https://batch.example//.default"]


async def test_a_type_of_a_newer_schema_is_told(office: Office) -> None:
    with pytest.raises(failures.CredentialUnusable, match=r"spec\.auth\.type Telepathy"):
        await office.connect(dataclasses.replace(PRINCIPAL, type="Telepathy"))
