"""The two endpoints: Entra's tokens over https, and the metadata service of a virtual machine over http."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from tests.entrasim.directory import Application, Directory
from tests.entrasim.faults import Switchboard, Trouble
from tests.entrasim.issuer import Issuer
from tests.entrasim.journal import Journal, TokenRequest
from tests.entrasim.proofs import prove
from tests.entrasim.refusals import NoTokenError

DEFAULT = "/.default"


@dataclass
class Service:
    """Everything behind both endpoints."""

    directory: Directory
    issuer: Issuer
    journal: Journal
    troubles: Switchboard
    clock: Callable[[], datetime]

    async def entra(self, request: web.Request) -> web.Response:
        """POST /<tenant>/oauth2/v2.0/token."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        tenant, client, scope = request.match_info["tenant"], form.get("client_id", ""), form.get("scope", "")
        proof, answer, token = "none", "token", None
        try:
            trouble = await _suffer(self.troubles.take())
            if trouble is not None:
                answer = str(trouble.status)
                return trouble
            application = self._application(client, tenant=tenant)
            proof = prove(form, application, token_url=str(request.url), now=self.clock())
            _check_grant(form)
            token = self.issuer.token(application, audience=scope.removesuffix(DEFAULT))
            lifetime = int(self.issuer.lifetime)
            given = {"token_type": "Bearer", "expires_in": lifetime, "ext_expires_in": lifetime, "access_token": token}
            return web.json_response(given)
        except NoTokenError as refused:
            answer = str(refused.code)
            return web.json_response(refused.body(), status=refused.status)
        finally:
            entry = TokenRequest(tenant=tenant, client=client, scope=scope, proof=proof, answer=answer)
            self.journal.add(entry, token=token)

    def _application(self, client: str, *, tenant: str) -> Application:
        if tenant not in self.directory.tenants:
            raise NoTokenError(90002)
        application = self.directory.applications.get(client)
        if application is None or application.tenant != tenant:
            raise NoTokenError(700016)
        return application

    async def imds(self, request: web.Request) -> web.Response:
        """GET /metadata/identity/oauth2/token."""
        client, resource = request.query.get("client_id"), request.query.get("resource", "")
        answer, token = "token", None
        try:
            trouble = await _suffer(self.troubles.take())
            if trouble is not None:
                answer = str(trouble.status)
                return trouble
            principal = self.directory.identities.get(client)
            wrong = None
            if request.headers.get("Metadata", "").lower() != "true":
                wrong = "Required metadata header not specified"
            elif principal is None:
                wrong = "Identity not found"
            if wrong is not None or principal is None:
                answer = "400"
                return web.json_response({"error": "invalid_request", "error_description": wrong}, status=400)
            token = self.issuer.token(principal, audience=resource)
            ends = int(self.clock().timestamp()) + int(self.issuer.lifetime)
            given = {
                "access_token": token,
                "client_id": principal.client_id,
                # Numbers as texts, as the real one writes them.
                "expires_in": str(int(self.issuer.lifetime)),
                "expires_on": str(ends),
                "resource": resource,
                "token_type": "Bearer",
            }
            return web.json_response(given)
        finally:
            entry = TokenRequest(tenant="", client=client or "", scope=resource, proof="managed", answer=answer)
            self.journal.add(entry, token=token)


def _check_grant(form: Mapping[str, str]) -> None:
    if form.get("grant_type") != "client_credentials" or not form.get("scope", "").endswith(DEFAULT):
        raise NoTokenError(70011)


def entra_app(service: Service) -> web.Application:
    app = web.Application()
    app.router.add_post("/{tenant}/oauth2/v2.0/token", service.entra)
    return app


def imds_app(service: Service) -> web.Application:
    app = web.Application()
    app.router.add_get("/metadata/identity/oauth2/token", service.imds)
    return app


async def _suffer(trouble: Trouble | None) -> web.Response | None:
    """Let a trouble happen; an answer means that it is given instead."""
    if trouble is None:
        return None
    await asyncio.sleep(trouble.seconds)
    if trouble.aadsts is not None:
        raise NoTokenError(trouble.aadsts)
    if trouble.status is None:
        return None
    headers = {} if trouble.retry_after is None else {"Retry-After": trouble.retry_after}
    if trouble.body is not None:
        return web.Response(text=trouble.body, content_type="text/html", status=trouble.status, headers=headers)
    return web.json_response({"error": "temporarily_unavailable"}, status=trouble.status, headers=headers)
