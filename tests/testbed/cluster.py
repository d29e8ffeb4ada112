"""A real Kubernetes API server with its etcd, on free loopback ports, in one folder (`layout.py`).

There is no kube-controller-manager: a deleted namespace stays Terminating for ever and owner references are
not collected. Whoever wants a clean namespace takes a new name.
"""

from __future__ import annotations

import atexit
import shutil
import threading
from typing import TYPE_CHECKING

from tests.testbed import launch, pki, users
from tests.testbed import metrics as counted
from tests.testbed.api import Api
from tests.testbed.errors import BedError
from tests.testbed.kubectl import Kubectl
from tests.testbed.layout import Layout, Ports
from tests.testbed.ports import LOOPBACK, free_ports
from tests.testbed.processes import Server

if TYPE_CHECKING:
    from pathlib import Path

START_ATTEMPTS = 5


class Cluster:
    """The cluster in a folder: started here, or found running there."""

    def __init__(self, folder: Path) -> None:
        self.layout = Layout(folder.absolute())
        state = self.layout.read_state()
        self._ports = state.ports if state else None
        self._apis: dict[tuple[str, int, str], Api] = {}
        self.servers: dict[str, Server] = {
            name: Server(name=name, pid=pid, marker=self.layout.marker, log=self.layout.log(name))
            for name, pid in (state.pids if state else {}).items()
        }

    # -- life ---------------------------------------------------------------------------------------

    def start(self, *, leashed: bool = True, patience: float = 60.0) -> None:
        """Start both servers and return when the API server is ready; nothing happens if they run.

        Leashed, they die with the calling process however it ends, and must be started from its main
        thread (the kernel watches the thread); unleashed, they go on until `stop`. A stopped cluster starts
        again with its data and, if still free, its ports. Raises BedError with the end of a server's
        log, after which nothing is running.
        """
        if self.running():
            return
        if leashed and threading.current_thread() is not threading.main_thread():
            raise BedError(
                "a leashed cluster dies with the thread that starts it; start it from the main thread, or "
                "with leashed=False and your own stop()"
            )
        self.stop()
        pki.ensure(self.layout.pki)
        users.ensure_tokens(self.layout.tokens)
        self.layout.kubectl_home.mkdir(exist_ok=True)
        if leashed:
            # Harmless in a forked child: Popen there takes processes that are not its own for ended.
            atexit.register(self.stop)
        for attempt in range(1, START_ATTEMPTS + 1):
            try:
                self._launch(leashed=leashed, patience=patience)
            except launch.PortTakenError:
                self._ports = None
                if attempt == START_ATTEMPTS:
                    raise
            else:
                return

    def stop(self) -> None:
        """Stop both servers for certain and keep the data. May be called at any time, and twice."""
        launch.stop(self.servers)
        atexit.unregister(self.stop)

    def destroy(self) -> None:
        """Stop both servers and forget the data; the logs stay."""
        self.stop()
        shutil.rmtree(self.layout.data, ignore_errors=True)
        self.layout.state_file.unlink(missing_ok=True)
        self._ports = None

    def running(self) -> bool:
        """Tell whether both servers run."""
        return set(self.servers) == set(launch.SERVERS) and all(one.running() for one in self.servers.values())

    # -- use ----------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """The API server's address."""
        return f"https://{LOOPBACK}:{self.ports.api}"

    @property
    def ports(self) -> Ports:
        """Where the servers listen. Raises BedError if the cluster has never been started."""
        if self._ports is None:
            raise BedError(f"no cluster has been started in {self.layout.folder}; call start() first")
        return self._ports

    @property
    def admin_kubeconfig(self) -> Path:
        """The kubeconfig of a user who may do everything."""
        return self.layout.kubeconfig(users.ADMIN.name)

    @property
    def operator_kubeconfig(self) -> Path:
        """The kubeconfig of the operator's service account: only what RBAC grants it."""
        return self.layout.kubeconfig(users.OPERATOR.name)

    @property
    def kubectl(self) -> Kubectl:
        """kubectl as the administrator."""
        return Kubectl(kubeconfig=self.admin_kubeconfig, cache_dir=self.layout.kubectl_home)

    @property
    def operator_kubectl(self) -> Kubectl:
        """kubectl as the operator's user."""
        return Kubectl(kubeconfig=self.operator_kubeconfig, cache_dir=self.layout.kubectl_home)

    def api(self, user: users.User = users.ADMIN) -> Api:
        """Return plain HTTP access as a user."""
        token = users.ensure_tokens(self.layout.tokens)[user.name]
        known = (user.name, self.ports.api, token)
        if known not in self._apis:
            self._apis[known] = Api(port=self.ports.api, authority=self.layout.pki / "ca.crt", token=token)
        return self._apis[known]

    def metrics(self) -> str:
        """Return the API server's Prometheus text."""
        return self.api().metrics()

    def writes(
        self,
        *,
        resource: str | None = None,
        subresource: str | None = None,
        group: str | None = None,
        verb: str | None = None,
    ) -> int:
        """Count the writes that the API server was asked for since it started (`metrics.writes`)."""
        return counted.writes(self.metrics(), resource=resource, subresource=subresource, group=group, verb=verb)

    # -- inside -------------------------------------------------------------------------------------

    def _launch(self, *, leashed: bool, patience: float) -> None:
        self._ports = self._ports or Ports(*free_ports(len(Ports._fields)))
        for user, token in users.ensure_tokens(self.layout.tokens).items():
            users.write_kubeconfig(
                self.layout.kubeconfig(user),
                user=user,
                token=token,
                port=self._ports.api,
                authority=self.layout.pki / "ca.crt",
            )
        self.servers = launch.launch(self.layout, self._ports, api=self.api(), leashed=leashed, patience=patience)
