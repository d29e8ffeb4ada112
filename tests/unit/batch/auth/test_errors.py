"""What azure-identity raises, as failures; what happens over a network stands in the contract tests."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from azure.core.exceptions import (
    ClientAuthenticationError,
    ServiceRequestError,
    ServiceRequestTimeoutError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
)
from azure.identity import CredentialUnavailableError

from poolkeeper.batch.auth.errors import failure_of_token
from poolkeeper.domain import failures
from poolkeeper.domain.enums import AuthType
from poolkeeper.domain.reasons import Requeue
from poolkeeper.domain.resources import Auth, Key

AUTHORITY = "https://login.microsoftonline.com"
PRINCIPAL = Auth(
    AuthType.SERVICE_PRINCIPAL, tenant_id="contoso.com", client_id="client-1", secret=Key("lab", "credentials")
)
WORKLOAD = Auth(AuthType.WORKLOAD_IDENTITY)
MANAGED = Auth(AuthType.MANAGED_IDENTITY)
ENTRA = "Microsoft Entra ID error '(invalid_client) AADSTS{} Trace ID: 4711 Timestamp: 2026-01-01'"


class Row(NamedTuple):
    reason: str
    error: Exception
    auth: Auth
    kind: type[failures.Failure]
    cause: str


ROWS = [
    Row(
        "an expired secret",
        ClientAuthenticationError(ENTRA.format("7000222: The keys for app 'x' are expired.")),
        PRINCIPAL,
        failures.TokenRefused,
        "Microsoft Entra ID refused client client-1 of tenant contoso.com, whose credential is Secret lab/credentials "
        "with AADSTS7000222: the client secret has expired; make a new one",
    ),
    Row(
        "a service account that is not trusted",
        ClientAuthenticationError(ENTRA.format("700213: No matching record.")),
        WORKLOAD,
        failures.TokenRefused,
        "Microsoft Entra ID refused the workload identity, client of the operator's environment, "
        "with AADSTS700213: it does not trust this service account; correct the subject of the federated credential",
    ),
    Row(
        "a code that is new",
        ClientAuthenticationError(ENTRA.format("999999: News.")),
        MANAGED,
        failures.TokenRefused,
        "Microsoft Entra ID refused the system-assigned managed identity "
        "with AADSTS999999: Microsoft's page on Microsoft Entra error codes explains it",
    ),
    Row(
        "nobody at the metadata service",
        CredentialUnavailableError("ManagedIdentityCredential authentication unavailable, no response."),
        MANAGED,
        failures.CredentialUnusable,
        "the system-assigned managed identity cannot be used: "
        "ManagedIdentityCredential authentication unavailable, no response",
    ),
    Row(
        "a chain of which nothing is there",
        ClientAuthenticationError(
            "DefaultAzureCredential failed.\nAttempted credentials:\n\tOne: not set. Error: <4711>\n\tTwo: no file"
            "\nTo mitigate this issue, see elsewhere."
        ),
        Auth(AuthType.DEFAULT),
        failures.CredentialUnusable,
        "the default credential of the operator cannot be used: "
        "DefaultAzureCredential failed. Attempted credentials: One: not set. Two: no file",
    ),
    Row(
        "a time, which is another with every try",
        CredentialUnavailableError("One: expired. Current time: 2026-01-01T00:00:00.12Z, end: 2025-12-31T00:00:00Z."),
        Auth(AuthType.DEFAULT),
        failures.CredentialUnusable,
        "the default credential of the operator cannot be used: One: expired. Current time: (time), end: (time)",
    ),
    Row(
        "no connection",
        ServiceRequestError("Cannot connect to 10.0.0.1"),
        PRINCIPAL,
        failures.ServiceUnavailable,
        f"{AUTHORITY}: cannot connect",
    ),
    Row(
        "a connection that broke",
        ServiceResponseError("4711"),
        PRINCIPAL,
        failures.ServiceUnavailable,
        f"{AUTHORITY}: cannot connect",
    ),
    Row(
        "no connection in time",
        ServiceRequestTimeoutError("4711"),
        PRINCIPAL,
        failures.ServiceUnavailable,
        f"{AUTHORITY}: no answer within the time limit",
    ),
    Row(
        "no answer in time",
        ServiceResponseTimeoutError("4711"),
        MANAGED,
        failures.ServiceUnavailable,
        "the managed identity endpoint: no answer within the time limit",
    ),
    Row(
        "a file that is not there",
        FileNotFoundError(2, "No such file", "/var/run/secrets/token"),
        WORKLOAD,
        failures.CredentialUnusable,
        "the operator cannot read /var/run/secrets/token",
    ),
    Row(
        "an argument that makes no sense",
        ValueError("Invalid value for AZURE_TOKEN_CREDENTIALS: staging."),
        Auth(AuthType.DEFAULT),
        failures.CredentialUnusable,
        "the default credential of the operator cannot be used: Invalid value for AZURE_TOKEN_CREDENTIALS: staging",
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.reason)
def test_an_error_becomes_a_failure_whose_words_stay(row: Row) -> None:
    failure = failure_of_token(row.error, row.auth, authority=AUTHORITY)
    assert type(failure) is row.kind
    assert failure.cause == row.cause
    assert "4711" not in str(failure)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.reason)
def test_none_of_them_is_given_up(row: Row) -> None:
    assert failure_of_token(row.error, row.auth, authority=AUTHORITY).retry in {Requeue.SLOWLY, Requeue.BACKOFF}


def test_what_a_credential_says_is_cut_to_what_a_status_can_hold() -> None:
    failure = failure_of_token(CredentialUnavailableError("word " * 1000), MANAGED, authority=AUTHORITY)
    assert failure.cause.endswith("...")
    assert len(failure.cause) < 1200
