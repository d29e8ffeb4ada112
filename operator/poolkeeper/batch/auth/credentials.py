"""From `spec.auth` to a credential of azure-identity.

azure-identity knows how each kind signs in, caches the token and asks for the next one in time; what it does not do is
left to `bearer`. Its retries are off, as the engine owns those. All credentials of an account share one HTTP session,
which is closed with the account's connection.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from typing import Any

import aiohttp
from azure.core.credentials_async import AsyncSupportsTokenInfo
from azure.core.pipeline.transport import AioHttpTransport
from azure.identity.aio import (
    CertificateCredential,
    ClientSecretCredential,
    DefaultAzureCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)

from poolkeeper.batch.auth.errors import failure_of_token
from poolkeeper.domain.azure.clouds import SignIn
from poolkeeper.domain.enums import AuthType
from poolkeeper.domain.failures import CredentialUnusable, Failure, SecretNotFound
from poolkeeper.domain.resources import Auth, Key
from poolkeeper.engine.ports import Secrets

CLIENT_SECRET = "clientSecret"  # noqa: S105 - the name of a key, not a secret
CLIENT_CERTIFICATE = "clientCertificate"
CERTIFICATE_PASSWORD = "clientCertificatePassword"  # noqa: S105 - the same
"""The keys of a Secret under which credentials are looked for."""

_CONNECT_WITHIN = 5.0
"""Seconds; azure-identity's own default is five minutes."""
_ANSWER_WITHIN = 15.0
"""Seconds for the token endpoint, which answers in one."""

_WANTED_BY_WEBHOOK = ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE")


class Credentials:
    """Makes the credential of one account, of its Secret as it is at that time."""

    def __init__(self, auth: Auth, *, secrets: Secrets, sign_in: SignIn, trust: ssl.SSLContext) -> None:
        self._auth = auth
        self._secrets = secrets
        self._sign_in = sign_in
        self._trust = trust
        self._session: aiohttp.ClientSession | None = None

    async def make(self) -> AsyncSupportsTokenInfo:
        """A new credential without any token. Raises SecretNotFound, CredentialUnusable or ClusterUnavailable."""
        auth, common = self._auth, self._common()
        try:
            match auth.type:
                case _ if auth.type == AuthType.SERVICE_PRINCIPAL:
                    return await self._service_principal(common)
                case _ if auth.type == AuthType.WORKLOAD_IDENTITY:
                    _check_webhook(auth)
                    return WorkloadIdentityCredential(tenant_id=auth.tenant_id, client_id=auth.client_id, **common)
                case _ if auth.type == AuthType.MANAGED_IDENTITY:
                    return ManagedIdentityCredential(client_id=auth.client_id, **common)
                case _ if auth.type == AuthType.DEFAULT:
                    return DefaultAzureCredential(**common, **_preferred(auth))
                case unknown:
                    raise CredentialUnusable(f"this version of Poolkeeper knows no spec.auth.type {unknown}")
        except (ValueError, OSError) as error:
            raise self.explain(error) from None

    def explain(self, error: Exception) -> Failure:
        """The failure that an error of the credential stands for."""
        return failure_of_token(error, self._auth, authority=self._sign_in.authority)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    def _common(self) -> dict[str, Any]:
        if self._session is None:
            # As azure-core's own, but with our context: it would make one per request otherwise.
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=self._trust),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=True,
            )
        transport = AioHttpTransport(
            session=self._session,
            session_owner=False,
            connection_timeout=_CONNECT_WITHIN,
            read_timeout=_ANSWER_WITHIN,
        )
        return {"authority": self._sign_in.authority, "transport": transport, "retry_total": 0}

    async def _service_principal(self, common: dict[str, Any]) -> AsyncSupportsTokenInfo:
        auth = self._auth
        if auth.secret is None or auth.tenant_id is None or auth.client_id is None:
            raise CredentialUnusable(f"type {auth.type} needs tenantID, clientID and secretRef in spec.auth")
        data = (await self._secrets.read(auth.secret, _OF_A_PRINCIPAL)).values
        given = [name for name in (CLIENT_SECRET, CLIENT_CERTIFICATE) if name in data]
        match given:
            case [only] if only == CLIENT_SECRET:
                # A file that a Secret was made of ends with a line end, which no client secret does.
                return ClientSecretCredential(auth.tenant_id, auth.client_id, data[CLIENT_SECRET].strip(), **common)
            case [_]:
                return _certificate(auth.secret, data, tenant=auth.tenant_id, client=auth.client_id, common=common)
            case []:
                raise SecretNotFound(f"Secret {auth.secret} has neither key {CLIENT_SECRET} nor {CLIENT_CERTIFICATE}")
            case _:
                raise CredentialUnusable(f"Secret {auth.secret} has both {CLIENT_SECRET} and {CLIENT_CERTIFICATE}")


_OF_A_PRINCIPAL = (CLIENT_SECRET, CLIENT_CERTIFICATE, CERTIFICATE_PASSWORD)
"""The keys of a Secret that a service principal may need."""


def _certificate(
    secret: Key, data: Mapping[str, str], *, tenant: str, client: str, common: dict[str, Any]
) -> CertificateCredential:
    password = data.get(CERTIFICATE_PASSWORD)
    try:
        return CertificateCredential(
            tenant,
            client,
            certificate_data=data[CLIENT_CERTIFICATE].encode(),
            password=None if password is None else password.strip(),
            **common,
        )
    except (ValueError, TypeError):
        # TypeError: a password without an encrypted key, or the other way round. The cause might quote either.
        raise CredentialUnusable(
            f"key {CLIENT_CERTIFICATE} of Secret {secret} is not a PEM certificate with its RSA key, "
            f"or key {CERTIFICATE_PASSWORD} is not the key's password"
        ) from None


def _check_webhook(auth: Auth) -> None:
    """azure-identity's words name its own arguments, which nobody who reads a status knows."""
    given = {"AZURE_TENANT_ID": auth.tenant_id, "AZURE_CLIENT_ID": auth.client_id}
    missing = [name for name in _WANTED_BY_WEBHOOK if not (given.get(name) or os.environ.get(name))]
    if missing:
        raise CredentialUnusable(
            f"the operator's pod lacks {', '.join(missing)}, which the webhook of Microsoft Entra Workload ID sets "
            "on pods with the label azure.workload.identity/use: true"
        )


def _preferred(auth: Auth) -> dict[str, str]:
    # Left out where not given: None would mean "not even what the environment says".
    given = {"managed_identity_client_id": auth.client_id, "workload_identity_tenant_id": auth.tenant_id}
    return {name: value for name, value in given.items() if value is not None}
