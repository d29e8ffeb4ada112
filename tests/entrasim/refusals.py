"""What Microsoft Entra ID answers when it gives no token: its codes, statuses and texts, with the parts that differ.

Codes and texts: Microsoft's page "Microsoft Entra authentication and authorization error codes".
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

CODES: dict[int, tuple[int, str, str]] = {
    70011: (400, "invalid_scope", "The provided value for the input parameter 'scope' is not valid."),
    90002: (400, "invalid_request", "Tenant was not found. Check to make sure you have the correct tenant ID."),
    500011: (400, "invalid_resource", "The resource principal was not found in the tenant."),
    700016: (400, "unauthorized_client", "Application was not found in the directory."),
    700024: (401, "invalid_client", "Client assertion is not within its valid time range."),
    700027: (401, "invalid_client", "The certificate with identifier used to sign the client assertion is not known."),
    700211: (401, "invalid_client", "No matching federated identity record found for presented assertion issuer."),
    700212: (401, "invalid_client", "No matching federated identity record found for presented assertion audience."),
    700213: (401, "invalid_client", "No matching federated identity record found for presented assertion subject."),
    7000215: (401, "invalid_client", "Invalid client secret provided."),
    7000222: (401, "invalid_client", "The provided client secret keys for app are expired."),
}


class NoTokenError(Exception):
    """The request is refused with an AADSTS code."""

    def __init__(self, code: int) -> None:
        self.code = code
        self.status, self.error, self.text = CODES[code]
        super().__init__(f"AADSTS{code}")

    def body(self) -> dict[str, Any]:
        """The answer; ids and times are new each time, as the real ones are."""
        now, trace, correlation = datetime.now(UTC), uuid.uuid4(), uuid.uuid4()
        return {
            "error": self.error,
            "error_description": (
                f"AADSTS{self.code}: {self.text} Trace ID: {trace} Correlation ID: {correlation}"
                f" Timestamp: {now:%Y-%m-%d %H:%M:%SZ}"
            ),
            "error_codes": [self.code],
            "timestamp": f"{now:%Y-%m-%d %H:%M:%SZ}",
            "trace_id": str(trace),
            "correlation_id": str(correlation),
        }
