"""Every token request, as evidence of who asked for what; nothing that is secret is kept."""

from __future__ import annotations

import threading
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class TokenRequest:
    """`proof` is secret, certificate, federated or managed; `answer` the status, an AADSTS code or "token"."""

    tenant: str
    client: str
    scope: str
    proof: str
    answer: str


class Journal:
    """Token requests in the order in which they were answered; also every token that was given, for tests of leaks."""

    def __init__(self) -> None:
        self._entries: list[TokenRequest] = []
        self._tokens: list[str] = []
        self._lock = threading.Lock()

    def add(self, entry: TokenRequest, *, token: str | None = None) -> None:
        with self._lock:
            self._entries.append(entry)
            if token is not None:
                self._tokens.append(token)

    def entries(self, answer: str | None = None) -> list[TokenRequest]:
        """All of them, or those so answered."""
        with self._lock:
            return [one for one in self._entries if answer in {None, one.answer}]

    def tokens(self) -> list[str]:
        """The access tokens that were given."""
        with self._lock:
            return list(self._tokens)
