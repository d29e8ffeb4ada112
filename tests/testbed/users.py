"""Who may talk to the test bed's API server, and the files that say so: its token file and the kubeconfigs."""

from __future__ import annotations

import base64
import csv
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from tests.testbed.ports import LOOPBACK

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class User:
    """A name for the kubeconfig file, the user name that the API server sees, and the groups."""

    name: str
    username: str
    groups: tuple[str, ...]


ADMIN = User("admin", "testbed-admin", ("system:masters",))
OPERATOR = User(
    "operator",
    # What a Pod of the shipped Deployment is to the API server, groups included
    # (kubernetes.io, "Service accounts": username and groups of a service account token).
    "system:serviceaccount:poolkeeper-system:poolkeeper",
    ("system:serviceaccounts", "system:serviceaccounts:poolkeeper-system", "system:authenticated"),
)
USERS = (ADMIN, OPERATOR)


def ensure_tokens(file: Path) -> dict[str, str]:
    """Return the token of each user by its short name, writing the API server's token file if there is none."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        half = file.with_suffix(".part")
        half.touch(mode=0o600)
        with half.open("w", newline="") as handle:
            rows = csv.writer(handle, lineterminator="\n")
            for user in USERS:
                rows.writerow([secrets.token_hex(16), user.username, user.name, ",".join(user.groups)])
        half.replace(file)
    with file.open(newline="") as handle:
        return {row[2]: row[0] for row in csv.reader(handle)}


def write_kubeconfig(file: Path, *, user: str, token: str, port: int, authority: Path) -> None:
    """Write a kubeconfig that stands alone: the authority's certificate is in it, no path is."""
    certificate = base64.b64encode(authority.read_bytes()).decode()
    server = {"server": f"https://{LOOPBACK}:{port}", "certificate-authority-data": certificate}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "testbed", "cluster": server}],
        "users": [{"name": user, "user": {"token": token}}],
        "contexts": [{"name": user, "context": {"cluster": "testbed", "user": user}}],
        "current-context": user,
    }
    file.touch(mode=0o600)
    file.write_text(yaml.safe_dump(config, sort_keys=False))
