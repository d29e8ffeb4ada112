"""Plain requests to the API server, for what kubectl is too slow or too clever for.

A kubectl call costs a fifth of a second, nearly all of it its own start.
"""

from __future__ import annotations

import http.client
import json
import select
import ssl
import threading
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.testbed.ports import LOOPBACK

if TYPE_CHECKING:
    from pathlib import Path


class Answer(NamedTuple):
    """The HTTP status and the body as text."""

    status: int
    text: str

    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.text)


class _Connection(http.client.HTTPSConnection):
    """Closed with its thread, or with the Api."""

    def __del__(self) -> None:
        self.close()


class Api:
    """The API server as one user sees it. A thread keeps its connection: a handshake costs more than most requests."""

    def __init__(self, *, port: int, authority: Path, token: str) -> None:
        self._port = port
        self._tls = ssl.create_default_context(cafile=str(authority))
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self._kept = threading.local()

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        content_type: str = "application/json",
        accept: str = "application/json",
        timeout: float = 30,
    ) -> Answer:
        """Send one request, a body as JSON. Any status is an answer; OSError means that nobody answered."""
        content = None if body is None else json.dumps(body)
        headers = self._headers | {"Content-Type": content_type, "Accept": accept}
        connection: _Connection | None = getattr(self._kept, "connection", None)
        self._kept.connection = None
        if connection is not None and _is_open(connection):
            connection.timeout = timeout
            connection.sock.settimeout(timeout)
        else:
            connection = _Connection(LOOPBACK, self._port, context=self._tls, timeout=timeout)
        try:
            connection.request(method, path, content, headers)
            response = connection.getresponse()
            answer = Answer(response.status, response.read().decode())
        except http.client.HTTPException as error:
            connection.close()
            raise ConnectionError(f"kube-apiserver on port {self._port} hung up: {error!r}") from error
        except BaseException:
            connection.close()
            raise
        self._kept.connection = connection
        return answer

    def metrics(self) -> str:
        """Return the server's Prometheus text, some 2 MB."""
        answer = self.request("GET", "/metrics")
        if answer.status != http.HTTPStatus.OK:
            raise ConnectionError(f"kube-apiserver refused /metrics: {answer.status} {answer.text}")
        return answer.text


def _is_open(connection: _Connection) -> bool:
    """Whether the server has not closed it; then there would be something to read."""
    if connection.sock is None:
        return False
    readable, _, _ = select.select([connection.sock], [], [], 0)
    return not readable
