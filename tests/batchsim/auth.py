"""Who may call: the account's SharedKey, and bearer tokens.

Anything with `allows` can judge a bearer token: a list of tokens here, the stand-in for Microsoft Entra ID elsewhere.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from tests.batchsim import sharedkey
from tests.batchsim.errors import Refusal, about_header

if TYPE_CHECKING:
    from datetime import datetime


class TokenJudge(Protocol):
    """Tells whether a bearer token opens the account; raises Refusal with the reason if it does not.

    `now` is the service's time; `writing` whether the request would change something.
    """

    def allows(self, token: str, *, now: datetime, writing: bool) -> None: ...


@dataclass
class StaticTokens:
    """Tokens that are right because they are listed."""

    tokens: set[str] = field(default_factory=set)

    def allows(self, token: str, *, now: datetime, writing: bool) -> None:  # noqa: ARG002  listed tokens do not expire
        if not any(hmac.compare_digest(token.encode(), known.encode()) for known in self.tokens):
            detail = "The access token is missing, expired, or for a wrong audience or tenant."
            raise Refusal("AuthenticationFailed", values={"AuthenticationErrorDetail": detail})


@dataclass
class Gate:
    """What an account asks for; a key or token can be changed while the server runs."""

    account: str
    key: str
    tokens: TokenJudge

    def admit(self, request: sharedkey.SignedRequest, *, now: datetime) -> None:
        """Refuse a request without good credentials."""
        scheme, _, rest = request.headers.get("authorization", "").partition(" ")
        if not scheme:
            # Recorded: 400 and not 401, which is for a credential that is there and wrong.
            raise about_header("MissingRequiredHeader", "Authorization")
        if scheme == "SharedKey" and rest:
            sharedkey.verify(request, account=self.account, key=self.key, now=now)
        elif scheme == "Bearer" and rest:
            self.tokens.allows(rest, now=now, writing=request.method not in {"GET", "HEAD"})
        else:
            reason = "Expected SharedKey or Bearer and a credential."
            raise about_header("InvalidAuthenticationInfo", "Authorization", reason=reason)
