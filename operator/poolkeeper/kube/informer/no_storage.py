"""Kopf's storages, empty: nobody here asks what has changed since when.

With its own, kopf copies every object of every event several times to compare it with what it handled last, for kinds
of handlers that there are none of (measured with tests/bench: a tenth of a cold start's CPU).
"""

from __future__ import annotations

from typing import Any

import kopf


class NoDiffBase(kopf.DiffBaseStorage):
    """Every object looks alike."""

    def build(self, **_: Any) -> Any:
        return {}

    def fetch(self, **_: Any) -> Any:
        return None

    def store(self, **_: Any) -> None:
        """Nothing."""


class NoProgress(kopf.ProgressStorage):
    """No handler is ever under way."""

    def fetch(self, **_: Any) -> Any:
        return None

    def store(self, **_: Any) -> None:
        """Nothing."""

    def purge(self, **_: Any) -> None:
        """Nothing."""

    def touch(self, **_: Any) -> None:
        """Nothing."""

    def clear(self, *, essence: Any) -> Any:
        return essence
