"""What the demonstration stands on: API server, Batch service and operator, started and found again."""

from __future__ import annotations

import json
import os
import shutil
import sys
import urllib.request
from pathlib import Path
from typing import Any

import yaml

from tests.batchsim.sim import DEFAULT_KEY, EXAMPLE_POOLS
from tests.testbed import paths
from tests.testbed.cluster import Cluster
from tests.testbed.install import install
from tests.testbed.kubectl import Kubectl
from tests.testbed.ports import LOOPBACK, free_ports
from tests.testbed.processes import Server, spawn
from tests.testbed.waiting import until

NAMESPACE = "default"
EXAMPLES = paths.ROOT / "deploy" / "examples"
CHECK_INTERVAL = "3s"
"""Of the demonstration's account: nobody wants to watch for a minute."""

Json = dict[str, Any]


class Stage:
    """Everything in one folder; a state file there finds the processes again from another command."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cluster = Cluster(folder / "cluster")
        self._state = folder / "state.json"
        known = json.loads(self._state.read_text()) if self._state.exists() else {}
        self.sim_url: str = known.get("sim_url", "")
        self._servers = [
            Server(name=name, pid=pid, marker=str(folder), log=folder / f"{name}.log")
            for name, pid in known.get("pids", {}).items()
        ]

    @property
    def kubectl(self) -> Kubectl:
        return self.cluster.kubectl.within(NAMESPACE)

    @property
    def operator_log(self) -> Path:
        return self.folder / "operator.log"

    def running(self) -> bool:
        return self.cluster.running() and bool(self._servers) and all(one.running() for one in self._servers)

    def start_cluster(self, *, leashed: bool) -> None:
        """A real kube-apiserver with the CRDs and the operator's RBAC."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.cluster.start(leashed=leashed)
        install(self.cluster)

    def start_batch(self, *, leashed: bool) -> None:
        """The Batch stand-in with its five pools."""
        command = [sys.executable, "-m", "tests.batchsim", "--port", "0", "--pools", self._marked(EXAMPLE_POOLS)]
        server = self._spawn("batch", command, leashed=leashed)
        first = until(lambda: server.log.read_text().partition("\n")[0], what="the Batch service starts", patience=20)
        self.sim_url = first.strip()
        self._remember()

    def start_operator(self, *, leashed: bool) -> None:
        """The operator as its own user, which may do what deploy/kustomize grants it and nothing else."""
        health, metrics = free_ports(2)
        command = [
            *(sys.executable, "-m", "poolkeeper", "run", "--kubeconfig", str(self.cluster.operator_kubeconfig)),
            *("--allow-endpoint", self.sim_url, "--listen", LOOPBACK, "--log-format", "text"),
            *("--health-port", str(health), "--metrics-port", str(metrics)),
        ]
        self._spawn("operator", command, leashed=leashed)
        until(lambda: _answers(f"http://{LOOPBACK}:{health}/readyz"), what="the operator is ready", patience=30)
        self._remember()

    def stop(self) -> None:
        """Stop everything that was started, for certain, and forget it."""
        for server in reversed(self._servers):
            server.stop(grace=10)
        self.cluster.destroy()
        shutil.rmtree(self.folder, ignore_errors=True)

    def account_manifest(self) -> Json:
        """The example account, with the endpoint of the stand-in and a short interval."""
        account: Json = yaml.safe_load((EXAMPLES / "account.yaml").read_text())
        account["spec"] |= {"endpoint": self.sim_url, "accountName": "research", "checkInterval": CHECK_INTERVAL}
        return account

    def create_secret(self) -> None:
        """The account's key, as an administrator would create it."""
        self.kubectl.out("create", "secret", "generic", "batch-credentials", f"--from-literal=accountKey={DEFAULT_KEY}")

    def live(self, pool_id: str) -> Json:
        """The pool as the service keeps it."""
        return self._admin("GET", f"/admin/pools/{pool_id}")

    def drift(self, pool_id: str, merge: Json) -> None:
        """Change the pool as anybody with access to the account could."""
        self._admin("POST", f"/admin/pools/{pool_id}/drift", merge)

    def _spawn(self, name: str, command: list[str], *, leashed: bool) -> Server:
        log = self.folder / f"{name}.log"
        server = spawn(name, command, log=log, marker=str(self.folder), leashed=leashed)
        self._servers.append(server)
        self._remember()
        return server

    def _marked(self, file: Path) -> str:
        # A copy in our folder, so that the folder's name stands in the command line and tells the process is ours.
        return str(shutil.copy(file, self.folder / file.name))

    def _remember(self) -> None:
        pids = {server.name: server.pid for server in self._servers}
        self._state.write_text(json.dumps({"sim_url": self.sim_url, "pids": pids}))

    def _admin(self, method: str, path: str, body: Json | None = None) -> Json:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.sim_url + path, data=data, method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=10) as response:
            answer: Json = json.load(response)
        return answer


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def default_folder() -> Path:
    """Beside the binaries of the test bed."""
    return Path(os.environ.get("POOLKEEPER_DEMO_DIR", paths.ROOT / ".demo")).absolute()
