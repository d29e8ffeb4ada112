"""The newest known state, from watches and answers that race."""

from __future__ import annotations

from poolkeeper.engine.cache import Cache
from tests.unit.engine.builders import account, pool
from tests.unit.engine.lab import key


def members(cache: Cache, name: str = "research") -> list[str]:
    return [one.key.name for one in cache.members(key(name))]


def test_an_older_version_does_not_replace_a_newer_one() -> None:
    cache = Cache()
    newer = pool(version=10, generation=2)
    assert cache.put_pool(newer)
    assert not cache.put_pool(pool(version=9))
    assert cache.pool(newer.key) is newer
    same = pool(version=10, generation=2)
    assert cache.put_pool(same)
    assert cache.pool(newer.key) is same


def test_versions_are_compared_as_numbers() -> None:
    cache = Cache()
    cache.put_pool(pool(version=9))
    newer = pool(version=10)
    cache.put_pool(newer)
    assert cache.pool(newer.key) is newer


def test_a_recreated_object_replaces_its_namesake() -> None:
    cache = Cache()
    before = pool(version=50, uid="first")
    after = pool(version=7, uid="second")
    cache.put_pool(before)
    assert cache.put_pool(after)
    assert cache.pool(after.key) is after


def test_accounts_are_kept_by_the_same_rules() -> None:
    cache = Cache()
    newer = account(version=10, generation=2)
    assert cache.put_account(newer)
    assert not cache.put_account(account(version=9))
    assert cache.account(newer.key) is newer
    recreated = account(version=3, uid="second")
    assert cache.put_account(recreated)
    assert cache.account(newer.key) is recreated
    assert cache.drop_account(newer.key) is recreated
    assert cache.drop_account(newer.key) is None


def test_the_members_of_an_account_are_known_before_and_after_it() -> None:
    cache = Cache()
    for name in ("b", "a", "c"):
        cache.put_pool(pool(name))
    cache.put_pool(pool("elsewhere", account="second"))
    assert members(cache) == ["a", "b", "c"], "in order, so that no pool always comes last by chance"
    cache.put_account(account())
    cache.drop_account(key("research"))
    assert members(cache) == ["a", "b", "c"]


def test_a_pool_that_changes_its_account_is_a_member_of_the_new_one_only() -> None:
    cache = Cache()
    cache.put_pool(pool(version=1))
    cache.put_pool(pool(version=2, account="second"))
    assert (members(cache), members(cache, "second")) == ([], ["rendering"])
    cache.put_pool(pool(version=1))
    assert (members(cache), members(cache, "second")) == ([], ["rendering"]), "an old event moves nothing back"


def test_what_is_dropped_is_gone_from_everywhere() -> None:
    cache = Cache()
    kept = pool()
    cache.put_pool(kept)
    assert cache.drop_pool(kept.key) is kept
    assert cache.drop_pool(kept.key) is None
    assert cache.pool(kept.key) is None
    assert members(cache) == []
    assert list(cache.pools()) == []
    assert cache._members == {}, "accounts come and go"


def test_what_was_deleted_stays_deleted_until_every_older_list_has_arrived() -> None:
    cache = Cache()
    kept = pool(version=5)
    cache.put_pool(kept)
    cache.drop_pool(kept.key)
    assert not cache.put_pool(pool(version=5)), "a list, or an answer, from before the deletion"
    assert cache.put_pool(pool(version=9, uid="second")), "a namesake is another object"
    cache.drop_pool(kept.key)
    cache.forget_deletions()
    assert cache.put_pool(kept)


def test_a_deleted_account_stays_deleted_too() -> None:
    cache = Cache()
    cache.put_account(account(version=5))
    cache.drop_account(key("research"))
    assert not cache.put_account(account(version=5))


def test_what_a_list_does_not_hold_is_lost_unless_it_is_newer() -> None:
    cache = Cache()
    for name, version in (("listed", 3), ("lost", 5), ("as old as the list", 7), ("newer", 8)):
        cache.put_pool(pool(name, version=version))
        cache.put_account(account(name, version=version))
    assert cache.lost_pools({key("listed")}, as_of=7) == [key("lost"), key("as old as the list")]
    assert cache.lost_accounts({key("listed")}, as_of=7) == [key("lost"), key("as old as the list")]


def test_news_of_a_deletion_that_comes_late_does_not_take_the_namesake() -> None:
    cache = Cache()
    first, second = pool(version=5, uid="first"), pool(version=9, uid="second")
    cache.put_pool(first)
    cache.put_pool(second)
    assert cache.drop_pool(first.key, "first") is None
    assert cache.pool(first.key) is second
    assert not cache.put_pool(first), "and the first stays deleted"
    assert cache.drop_pool(first.key, "second") is second
