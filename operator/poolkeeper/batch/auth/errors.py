"""From what azure-identity raises to a failure that callers branch on, in words that do not change.

The texts of Microsoft Entra ID end with a trace id and a time, new for each attempt, and could not stand in a status;
what stays is the AADSTS code. What each asks for is told here for the codes that a wrong set-up leads to
(Microsoft's page "Microsoft Entra authentication and authorization error codes").
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    ServiceRequestTimeoutError,
    ServiceResponseTimeoutError,
)
from azure.identity import CredentialUnavailableError

from poolkeeper.batch.errors import retry_after
from poolkeeper.batch.steady import steady
from poolkeeper.domain.enums import AuthType
from poolkeeper.domain.failures import CredentialUnusable, Failure, ServiceUnavailable, Throttled, TokenRefused
from poolkeeper.domain.resources import Auth
from poolkeeper.domain.secret_text import without_queries

_CODES = {
    "53003": "a conditional access policy of the tenant stands in the way",
    "70021": "it trusts no such federated token; add a federated credential for the operator's service account",
    "500011": "the tenant knows no Azure Batch; register Microsoft.Batch in a subscription of it, or see --entra-scope",
    "700016": "the tenant has no application of this id; correct clientID or tenantID",
    "700024": "what it signed is not valid at this time; see to the clock of the node",
    "700027": "the certificate is not registered with the application, or has been removed",
    "700211": "it trusts no tokens of this cluster's issuer; correct the federated credential",
    "700212": "the federated token has another audience than its federated credential",
    "700213": "it does not trust this service account; correct the subject of the federated credential",
    "7000112": "the application is disabled",
    "7000215": "the client secret is wrong; take its value, not its id",
    "7000222": "the client secret has expired; make a new one",
    "90002": "there is no such tenant in this cloud; correct tenantID",
    "900023": "tenantID is neither a tenant's id nor one of its domains",
}
_CODE = re.compile(r"AADSTS(\d+)")

_TOO_MANY = 429
_PASSING = {404, 410}
"""Of the metadata service of a virtual machine, while it is being updated (Microsoft's page on managed identities)."""
_BROKEN = 500

_MOST_SHOWN = 1000
"""Characters of what a credential says of itself."""

TOKEN_ERRORS = (AzureError, OSError, ValueError)
"""What asking a credential for a token may raise."""


def failure_of_token(error: Exception, auth: Auth, *, authority: str) -> Failure:
    """The failure that an error of azure-identity stands for."""
    giver = "the managed identity endpoint" if auth.type == AuthType.MANAGED_IDENTITY else authority
    match error:
        case HttpResponseError():
            return _not_now(error, giver) if _is_passing(error, auth) else _refused(error, auth, giver)
        case ServiceRequestTimeoutError() | ServiceResponseTimeoutError():
            return ServiceUnavailable(f"{giver}: no answer within the time limit")
        case AzureError():
            return ServiceUnavailable(f"{giver}: cannot connect")
        case OSError(filename=str(name)):
            return CredentialUnusable(f"the operator cannot read {name}")
        case _:
            return CredentialUnusable(f"{_who(auth)} cannot be used: {_stable(str(error))}")


def _is_passing(error: HttpResponseError, auth: Auth) -> bool:
    status = error.status_code or 0
    return status == _TOO_MANY or status >= _BROKEN or (auth.type == AuthType.MANAGED_IDENTITY and status in _PASSING)


def _not_now(error: HttpResponseError, giver: str) -> Failure:
    headers = getattr(error.response, "headers", {})
    patience = retry_after(headers.get("Retry-After"), now=datetime.now(UTC))
    kind = Throttled if error.status_code == _TOO_MANY or patience is not None else ServiceUnavailable
    return kind(f"{giver} gave no token but answered {error.status_code}", retry_after=patience)


def _refused(error: HttpResponseError, auth: Auth, giver: str) -> Failure:
    said = error.message or ""
    code = _CODE.search(said)
    if code is not None:
        words = _CODES.get(code[1], "Microsoft's page on Microsoft Entra error codes explains it")
        return TokenRefused(f"Microsoft Entra ID refused {_who(auth)} with AADSTS{code[1]}: {words}", code=code[0])
    if isinstance(error, CredentialUnavailableError) or auth.type == AuthType.DEFAULT:
        return CredentialUnusable(f"{_who(auth)} cannot be used: {_stable(said)}")
    if error.response is None:
        # Neither a token nor an error, such as a gateway's page: azure-identity does not tell its status.
        return ServiceUnavailable(f"{giver} answered in a form that is not that of a token endpoint")
    return TokenRefused(f"Microsoft Entra ID refused {_who(auth)} without a code")


def _who(auth: Auth) -> str:
    client = f"client {auth.client_id}" if auth.client_id else "client of the operator's environment"
    tenant = f" of tenant {auth.tenant_id}" if auth.tenant_id else ""
    if auth.type == AuthType.SERVICE_PRINCIPAL:
        return f"{client}{tenant}, whose credential is Secret {auth.secret}"
    if auth.type == AuthType.MANAGED_IDENTITY:
        return f"the managed identity {auth.client_id}" if auth.client_id else "the system-assigned managed identity"
    if auth.type == AuthType.DEFAULT:
        return "the default credential of the operator"
    return f"the workload identity, {client}{tenant},"


def _stable(text: str) -> str:
    """What a credential, or each of a chain, says of itself, without what differs from one attempt to the next."""
    lines = text.partition("\nTo mitigate")[0].splitlines()
    kept = (re.split(r" Error: |Trace ID:", line, maxsplit=1)[0] for line in lines)
    said = without_queries(steady(" ".join(" ".join(kept).split()))).rstrip(". ")
    return said if len(said) <= _MOST_SHOWN else f"{said[:_MOST_SHOWN]}..."
