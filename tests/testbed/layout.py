"""The files of one cluster, all in one folder:

admin.kubeconfig     may do everything
operator.kubeconfig  the operator's own user, with the RBAC that was applied and no more
state.json           ports and process ids of the running servers
pki/                 certificates, keys and tokens, for this cluster alone
etcd/                the data
logs/                what the servers say
home/                kubectl's home and discovery cache
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path


class Ports(NamedTuple):
    """Where the servers listen, on 127.0.0.1."""

    api: int
    etcd: int
    peer: int


@dataclass(frozen=True, kw_only=True)
class State:
    """What another process must know to find the servers, and to stop them."""

    ports: Ports
    pids: dict[str, int]


@dataclass(frozen=True)
class Layout:
    """Names the files of the cluster in `folder`."""

    folder: Path

    @property
    def marker(self) -> str:
        """What the command line of each server of this cluster contains, and of no other."""
        return f"={self.folder}/"

    @property
    def pki(self) -> Path:
        return self.folder / "pki"

    @property
    def tokens(self) -> Path:
        return self.pki / "tokens.csv"

    @property
    def data(self) -> Path:
        return self.folder / "etcd"

    @property
    def kubectl_home(self) -> Path:
        return self.folder / "home"

    @property
    def state_file(self) -> Path:
        return self.folder / "state.json"

    @property
    def lock(self) -> Path:
        return self.folder / "lock"

    def kubeconfig(self, user: str) -> Path:
        return self.folder / f"{user}.kubeconfig"

    def log(self, server: str) -> Path:
        return self.folder / "logs" / f"{server}.log"

    def read_state(self) -> State | None:
        """Return what runs here according to the state file; None if there is none or it was cut short."""
        try:
            raw = json.loads(self.state_file.read_text())
            return State(ports=Ports(**raw["ports"]), pids=raw["pids"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def write_state(self, state: State) -> None:
        raw = asdict(state) | {"ports": state.ports._asdict()}
        half = self.state_file.with_suffix(".part")
        half.write_text(json.dumps(raw, indent=2) + "\n")
        half.replace(self.state_file)
