"""Starts the two servers and waits until they serve, or says why they do not."""

from __future__ import annotations

import errno
import os
import socket
import time
from http import HTTPStatus
from typing import TYPE_CHECKING

from tests.testbed import commands
from tests.testbed.errors import BedError, tail
from tests.testbed.layout import State
from tests.testbed.ports import LOOPBACK
from tests.testbed.processes import Server, spawn

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.testbed.api import Api
    from tests.testbed.layout import Layout, Ports

SERVERS = ("kube-apiserver", "etcd")
"""In the order of stopping: the API server first, or it complains of a lost etcd."""
STOP_GRACE = 5.0
"""Seconds from SIGTERM to SIGKILL. The API server needs one; with watches open it would wait a minute."""
POLL = 0.05
PROBE_TIMEOUT = 2.0
"""Short, as it may be a stranger's port that is asked, while ours could not bind and is gone."""


class PortTakenError(BedError):
    """Somebody else was quicker to bind a port that had been free."""


def launch(layout: Layout, ports: Ports, *, api: Api, leashed: bool, patience: float) -> dict[str, Server]:
    """Start etcd and kube-apiserver, note them in the state file, and return them by name once they serve.

    Raises BedError with the end of the log of the server that died or took longer than `patience`
    seconds; PortTakenError if it died of its port. Then nothing of it is running.
    """
    deadline = time.monotonic() + patience
    servers: dict[str, Server] = {}

    def bring_up(name: str, command: list[str], trouble: Callable[[], str | None]) -> None:
        servers[name] = spawn(name, command, log=layout.log(name), marker=layout.marker, leashed=leashed)
        layout.write_state(State(ports=ports, pids={each.name: each.pid for each in servers.values()}))
        _await(servers, name, trouble, deadline)

    try:
        bring_up("etcd", commands.etcd(layout, ports), lambda: listening(ports.etcd))
        bring_up("kube-apiserver", commands.kube_apiserver(layout, ports), lambda: ready(api))
    except BaseException:
        stop(servers)
        raise
    return servers


def stop(servers: dict[str, Server]) -> None:
    """Stop the servers for certain, in order, and forget them."""
    for name in SERVERS:
        if server := servers.get(name):
            server.stop(grace=STOP_GRACE)
    servers.clear()


def _await(servers: dict[str, Server], name: str, trouble: Callable[[], str | None], deadline: float) -> None:
    while (reason := trouble()) is not None or not _all_run(servers):
        for server in servers.values():
            if not server.running():
                raise _obituary(server)
        if time.monotonic() > deadline:
            raise BedError(f"{name} does not serve in time: {reason}; {tail(servers[name].log)}")
        time.sleep(POLL)


def _all_run(servers: dict[str, Server]) -> bool:
    # Asked after the port answered: what answers there may be a stranger that kept ours from binding.
    return all(server.running() for server in servers.values())


def _obituary(server: Server) -> BedError:
    said = server.log.read_text(errors="replace")
    kind = PortTakenError if os.strerror(errno.EADDRINUSE).lower() in said.lower() else BedError
    return kind(f"{server.name} ended while starting; {tail(server.log)}")


def listening(port: int) -> str | None:
    """Return why nobody can connect to a loopback port; None if somebody listens."""
    try:
        socket.create_connection((LOOPBACK, port), timeout=1).close()
    except OSError as error:
        return f"port {port}: {error}"
    return None


def ready(api: Api) -> str | None:
    """Return what `/readyz` still waits for; None if the API server is ready."""
    try:
        answer = api.request("GET", "/readyz", timeout=PROBE_TIMEOUT)
    except OSError as error:
        return f"/readyz: {error}"
    return None if answer.status == HTTPStatus.OK else f"/readyz: {answer.status} {answer.text}"
