"""What Microsoft Entra ID, the account and the network refuse, as failures that say what to do."""

from __future__ import annotations

import dataclasses
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from poolkeeper.batch.client import BatchClient
from poolkeeper.domain import failures
from poolkeeper.domain.enums import AuthType
from poolkeeper.domain.resources import Auth
from poolkeeper.domain.schema.canonical import full_body
from tests.batchsim.certs import TestAuthority
from tests.batchsim.sim import BatchSim, load_pools
from tests.contract.entra import PRINCIPAL, SECRET, WORD, Office
from tests.entrasim.certificates import client_certificate
from tests.entrasim.directory import CLIENT, TENANT
from tests.support.writing import write_over

OTHER_TENANT = "99999999-2222-4333-8444-555555555555"


async def refused(client: BatchClient) -> failures.Failure:
    """How a look at the account fails."""
    with pytest.raises(failures.Failure) as caught:
        await client.probe()
    return caught.value


def expire(office: Office) -> None:
    office.entra.directory.application().secrets[WORD] = datetime.now(UTC) - timedelta(days=1)


def forget_the_secret(office: Office) -> None:
    office.entra.directory.application().secrets.clear()


def forget_the_application(office: Office) -> None:
    office.entra.directory.applications.clear()


def forget_the_tenant(office: Office) -> None:
    office.entra.directory.tenants.clear()


SET_UPS = [
    pytest.param(expire, "AADSTS7000222", "has expired; make a new one", id="an expired secret"),
    pytest.param(forget_the_secret, "AADSTS7000215", "the client secret is wrong", id="a wrong secret"),
    pytest.param(forget_the_application, "AADSTS700016", "correct clientID or tenantID", id="no such application"),
    pytest.param(forget_the_tenant, "AADSTS90002", "correct tenantID", id="no such tenant"),
]


@pytest.mark.parametrize(("spoil", "code", "words"), SET_UPS)
async def test_a_refusal_names_its_code_the_client_its_secret_and_what_to_do(
    office: Office, spoil: Callable[[Office], None], code: str, words: str
) -> None:
    office.register()
    spoil(office)
    failure = await refused(await office.connect())
    assert isinstance(failure, failures.AuthenticationFailed)
    assert failure.account_wide
    for expected in (code, words, CLIENT, TENANT, str(SECRET)):
        assert expected in failure.message
    assert WORD not in str(failure)
    assert office.sim.journal.entries() == []


async def test_the_words_are_the_same_for_every_attempt(office: Office) -> None:
    office.register()
    expire(office)
    client = await office.connect()
    assert (await refused(client)).message == (await refused(client)).message


async def test_an_unknown_certificate_is_told(office: Office) -> None:
    office.entra.directory.application()
    office.secrets[SECRET] = {"clientCertificate": client_certificate()[1]}
    assert "AADSTS700027: the certificate is not registered" in (await refused(await office.connect())).message


async def test_a_code_that_is_not_in_our_table_is_named_all_the_same(office: Office) -> None:
    office.register()
    office.entra.trouble(aadsts=70011)
    assert "AADSTS70011: Microsoft's page" in (await refused(await office.connect())).message


BUSY = [
    pytest.param({"status": 429, "retry_after": "7"}, failures.Throttled, 7.0, id="throttled"),
    pytest.param({"status": 429}, failures.Throttled, None, id="throttled, nobody knows for how long"),
    pytest.param({"status": 503}, failures.ServiceUnavailable, None, id="an outage"),
    pytest.param({"status": 503, "retry_after": "7"}, failures.Throttled, 7.0, id="an outage with an end"),
    pytest.param({"status": 502, "body": "<html>"}, failures.ServiceUnavailable, None, id="a gateway's page"),
]


@pytest.mark.parametrize(("trouble", "kind", "patience"), BUSY)
@pytest.mark.parametrize("managed", [False, True], ids=["entra", "metadata"])
async def test_a_giver_of_tokens_that_is_busy_is_waited_for(
    office: Office,
    no_identity: pytest.MonkeyPatch,
    trouble: dict[str, object],
    kind: type[failures.BatchFailure],
    patience: float | None,
    *,
    managed: bool,
) -> None:
    office.register()
    office.entra.directory.identity()
    no_identity.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", office.entra.imds)
    office.entra.trouble(**trouble)
    failure = await refused(await office.connect(Auth(AuthType.MANAGED_IDENTITY) if managed else PRINCIPAL))
    assert type(failure) is kind
    assert failure.retry_after == patience
    assert ("managed identity endpoint" if managed else office.entra.authority) in failure.message
    assert len(office.entra.journal.entries()) == 1, "retries are the engine's"


