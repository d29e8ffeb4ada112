"""Bearer tokens: one caller asks for a token, all use it, and another is fetched when the service refuses it.

azure-identity caches a token and refreshes it from five minutes before its end. It has no single flight (twenty callers
with a cold cache send twenty requests), no way to forget a token that the service refuses, and for a managed identity
no use for a token that is still good when its early refresh fails. These three are added here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable

import httpx
from azure.core.credentials import AccessTokenInfo
from azure.core.credentials_async import AsyncSupportsTokenInfo

from poolkeeper.batch.auth.errors import TOKEN_ERRORS
from poolkeeper.domain.failures import AuthenticationFailed, Failure

ASK_AGAIN = 30.0
"""Seconds between attempts to replace a token that is still good; azure-identity's own pause."""


class Tokens:
    """The tokens of one account's credential.

    `make` makes the credential of what the Secret holds then; `explain` turns its errors into failures. Every method
    raises what these two raise and return.
    """

    def __init__(
        self,
        make: Callable[[], Awaitable[AsyncSupportsTokenInfo]],
        *,
        scope: str,
        explain: Callable[[Exception], Failure],
    ) -> None:
        self._make = make
        self._scope = scope
        self._explain = explain
        self._credential: AsyncSupportsTokenInfo | None = None
        self._held: AccessTokenInfo | None = None
        self._asking = asyncio.Lock()
        self._ask_again = 0.0

    async def open(self) -> None:
        """Make the credential, to find out now what is wrong with it."""
        self._credential = await self._make()

    async def get(self) -> str:
        """A token that is good now, as far as its times tell."""
        if self._held is not None and self._is_good() and (self._asking.locked() or time.time() < self._ask_again):
            return self._held.token
        async with self._asking:
            return await self._asked()

    async def instead_of(self, refused: str) -> str:
        """Another token, after the service has refused this one; the same if the giver has no other."""
        async with self._asking:
            if self._held is None or self._held.token == refused:
                self._held = None
                await self._renew()
            return await self._asked()

    async def close(self) -> None:
        """Let go of the credential."""
        if self._credential is not None:
            await self._credential.close()
            self._credential = None

    async def _asked(self) -> str:
        worked = self._held is not None
        try:
            token = await self._fetch()
        except Failure as failure:
            if self._held is not None and self._is_good():
                self._ask_again = time.time() + ASK_AGAIN
                return self._held.token
            self._held = None
            if not (worked and isinstance(failure, AuthenticationFailed)):
                raise
            # It was good for the last token, so the Secret may have been changed since.
            await self._renew()
            token = await self._fetch()
        self._held = token
        return token.token

    async def _fetch(self) -> AccessTokenInfo:
        if self._credential is None:
            await self.open()
        assert self._credential is not None
        try:
            return await self._credential.get_token_info(self._scope)
        except TOKEN_ERRORS as error:
            # Not chained: the text of the cause differs from attempt to attempt, and is not ours to vouch for.
            raise self._explain(error) from None

    async def _renew(self) -> None:
        # There is no way to have a credential forget its token.
        await self.close()
        await self.open()

    def _is_good(self) -> bool:
        return self._held is not None and time.time() < self._held.expires_on


class Bearer(httpx.Auth):
    """Puts a token on each request, and another one if the service refuses the first."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Set `Authorization`; at most two requests."""
        token = await self._tokens.get()
        request.headers["Authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code != httpx.codes.UNAUTHORIZED:
            return
        another = await self._tokens.instead_of(token)
        if another != token:
            request.headers["Authorization"] = f"Bearer {another}"
            yield request
