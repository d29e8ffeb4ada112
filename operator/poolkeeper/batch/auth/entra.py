"""Signing in with a token of Microsoft Entra ID; imported when the first account does."""

from __future__ import annotations

import os
import ssl

from poolkeeper.batch.auth.credentials import Credentials
from poolkeeper.batch.auth.options import SignedIn, SignInOptions
from poolkeeper.batch.auth.tokens import Bearer, Tokens
from poolkeeper.domain.azure.clouds import sign_in
from poolkeeper.domain.azure.endpoints import host_of
from poolkeeper.domain.azure.identities import OPERATORS_OWN
from poolkeeper.domain.resources import BatchAccount
from poolkeeper.engine.ports import Secrets


async def by_token(
    account: BatchAccount, *, secrets: Secrets, options: SignInOptions, trust: ssl.SSLContext
) -> SignedIn:
    """A credential that has been made of the account's Secret, if it has one; no token has been asked for yet.

    Raises what `Credentials.make` raises.
    """
    where = sign_in(
        host_of(account.endpoint),
        own_identity=account.auth.type in OPERATORS_OWN,
        authority=options.authority_host,
        scope=options.entra_scope,
        environment=os.environ.get("AZURE_AUTHORITY_HOST"),
    )
    credentials = Credentials(account.auth, secrets=secrets, sign_in=where, trust=trust)
    tokens = Tokens(credentials.make, scope=where.scope, explain=credentials.explain)

    async def close() -> None:
        await tokens.close()
        await credentials.close()

    try:
        await tokens.open()
    except BaseException:
        await close()
        raise
    return SignedIn(Bearer(tokens), close)
