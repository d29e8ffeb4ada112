"""Who owns a pool that several resources ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import pytest

from poolkeeper.domain.failures import AuthenticationFailed, Conflict, Failure, SecretNotFound, ServiceUnavailable
from poolkeeper.domain.known.claim import Claim
from poolkeeper.domain.packing import packed
from poolkeeper.domain.resources import BatchPool, Key
from poolkeeper.engine.accounts.breaker import CircuitBreaker
from poolkeeper.engine.cache import Cache
from poolkeeper.engine.pools.claims import Claims
from tests.unit.engine.builders import account, pool

NOW = "2026-03-01T00:00:00Z"
EARLY, LATE = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"
HERE, THERE = Key("lab", "research"), Key("other", "shared")
ENDPOINT = "https://research.westeurope.batch.azure.com"
OLDER = replace(pool(), created=EARLY, uid="b")


class Row(NamedTuple):
    pool_id: str
    account: Key
    endpoint: str
    created: str
    uid: str
    rival: bool
    owns: bool
    reason: str


SAME: dict[str, Any] = {"pool_id": "rendering", "account": HERE, "endpoint": ENDPOINT, "created": LATE, "uid": "c"}
ROWS = [
    Row(**SAME, rival=True, owns=False, reason="the oldest owns it"),
    Row(**{**SAME, "created": "2025-12-31T00:00:00Z"}, rival=True, owns=True, reason="whoever that is"),
    Row(**{**SAME, "created": EARLY}, rival=True, owns=False, reason="of two of one second, the first uid"),
    Row(**{**SAME, "created": EARLY, "uid": "a"}, rival=True, owns=True, reason="whichever that is"),
    Row(**{**SAME, "pool_id": "RENDERING"}, rival=True, owns=False, reason="the service folds the case of ids"),
    Row(**{**SAME, "pool_id": "rendering2"}, rival=False, owns=True, reason="another pool is nobody's business"),
    Row(**{**SAME, "account": THERE}, rival=True, owns=False, reason="another account object of the same endpoint"),
    Row(
        **{**SAME, "account": THERE, "endpoint": ENDPOINT.upper().replace("HTTPS", "https")},
        rival=True,
        owns=False,
        reason="hosts are compared without case",
    ),
    Row(
        **{**SAME, "account": THERE, "endpoint": f"{ENDPOINT}/"},
        rival=True,
        owns=False,
        reason="a final slash names no other service",
    ),
    Row(
        **{**SAME, "account": THERE, "endpoint": "https://research.northeurope.batch.azure.com"},
        rival=False,
        owns=True,
        reason="a pool of that name elsewhere is another",
    ),
]


def cache_of(row: Row) -> tuple[Cache, BatchPool]:
    """A catalog with the older pool and the row's, and the latter."""
    cache = Cache()
    cache.put_account(account())
    if row.account != HERE:
        cache.put_account(replace(account(uid="uid-2"), key=row.account, endpoint=row.endpoint.rstrip("/")))
    other = replace(
        pool("second"),
        key=Key(row.account.namespace, "second"),
        pool_id=row.pool_id,
        account=row.account,
        created=row.created,
        uid=row.uid,
    )
    cache.put_pool(OLDER)
    cache.put_pool(other)
    return cache, other


def claims_of(cache: Cache, breakers: Mapping[Key, CircuitBreaker] | None = None) -> Claims:
    return Claims(cache, breaker=(breakers or {}).get, now=lambda: NOW)


def owns(cache: Cache, one: BatchPool, breakers: Mapping[Key, CircuitBreaker] | None = None) -> bool:
    try:
        claims_of(cache, breakers).check(one)
    except Conflict:
        return False
    return True


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.reason)
def test_one_of_those_who_ask_for_the_same_pool_owns_it(row: Row) -> None:
    cache, other = cache_of(row)
    assert owns(cache, other) is row.owns, row.reason
    assert owns(cache, OLDER) is (not row.rival or not row.owns), "never both, never nobody"
    assert bool(list(claims_of(cache).rivals(other))) is row.rival


def test_a_conflict_names_the_owner_with_its_namespace() -> None:
    cache, other = cache_of(ROWS[6])
    with pytest.raises(Conflict, match=r"BatchPool lab/rendering has the pool; it asked for it first; delete one"):
        claims_of(cache).check(other)


def test_the_younger_takes_over_when_the_owner_goes() -> None:
    cache, other = cache_of(ROWS[0])
    cache.drop_pool(OLDER.key)
    assert owns(cache, other)


def test_an_owner_whose_account_is_gone_holds_nothing() -> None:
    cache, other = cache_of(ROWS[6])
    cache.drop_account(HERE)
    assert owns(cache, other)
    assert owns(cache, OLDER), "that its account is missing is for the account's line to say"


def test_an_owner_that_was_made_anew_for_another_pool_holds_the_old_one_no_more() -> None:
    cache, other = cache_of(ROWS[0])
    cache.put_pool(replace(OLDER, uid="z", pool_id="elsewhere", resource_version=9))
    assert owns(cache, other)
    assert list(cache.with_pool_id("rendering")) == [other]


def test_an_owner_that_was_made_anew_is_the_younger() -> None:
    cache, other = cache_of(ROWS[0])
    cache.put_pool(replace(OLDER, uid="z", created="2026-02-01T00:00:00Z", resource_version=9))
    assert owns(cache, other)


def breaker(failure: Failure | None = None, *, answered: bool = False) -> CircuitBreaker:
    """The gate of an account that has been asked."""
    made = CircuitBreaker(monotonic=lambda: 0.0, changed=lambda: None, slow=60)
    if answered:
        made.succeeded()
    if failure is not None:
        made.failed(failure)
    return made


