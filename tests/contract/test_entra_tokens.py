"""One token for all, a new one before the old one ends, another one when it is refused."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from poolkeeper.domain import failures
from poolkeeper.domain.enums import AuthType
from poolkeeper.domain.resources import Auth
from poolkeeper.domain.schema.canonical import full_body
from tests.batchsim.certs import TestAuthority
from tests.batchsim.sim import BatchSim, load_pools
from tests.contract.entra import SECRET, WORD, Office
from tests.entrasim.sim import EntraSim
from tests.support.writing import write_over

NEW_WORD = "s3cret-of-tomorrow"


async def test_twenty_looks_at_once_with_nothing_cached_ask_for_one_token(office: Office) -> None:
    office.register()
    office.entra.trouble(seconds=0.2)
    client = await office.connect()
    await asyncio.gather(*(client.read("rendering") for _ in range(20)))
    assert len(office.sim.journal.entries(status=200)) == 20
    assert len(office.entra.journal.entries()) == 1


async def test_twenty_looks_at_once_whose_token_is_refused_ask_for_one_more(office: Office) -> None:
    office.register()
    client = await office.connect()
    await client.probe()
    office.entra.directory.application().oid = "somebody-else"
    office.entra.trouble(seconds=0.2)
    office.sim.gate.tokens = _Picky(office.entra, refused=office.entra.journal.tokens())
    await asyncio.gather(*(client.read("rendering") for _ in range(20)))
    assert len(office.entra.journal.entries()) == 2


class _Picky:
    """Refuses the tokens that were known so far, as after a sign-out of everybody."""

    def __init__(self, entra: EntraSim, *, refused: list[str], only_writes: bool = False) -> None:
        self._judge = entra.judge
        self._refused = refused
        self._only_writes = only_writes

    def allows(self, token: str, *, now: datetime, writing: bool) -> None:
        if token in self._refused and (writing or not self._only_writes):
            now += timedelta(days=1)
        self._judge.allows(token, now=now, writing=writing)


async def test_a_write_whose_token_is_refused_is_sent_again_whole(office: Office) -> None:
    office.register()
    client = await office.connect()
    await client.probe()
    office.sim.gate.tokens = _Picky(office.entra, refused=office.entra.journal.tokens(), only_writes=True)
    await write_over(client, "rendering", office.sim.etag("rendering"), full_body({}))
    first, second = office.sim.journal.entries("UpdatePoolProperties")
    assert (first.status, second.status) == (401, 204)
    assert first.body == second.body == full_body({})


async def test_a_giver_that_has_no_other_token_is_asked_once_and_the_service_not_again(
    office: Office, no_identity: pytest.MonkeyPatch
) -> None:
    office.entra.directory.identity()
    no_identity.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", office.entra.imds)
    office.entra.issuer.token = _Always(office).token  # type: ignore[method-assign]  # as the real one, which caches
    client = await office.connect(Auth(AuthType.MANAGED_IDENTITY))
    office.entra.judge.tenant = "another"
    with pytest.raises(failures.AuthenticationFailed):
        await client.probe()
    assert len(office.sim.journal.entries()) == 1


class _Always:
    def __init__(self, office: Office) -> None:
        identity = office.entra.directory.identity()
        self._token = office.entra.issuer.token(identity, audience="https://batch.core.windows.net/")

    def token(self, *_who: object, **_what: object) -> str:
        return self._token


async def test_nothing_stays_open_when_the_client_is_closed(office: Office) -> None:
    office.register()
    client = await office.connect()
    await client.probe()
    await client.close()
    with pytest.raises(RuntimeError, match="closed"):
        await client.probe()


class Hours:
    """The time of day of everybody: the operator, its libraries, Entra and the account."""

    def __init__(self) -> None:
        self.seconds = time.time()

    def time(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)


@pytest.fixture
def hours(monkeypatch: pytest.MonkeyPatch) -> Hours:
    """A day cannot be waited for; azure-identity has no clock to be given, and asks `time.time`."""
    made = Hours()
    monkeypatch.setattr(time, "time", made.time)
    return made


@pytest.fixture
def day(
    hours: Hours,
    office: Office,
    start_batchsim: Callable[..., BatchSim],
    entra_authority: TestAuthority,
    batch_authority: TestAuthority,
) -> Iterator[Office]:
    """An office whose Entra and account go by those hours."""
    with EntraSim(tls=entra_authority.server_context(), clock=hours.now) as entra:
        office.entra = entra
        office.sim = start_batchsim(
            pools=load_pools(), judge=entra.judge, tls=batch_authority.server_context(), clock=hours.now
        )
        office.let(authority_host=entra.authority)
        yield office


KINDS = ["ServicePrincipal", "ManagedIdentity"]


@pytest.mark.parametrize("kind", KINDS)
async def test_tokens_of_an_hour_serve_a_day_without_a_refused_request(
    day: Office, hours: Hours, no_identity: pytest.MonkeyPatch, kind: str
) -> None:
    client = await day.connect(_auth(day, no_identity, kind))
    for _minute in range(24 * 60):
        await client.probe()
        hours.seconds += 60
    assert {one.status for one in day.sim.journal.entries()} == {200}
    # Each is replaced within the last five minutes of its hour.
    assert 24 <= len(day.entra.journal.entries()) <= 27


@pytest.mark.parametrize("kind", KINDS)
async def test_an_outage_of_the_giver_is_not_noticed_while_the_token_is_good(
    day: Office, hours: Hours, no_identity: pytest.MonkeyPatch, kind: str
) -> None:
    # Of eight hours, so that a managed identity's is due for a refresh after four, long before its end.
    day.entra.issuer.lifetime = 8 * 3600
    client = await day.connect(_auth(day, no_identity, kind))
    await client.probe()
    day.entra.trouble(status=503)
    for _quarter in range(8 * 4 - 1):
        hours.seconds += 900
        await client.probe()
    hours.seconds += 900
    with pytest.raises(failures.ServiceUnavailable):
        await client.probe()
    day.entra.troubles.clear()
    await client.probe()
    assert {one.status for one in day.sim.journal.entries()} == {200}


async def test_a_giver_that_is_down_is_not_asked_by_every_request(
    day: Office, hours: Hours, no_identity: pytest.MonkeyPatch
) -> None:
    day.entra.issuer.lifetime = 8 * 3600
    client = await day.connect(_auth(day, no_identity, "ManagedIdentity"))
    await client.probe()
    day.entra.trouble(status=503)
    hours.seconds += 5 * 3600
    for _ in range(10):
        await client.probe()
    assert len(day.entra.journal.entries("503")) == 1
    hours.seconds += 31
    await client.probe()
    assert len(day.entra.journal.entries("503")) == 2


async def test_a_rotated_client_secret_is_met_by_the_request_that_needs_it(day: Office, hours: Hours) -> None:
    day.register()
    client = await day.connect()
    await client.probe()
    day.entra.directory.application().secrets = {NEW_WORD: None}
    day.secrets[SECRET] = {"clientSecret": NEW_WORD}
    hours.seconds += 3601
    await client.probe()
    assert [one.answer for one in day.entra.journal.entries()] == ["token", "7000215", "token"]
    assert {one.status for one in day.sim.journal.entries()} == {200}


async def test_a_client_secret_that_stays_wrong_is_not_tried_for_ever(day: Office, hours: Hours) -> None:
    day.register()
    client = await day.connect()
    await client.probe()
    day.entra.directory.application().secrets.clear()
    hours.seconds += 3601
    for _attempt in range(2):
        with pytest.raises(failures.TokenRefused, match="AADSTS7000215"):
            await client.probe()
    # Twice when it had worked before, for the Secret may have changed; once after that.
    assert [one.answer for one in day.entra.journal.entries()] == ["token", "7000215", "7000215", "7000215"]


def _auth(office: Office, environment: pytest.MonkeyPatch, kind: str) -> Auth:
    office.register(WORD)
    office.entra.directory.identity()
    environment.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", office.entra.imds)
    if kind == "ManagedIdentity":
        return Auth(kind)
    return Auth(kind, tenant_id=office.entra.judge.tenant, client_id=_client(office), secret=SECRET)


def _client(office: Office) -> str:
    return office.entra.directory.application().client_id
