"""Who owns a pool that several resources ask for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import pytest

from poolkeeper.domain.failures import Conflict
from poolkeeper.domain.resources import BatchPool, Key
from poolkeeper.engine.catalog import Catalog
from poolkeeper.engine.claims import Claims
from tests.unit.engine.builders import account, pool

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


def catalog_of(row: Row) -> tuple[Catalog, BatchPool]:
    """A catalog with the older pool and the row's, and the latter."""
    catalog = Catalog()
    catalog.put_account(account())
    if row.account != HERE:
        catalog.put_account(replace(account(uid="uid-2"), key=row.account, endpoint=row.endpoint.rstrip("/")))
    other = replace(
        pool("second"),
        key=Key(row.account.namespace, "second"),
        pool_id=row.pool_id,
        account=row.account,
        created=row.created,
        uid=row.uid,
    )
    catalog.put_pool(OLDER)
    catalog.put_pool(other)
    return catalog, other


def owns(catalog: Catalog, one: BatchPool) -> bool:
    try:
        Claims(catalog).check(one)
    except Conflict:
        return False
    return True


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.reason)
def test_one_of_those_who_ask_for_the_same_pool_owns_it(row: Row) -> None:
    catalog, other = catalog_of(row)
    assert owns(catalog, other) is row.owns, row.reason
    assert owns(catalog, OLDER) is (not row.rival or not row.owns), "never both, never nobody"
    assert bool(list(Claims(catalog).rivals(other))) is row.rival


def test_a_conflict_names_the_owner_with_its_namespace() -> None:
    catalog, other = catalog_of(ROWS[6])
    with pytest.raises(Conflict, match=r"BatchPool lab/rendering asks for the same pool, and is older; delete one"):
        Claims(catalog).check(other)


def test_the_younger_takes_over_when_the_owner_goes() -> None:
    catalog, other = catalog_of(ROWS[0])
    catalog.drop_pool(OLDER.key)
    assert owns(catalog, other)


def test_an_owner_whose_account_is_gone_holds_nothing() -> None:
    catalog, other = catalog_of(ROWS[6])
    catalog.drop_account(HERE)
    assert owns(catalog, other)
    assert owns(catalog, OLDER), "that its account is missing is for the account's line to say"


def test_an_owner_that_was_made_anew_for_another_pool_holds_the_old_one_no_more() -> None:
    catalog, other = catalog_of(ROWS[0])
    catalog.put_pool(replace(OLDER, uid="z", pool_id="elsewhere", resource_version=9))
    assert owns(catalog, other)
    assert list(catalog.namesakes("rendering")) == [other]


def test_an_owner_that_was_made_anew_is_the_younger() -> None:
    catalog, other = catalog_of(ROWS[0])
    catalog.put_pool(replace(OLDER, uid="z", created="2026-02-01T00:00:00Z", resource_version=9))
    assert owns(catalog, other)