def with_claim(cache: Cache, one: BatchPool, since: str) -> BatchPool:
    """The resource, whose status says that it has the pool."""
    served_by = cache.account(one.account)
    assert served_by is not None
    claim = Claim.of(one, served_by, since=since)
    claimed = replace(one, packed_status=packed({"claim": claim.told}), resource_version=one.resource_version + 1)
    cache.put_pool(claimed)
    return claimed


def test_who_has_the_pool_is_not_displaced_by_an_older_resource() -> None:
    """An old BatchPool that is pointed at another's pool would be a ticket to any pool of that id."""
    cache, other = cache_of(ROWS[0])
    holder = with_claim(cache, other, LATE)
    assert owns(cache, holder)
    assert not owns(cache, OLDER)


@pytest.mark.parametrize(
    ("spoiled", "reason"),
    [
        ({"uid": "another"}, "a status from a backup, or of a namesake"),
        ({"endpoint": "https://elsewhere.westeurope.batch.azure.com"}, "it had a pool of another account"),
        ({"poolID": "elsewhere"}, "it had another pool"),
        ({"since": "9999"}, "that is no time"),
        ({"since": None}, "nor is that"),
    ],
)
def test_a_claim_to_something_else_is_none(spoiled: dict[str, Any], reason: str) -> None:
    cache, other = cache_of(ROWS[0])
    holder = with_claim(cache, other, LATE)
    told = {**holder.status["claim"], **spoiled}
    cache.put_pool(replace(holder, packed_status=packed({"claim": told}), resource_version=9))
    assert owns(cache, OLDER), reason


@pytest.mark.parametrize(
    ("state", "counts", "reason"),
    [
        (breaker(), True, "not heard of yet: it has its chance first"),
        (breaker(answered=True), True, "it signs in"),
        (breaker(ServiceUnavailable("no answer"), answered=True), True, "it did, and the service is away"),
        (breaker(ServiceUnavailable("no answer")), False, "it never did"),
        (breaker(SecretNotFound("there is no Secret")), False, "nobody needs a Secret to ask for a pool"),
        (breaker(AuthenticationFailed("401"), answered=True), False, "it does not any more"),
    ],
)
def test_asking_first_counts_only_with_an_account_that_can_sign_in(
    state: CircuitBreaker, reason: str, *, counts: bool
) -> None:
    cache, other = cache_of(ROWS[6])
    assert owns(cache, other, {HERE: state}) is not counts, reason


@pytest.mark.parametrize(
    ("state", "counts", "reason"),
    [
        (breaker(), True, "after a restart nobody has been asked yet"),
        (breaker(ServiceUnavailable("no answer")), True, "an outage takes nobody's pool away"),
        (breaker(AuthenticationFailed("401"), answered=True), False, "who cannot sign in keeps nobody from it"),
        (breaker(SecretNotFound("there is no Secret")), False, "nor who has no credential any more"),
    ],
)
def test_a_claim_counts_while_its_account_can_be_used(state: CircuitBreaker, reason: str, *, counts: bool) -> None:
    cache, other = cache_of(ROWS[6])
    with_claim(cache, OLDER, EARLY)
    assert owns(cache, other, {HERE: state}) is not counts, reason


def test_who_took_over_keeps_the_pool_when_the_owner_before_is_mended() -> None:
    cache, other = cache_of(ROWS[6])
    with_claim(cache, OLDER, EARLY)
    states = {HERE: breaker(AuthenticationFailed("401"), answered=True)}
    claims = claims_of(cache, states)
    taken = claims.take(other)
    assert taken is not None
    states[HERE] = breaker(answered=True)
    claims.check(other)
    with pytest.raises(Conflict, match=f"BatchPool other/second has the pool since {NOW}"):
        claims.check(OLDER)


def test_a_claim_is_dated_after_those_before_it_though_the_clock_was_set_back() -> None:
    cache, other = cache_of(ROWS[6])
    with_claim(cache, OLDER, "2030-01-01T00:00:00Z")
    taken = claims_of(cache, {HERE: breaker(AuthenticationFailed("401"))}).take(other)
    assert taken is not None
    assert taken.since == "2030-01-01T00:00:01Z"


def test_a_suspended_resource_without_a_claim_keeps_nobody_waiting() -> None:
    cache, other = cache_of(ROWS[0])
    cache.put_pool(replace(OLDER, suspended=True, resource_version=9))
    assert owns(cache, other)


def test_only_those_without_a_claim_wait_for_the_pool() -> None:
    cache, other = cache_of(ROWS[0])
    assert [rival.key for rival in claims_of(cache).waiting(other)] == [OLDER.key]
    with_claim(cache, OLDER, EARLY)
    assert list(claims_of(cache).waiting(other)) == []


def test_who_has_lost_a_pool_is_told_to_look_again() -> None:
    """Both had it in turn while the other's account was away; when both are back the newer claim holds."""
    cache, other = cache_of(ROWS[6])
    with_claim(cache, OLDER, EARLY)
    holder = with_claim(cache, other, LATE)
    told: list[Key] = []
    claims = Claims(cache, breaker=lambda _: None, now=lambda: NOW, displaced=told.append)
    claims.take(holder)
    assert told == [OLDER.key]


def test_what_was_claimed_is_forgotten_with_its_resource() -> None:
    cache, other = cache_of(ROWS[0])
    claims = claims_of(cache)
    claims.take(cache.pool(OLDER.key) or OLDER)
    with pytest.raises(Conflict):
        claims.check(other)
    cache.drop_pool(OLDER.key)
    claims.forget(OLDER.key)
    assert claims.take(other) is not None
