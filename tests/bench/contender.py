"""Who is measured: a command line, what it can do, and the process once it runs."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.accounts import Accounts
from tests.testbed.cluster import Cluster
from tests.testbed.errors import BedError, tail
from tests.testbed.ports import LOOPBACK, free_ports
from tests.testbed.processes import spawn


@dataclass(frozen=True, kw_only=True)
class Contender:
    """`statuses`: it writes them. `patches`: it needs to patch BatchPools themselves."""

    name: str
    title: str
    command: Callable[[Scene], list[str]]
    statuses: bool = True
    patches: bool = False


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What a contender is put in front of."""

    cluster: Cluster
    accounts: Accounts
    namespace: str
    interval: int
    folder: Path

    def config(self) -> Path:
        """The file that tells the contenders which are not Poolkeeper what it reads from Kubernetes itself."""
        known = {
            one.name: {"endpoint": one.url, "accountName": one.name, "key": self.accounts.key}
            for one in self.accounts.every
        }
        about: dict[str, Any] = {
            "kubeconfig": str(self.cluster.operator_kubeconfig),
            "namespace": self.namespace,
            "interval": self.interval,
            "accounts": known,
        }
        file = self.folder / f"{self.namespace}.json"
        file.write_text(json.dumps(about))
        return file


class Running:
    """The process of a contender."""

    def __init__(self, contender: Contender, scene: Scene) -> None:
        self.metrics_port = 0
        command = contender.command(scene)
        if "--metrics-port" in command:
            self.metrics_port = int(command[command.index("--metrics-port") + 1])
        log = scene.folder / f"{scene.namespace}-{int(time.time() * 1000)}.log"
        self.began = time.time()
        self._server = spawn(contender.name, command, log=log, marker=scene.namespace, leashed=True)

    @property
    def pid(self) -> int:
        """Of the process itself: what ties it to the bench became it."""
        return self._server.pid

    def check(self) -> None:
        """BedError, with the end of its log, if it has ended by itself."""
        if not self._server.running():
            raise BedError(f"{self._server.name} has ended by itself\n{tail(self._server.log)}")

    def log_tail(self) -> str:
        """For messages."""
        return tail(self._server.log)

    def stop(self) -> None:
        """SIGTERM, and SIGKILL if that does not help."""
        self._server.stop(grace=25.0)


def _poolkeeper(scene: Scene) -> list[str]:
    health, metrics = free_ports(2)
    allowed = [word for one in scene.accounts.every for word in ("--allow-endpoint", one.url)]
    return [
        *(sys.executable, "-m", "poolkeeper", "run", "--kubeconfig", str(scene.cluster.operator_kubeconfig)),
        *("--namespace", scene.namespace, "--listen", LOOPBACK),
        *("--health-port", str(health), "--metrics-port", str(metrics)),
        *allowed,
    ]


def _module(name: str, *flags: str) -> Callable[[Scene], list[str]]:
    def command(scene: Scene) -> list[str]:
        return [sys.executable, "-m", f"tests.bench.contenders.{name}", str(scene.config()), *flags]

    return command


POOLKEEPER = Contender(name="poolkeeper", title="Poolkeeper", command=_poolkeeper)
KOPF = Contender(name="kopf", title="textbook kopf", command=_module("textbook_kopf"), patches=True)
LOOP = Contender(name="loop", title="bare loop", command=_module("bare_loop"))
LOOP_SAME = Contender(name="loop-same", title="bare loop, same calls", command=_module("bare_loop", "--same-calls"))
SCRIPT = Contender(name="script", title="SDK script", command=_module("sdk_script"), statuses=False)
CONTENDERS = (POOLKEEPER, KOPF, LOOP, LOOP_SAME, SCRIPT)


def chosen(names: tuple[str, ...]) -> tuple[Contender, ...]:
    """Those of these names, all if none is given."""
    known = {one.name: one for one in CONTENDERS}
    if unknown := [name for name in names if name not in known]:
        raise BedError(f"no contender is called {', '.join(unknown)}; there are {', '.join(known)}")
    return tuple(known[name] for name in names) or CONTENDERS
