"""The handle that tests hold.

with EntraSim(tls=authority.server_context()) as entra:
    application = entra.directory.application()
    application.secrets["s3cret"] = None           # its end, or None
    BatchSim(judge=entra.judge, tls=...)           # an account that takes its tokens
    entra.trouble(aadsts=7000222, count=1)
    entra.journal.entries()
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from tests.batchsim.etags import utc_now
from tests.batchsim.server import ServerThread
from tests.entrasim import jwt
from tests.entrasim.directory import AUDIENCE, ISSUER, SUBJECT, Directory
from tests.entrasim.endpoints import Service, entra_app, imds_app
from tests.entrasim.faults import Switchboard, Trouble
from tests.entrasim.issuer import Issuer, Judge
from tests.entrasim.journal import Journal


class EntraSim:
    """Entra on https, the metadata service on http, both on 127.0.0.1."""

    def __init__(self, *, tls: ssl.SSLContext, clock: Callable[[], datetime] = utc_now) -> None:
        self.clock = clock
        self.directory = Directory()
        self.issuer = Issuer(clock)
        self.journal = Journal()
        self.judge = Judge(self.directory)
        self.troubles = Switchboard()
        service = Service(self.directory, self.issuer, self.journal, self.troubles, clock)
        self._entra = ServerThread(lambda: entra_app(service), tls=tls)
        self._imds = ServerThread(lambda: imds_app(service))

    def start(self) -> Self:
        self._entra.start()
        self._imds.start()
        return self

    def stop(self) -> None:
        self._entra.stop()
        self._imds.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    @property
    def authority(self) -> str:
        return f"https://127.0.0.1:{self._entra.port}"

    @property
    def imds(self) -> str:
        """For AZURE_POD_IDENTITY_AUTHORITY_HOST."""
        return f"http://127.0.0.1:{self._imds.port}"

    def trouble(self, **kind: Any) -> None:
        """Switch a trouble on; `Trouble` tells which there are."""
        self.troubles.add(Trouble(**kind))

    def federated_token(
        self, file: Path, *, subject: str = SUBJECT, issuer: str = ISSUER, audience: str = AUDIENCE
    ) -> Path:
        """Write a service account's token of the cluster to a file, as the kubelet does; good for an hour."""
        now = int(self.clock().timestamp())
        claims = {"iss": issuer, "sub": subject, "aud": audience, "iat": now, "nbf": now, "exp": now + 3600}
        file.write_text(jwt.sign(claims, jwt.key_of(issuer), kid=issuer))
        return file
