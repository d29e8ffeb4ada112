"""Access tokens as Microsoft Entra ID makes them for Batch, and the service's judgement of them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tests.batchsim.errors import Refusal
from tests.entrasim import jwt
from tests.entrasim.directory import TENANT, Directory, Principal

BATCH = "https://batch.core.windows.net/"
"""The audience that Batch takes, with its slash."""
KID = "entrasim"
DAY = 86_400


@dataclass
class Issuer:
    """Makes tokens; `lifetime` is in seconds and may be changed at any time."""

    clock: Callable[[], datetime]
    lifetime: float = 3600.0

    def token(self, principal: Principal, *, audience: str) -> str:
        """A token of version 1.0, as resources such as Batch get them."""
        now = int(self.clock().timestamp())
        claims = {
            "aud": audience,
            "iss": f"https://sts.windows.net/{principal.tenant}/",
            "iat": now,
            "nbf": now,
            "exp": now + int(self.lifetime),
            "appid": principal.client_id,
            "oid": principal.oid,
            "sub": principal.oid,
            "tid": principal.tenant,
            # Real tokens of one second differ as well.
            "uti": uuid.uuid4().hex,
            "ver": "1.0",
        }
        return jwt.sign(claims, jwt.key_of(KID), kid=KID)


@dataclass
class Judge:
    """A Batch account's view of a token: signature, times, audience and tenant, then the roles of its principal."""

    directory: Directory
    tenant: str = TENANT
    audience: str = BATCH

    def allows(self, token: str, *, now: datetime, writing: bool) -> None:
        """Raise Refusal with 401 for a token that is none here, with 403 where a role is missing."""
        try:
            claims = jwt.verify(token, jwt.key_of(KID).public_key())
        except jwt.BadTokenError as error:
            raise _unknown(f"The token is not valid: {error}.") from None
        if not claims["nbf"] <= now.timestamp() < claims["exp"]:
            raise _unknown("The token is expired.")
        if claims["aud"] != self.audience:
            raise _unknown("The audience must exactly match, including forward slash.")
        if claims["tid"] != self.tenant:
            raise _unknown("The token is of another tenant than the account's.")
        principal = self.directory.principal(claims["oid"])
        if principal is None or ("write" if writing else "read") not in principal.roles:
            # The page of error codes has this one for 403; no recording of a missing role is public.
            raise Refusal(
                "InsufficientAccountPermissions",
                status=403,
                message="The account being accessed does not have sufficient permissions to execute this operation.",
            )


def _unknown(detail: str) -> Refusal:
    return Refusal("AuthenticationFailed", values={"AuthenticationErrorDetail": detail})