async def test_nobody_at_the_authority_is_told_as_such(office: Office) -> None:
    office.register()
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        nowhere = f"https://127.0.0.1:{held.getsockname()[1]}"
        office.let(authority_host=nowhere)
        failure = await refused(await office.connect())
    assert type(failure) is failures.ServiceUnavailable
    assert failure.message.startswith(f"{nowhere}: cannot connect")


async def test_an_authority_that_the_operator_does_not_trust_gets_no_secret(
    office: Office, batch_authority: TestAuthority
) -> None:
    office.register()
    office.let(ca_bundle=str(batch_authority.ca))
    failure = await refused(await office.connect())
    assert type(failure) is failures.ServiceUnavailable
    assert office.entra.authority in failure.message
    assert office.entra.journal.entries() == []


async def test_an_account_that_the_operator_does_not_trust_gets_no_token(
    office: Office, entra_authority: TestAuthority
) -> None:
    office.register()
    office.let(ca_bundle=str(entra_authority.ca))
    failure = await refused(await office.connect())
    assert type(failure) is failures.ServiceUnavailable
    assert office.sim.url in failure.message
    assert office.sim.journal.entries() == []


async def test_a_token_of_another_tenant_than_the_accounts_is_refused_by_the_account(office: Office) -> None:
    office.secrets[SECRET] = {"clientSecret": WORD}
    office.entra.directory.application(tenant=OTHER_TENANT).secrets[WORD] = None
    client = await office.connect(dataclasses.replace(PRINCIPAL, tenant_id=OTHER_TENANT))
    failure = await refused(client)
    assert type(failure) is failures.AuthenticationFailed
    assert len(office.entra.journal.entries("token")) == 2, "one, and one more after the refusal"
    assert [one.status for one in office.sim.journal.entries()] == [401, 401]


async def test_a_token_for_another_audience_is_refused_by_the_account(office: Office) -> None:
    office.register()
    # Without the second slash the audience has none at its end.
    office.let(entra_scope="https://batch.core.windows.net/.default")
    assert type(await refused(await office.connect())) is failures.AuthenticationFailed


async def test_a_revoked_role_is_told_with_what_is_missing_and_recovers(office: Office) -> None:
    office.register()
    application = office.entra.directory.application()
    client = await office.connect()
    application.roles = frozenset({"read"})
    await client.probe()
    with pytest.raises(failures.WriteDenied, match="batchAccounts/pools/write") as caught:
        await write_over(client, "rendering", office.sim.etag("rendering"), full_body({}))
    assert not caught.value.account_wide, "one who may read can still look for drift"
    application.roles = frozenset()
    denied = await refused(client)
    assert isinstance(denied, failures.ReadDenied)
    assert denied.account_wide
    application.roles = frozenset({"read", "write"})
    await write_over(client, "rendering", office.sim.etag("rendering"), full_body({}))
    assert len(office.entra.journal.entries()) == 1, "a role is no reason for another token"


@pytest.mark.parametrize("minutes", [-16, 16])
async def test_clocks_that_are_too_far_apart_are_told(
    start_batchsim: Callable[..., BatchSim], batch_authority: TestAuthority, office: Office, minutes: int
) -> None:
    skew = timedelta(minutes=minutes)
    office.sim = start_batchsim(
        pools=load_pools(), tls=batch_authority.server_context(), clock=lambda: datetime.now(UTC) + skew
    )
    office.secrets[SECRET] = {"accountKey": office.sim.key}
    failure = await refused(await office.connect(Auth(AuthType.SHARED_KEY, secret=SECRET)))
    assert type(failure) is failures.AuthenticationFailed
    assert "clocks" in failure.message


async def test_clocks_that_agree_are_not_blamed(office: Office) -> None:
    office.secrets[SECRET] = {"accountKey": "d3Jvbmc="}
    failure = await refused(await office.connect(Auth(AuthType.SHARED_KEY, secret=SECRET)))
    assert type(failure) is failures.AuthenticationFailed
    assert "clocks" not in failure.message
