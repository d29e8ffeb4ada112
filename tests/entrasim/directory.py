"""Tenants, applications and managed identities: who there is, how each proves it, and what each may do."""

from __future__ import annotations

import base64
import uuid
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes

TENANT = "11111111-2222-4333-8444-555555555555"
CLIENT = "66666666-7777-4888-9999-aaaaaaaaaaaa"
ISSUER = "https://cluster.example/oidc"
SUBJECT = "system:serviceaccount:poolkeeper-system:poolkeeper"
AUDIENCE = "api://AzureADTokenExchange"
BOTH = frozenset({"read", "write"})


@dataclass(kw_only=True)
class Principal:
    """One that can get tokens. `roles` is what Azure's role assignments let it do on the Batch account."""

    client_id: str
    tenant: str
    oid: str = field(default_factory=lambda: str(uuid.uuid4()))
    roles: frozenset[str] = BOTH


@dataclass(kw_only=True)
class Application(Principal):
    """An app registration: client secrets with their ends, certificates by thumbprint, federated credentials."""

    secrets: dict[str, datetime | None] = field(default_factory=dict)
    certificates: dict[str, x509.Certificate] = field(default_factory=dict)
    federations: set[tuple[str, str]] = field(default_factory=set)
    """Issuer and subject."""

    def trust(self, certificate: x509.Certificate) -> None:
        """Register a certificate."""
        thumbprint = base64.urlsafe_b64encode(certificate.fingerprint(hashes.SHA256())).decode().rstrip("=")
        self.certificates[thumbprint] = certificate


@dataclass
class Directory:
    """Everything that is registered, as one test sets it up."""

    tenants: set[str] = field(default_factory=lambda: {TENANT})
    applications: dict[str, Application] = field(default_factory=dict)
    identities: dict[str | None, Principal] = field(default_factory=dict)
    """Managed identities by client id; None is the system-assigned one."""

    def application(self, client_id: str = CLIENT, *, tenant: str = TENANT) -> Application:
        """The application of this id, registered if it is not yet."""
        self.tenants.add(tenant)
        return self.applications.setdefault(client_id, Application(client_id=client_id, tenant=tenant))

    def identity(self, client_id: str | None = None) -> Principal:
        """The managed identity of this client id, or the system-assigned one, assigned if it is not yet."""
        known = Principal(client_id=client_id or str(uuid.uuid4()), tenant=TENANT)
        return self.identities.setdefault(client_id, known)

    def principal(self, oid: str) -> Principal | None:
        """Who has this object id."""
        everybody = (*self.applications.values(), *self.identities.values())
        return next((one for one in everybody if one.oid == oid), None)
