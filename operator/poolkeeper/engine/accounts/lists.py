"""Accounts whose lists fail though they answer, and what is told of it."""

from __future__ import annotations

from collections.abc import Callable

from poolkeeper.domain.failures import BatchFailure, Failure, ListRefused
from poolkeeper.domain.resources import Key

_PATIENCE = 3
"""Checks in a row that fail, before the account says so."""


class Lists:
    """`changed(key)` is called when there is something to tell of an account, or no more."""

    def __init__(self, *, changed: Callable[[Key], None]) -> None:
        self._changed = changed
        self._failures: dict[Key, int] = {}
        self._told: dict[Key, Failure] = {}

    def failed(self, key: Key, failure: Failure) -> None:
        """A list, or the small question that stands for one where there are no pools, was refused."""
        count = self._failures[key] = self._failures.get(key, 0) + 1
        if count < _PATIENCE:
            return
        code = failure.code if isinstance(failure, BatchFailure) else ""
        refused = ListRefused(f"the list of pools fails: {failure.cause}", code=code)
        before = self._told.get(key)
        if before is None or before.message != refused.message:
            self._told[key] = refused
            self._changed(key)

    def worked(self, key: Key) -> None:
        """A list was answered."""
        self._failures.pop(key, None)
        if self._told.pop(key, None) is not None:
            self._changed(key)

    def broken(self, key: Key, failure: Failure) -> None:
        """Something else than the service keeps the account from being checked."""
        self._told[key] = failure
        self._changed(key)

    def trouble(self, key: Key) -> Failure | None:
        """What to tell of an account."""
        return self._told.get(key)

    def forget(self, key: Key) -> None:
        """An account is gone."""
        self._failures.pop(key, None)
        self._told.pop(key, None)
