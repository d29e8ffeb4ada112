"""`python -m tests.testbed build|up|down|status`: a cluster to play with, without pytest."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.testbed import binaries, lock, paths, progress
from tests.testbed.cluster import Cluster
from tests.testbed.errors import BedError
from tests.testbed.install import install
from tests.testbed.kubectl import KubectlError
from tests.testbed.layout import Layout

NOT_RUNNING = 3
"""Exit code of `status`, as service managers have it."""


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit code. Standard output is for `eval`; the rest goes to standard error."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "build":
            progress.say(f"the binaries are in {binaries.ensure()}")
            return 0
        folder = (options.dir or paths.home() / "run").absolute()
        with lock.exclusive(Layout(folder).lock):
            return {"up": up, "down": down, "status": status}[options.command](Cluster(folder))
    except (BedError, KubectlError) as error:
        print(f"testbed: {error}", file=sys.stderr)
        return 1


def up(cluster: Cluster) -> int:
    """Start the cluster if it does not run, with CRDs and RBAC as they are now, and print its KUBECONFIG."""
    binaries.ensure()
    if not cluster.running():
        # What a crash left half alive has unknown data; a fresh start is what `up` promises.
        cluster.destroy()
        progress.say("starting etcd and kube-apiserver (about 4 s)")
        cluster.start(leashed=False)
    install(cluster)
    progress.say(f"{cluster.url} is up; the operator's own user is in {cluster.operator_kubeconfig}")
    print(f"export KUBECONFIG={cluster.admin_kubeconfig}")
    return 0


def down(cluster: Cluster) -> int:
    """Stop the cluster for certain and forget its data."""
    was = cluster.running()
    cluster.destroy()
    progress.say(f"{'stopped' if was else 'nothing was running in'} {cluster.layout.folder}")
    return 0


def status(cluster: Cluster) -> int:
    """Say what runs; NOT_RUNNING if it is not both servers."""
    if not cluster.running():
        half = [name for name, server in cluster.servers.items() if server.running()]
        found = f"only {', '.join(half)} runs" if half else "nothing runs"
        progress.say(f"{found} in {cluster.layout.folder}; start it: python -m tests.testbed up")
        return NOT_RUNNING
    pids = ", ".join(f"{server.name} {server.pid}" for server in cluster.servers.values())
    progress.say(f"{cluster.url} is up ({pids}); logs: {cluster.layout.log('*').parent}")
    print(f"export KUBECONFIG={cluster.admin_kubeconfig}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.testbed", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("build", help="make kube-apiserver, etcd and kubectl be in .testbed/bin")
    for name, text in {
        "up": 'start a cluster that stays: eval "$(python -m tests.testbed up)"',
        "down": "stop it and forget its data",
        "status": "say whether it runs",
    }.items():
        command = commands.add_parser(name, help=text)
        command.add_argument("--dir", type=Path, help="the cluster's folder (default: .testbed/run)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
