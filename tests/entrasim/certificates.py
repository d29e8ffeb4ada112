"""Client certificates, as people make them for an application."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.entrasim import jwt


def client_certificate(name: str = "client", *, password: str | None = None) -> tuple[x509.Certificate, str]:
    """A self-signed certificate, and it with its key as PEM, the key encrypted if there is a password."""
    key = jwt.key_of(name)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    lock: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if password is not None:
        lock = serialization.BestAvailableEncryption(password.encode())
    parts = (key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock), certificate.public_bytes(Encoding.PEM))
    return certificate, b"".join(parts).decode()
