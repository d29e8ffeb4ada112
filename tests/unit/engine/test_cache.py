"""The newest known state, from watches and answers that race."""

from __future__ import annotations

from poolkeeper.engine.cache import Catalog
from tests.unit.engine.builders import account, pool
from tests.unit.engine.lab import key


def members(catalog: Catalog, name: str = "research") -> list[str]:
    return [one.key.name for one in catalog.members(key(name))]


def test_an_older_version_does_not_replace_a_newer_one() -> None:
    catalog = Catalog()
    newer = pool(version=10, generation=2)
    assert catalog.put_pool(newer)
    assert not catalog.put_pool(pool(version=9))
    assert catalog.pool(newer.key) is newer
    same = pool(version=10, generation=2)
    assert catalog.put_pool(same)
    assert catalog.pool(newer.key) is same


def test_versions_are_compared_as_numbers() -> None:
    catalog = Catalog()
    catalog.put_pool(pool(version=9))
    newer = pool(version=10)
    catalog.put_pool(newer)
    assert catalog.pool(newer.key) is newer


def test_a_recreated_object_replaces_its_namesake() -> None:
    catalog = Catalog()
    before = pool(version=50, uid="first")
    after = pool(version=7, uid="second")
    catalog.put_pool(before)
    assert catalog.put_pool(after)
    assert catalog.pool(after.key) is after


def test_accounts_are_kept_by_the_same_rules() -> None:
    catalog = Catalog()
    newer = account(version=10, generation=2)
    assert catalog.put_account(newer)
    assert not catalog.put_account(account(version=9))
    assert catalog.account(newer.key) is newer
    recreated = account(version=3, uid="second")
    assert catalog.put_account(recreated)
    assert catalog.account(newer.key) is recreated
    assert catalog.drop_account(newer.key) is recreated
    assert catalog.drop_account(newer.key) is None


def test_the_members_of_an_account_are_known_before_and_after_it() -> None:
    catalog = Catalog()
    for name in ("b", "a", "c"):
        catalog.put_pool(pool(name))
    catalog.put_pool(pool("elsewhere", account="second"))
    assert members(catalog) == ["a", "b", "c"], "in order, so that no pool always comes last by chance"
    catalog.put_account(account())
    catalog.drop_account(key("research"))
    assert members(catalog) == ["a", "b", "c"]


def test_a_pool_that_changes_its_account_is_a_member_of_the_new_one_only() -> None:
    catalog = Catalog()
    catalog.put_pool(pool(version=1))
    catalog.put_pool(pool(version=2, account="second"))
    assert (members(catalog), members(catalog, "second")) == ([], ["rendering"])
    catalog.put_pool(pool(version=1))
    assert (members(catalog), members(catalog, "second")) == ([], ["rendering"]), "an old event moves nothing back"


def test_what_is_dropped_is_gone_from_everywhere() -> None:
    catalog = Catalog()
    kept = pool()
    catalog.put_pool(kept)
    assert catalog.drop_pool(kept.key) is kept
    assert catalog.drop_pool(kept.key) is None
    assert catalog.pool(kept.key) is None
    assert members(catalog) == []
    assert list(catalog.pools()) == []
    assert catalog._members == {}, "accounts come and go"


def test_what_was_deleted_stays_deleted_until_every_older_list_has_arrived() -> None:
    catalog = Catalog()
    kept = pool(version=5)
    catalog.put_pool(kept)
    catalog.drop_pool(kept.key)
    assert not catalog.put_pool(pool(version=5)), "a list, or an answer, from before the deletion"
    assert catalog.put_pool(pool(version=9, uid="second")), "a namesake is another object"
    catalog.drop_pool(kept.key)
    catalog.forget_deletions()
    assert catalog.put_pool(kept)


def test_a_deleted_account_stays_deleted_too() -> None:
    catalog = Catalog()
    catalog.put_account(account(version=5))
    catalog.drop_account(key("research"))
    assert not catalog.put_account(account(version=5))


def test_what_a_list_does_not_hold_is_lost_unless_it_is_newer() -> None:
    catalog = Catalog()
    for name, version in (("listed", 3), ("lost", 5), ("as old as the list", 7), ("newer", 8)):
        catalog.put_pool(pool(name, version=version))
        catalog.put_account(account(name, version=version))
    assert catalog.lost_pools({key("listed")}, as_of=7) == [key("lost"), key("as old as the list")]
    assert catalog.lost_accounts({key("listed")}, as_of=7) == [key("lost"), key("as old as the list")]


def test_news_of_a_deletion_that_comes_late_does_not_take_the_namesake() -> None:
    catalog = Catalog()
    first, second = pool(version=5, uid="first"), pool(version=9, uid="second")
    catalog.put_pool(first)
    catalog.put_pool(second)
    assert catalog.drop_pool(first.key, "first") is None
    assert catalog.pool(first.key) is second
    assert not catalog.put_pool(first), "and the first stays deleted"
    assert catalog.drop_pool(first.key, "second") is second
