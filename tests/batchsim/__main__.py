"""Runs one account as a process: `python -m tests.batchsim --port 0 --pools tests/batchsim/pools.yaml`.

The first line on stdout is the URL, printed when requests are answered. SIGTERM and SIGINT end it cleanly.
"""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from tests.batchsim.certs import server_context
from tests.batchsim.sim import DEFAULT_KEY, BatchSim, load_pools


def main(arguments: list[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    if (given.cert is None) != (given.key_file is None):
        print("batchsim: --cert and --key-file go together", file=sys.stderr)
        return 2
    try:
        pools = load_pools(given.pools) if given.pools else []
    except (OSError, ValueError) as problem:
        print(f"batchsim: cannot read the pools: {problem}", file=sys.stderr)
        return 2
    sim = BatchSim(
        pools=pools,
        account=given.account,
        key=given.key,
        tokens=given.token,
        port=given.port,
        tls=None if given.cert is None else server_context(certificate=given.cert, key=given.key_file),
        settle_seconds=given.settle,
        max_body=given.max_body,
    )
    # Blocked before the server's thread starts, so that no thread but this one gets them.
    ends = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    try:
        sim.start()
    except OSError as problem:
        print(f"batchsim: cannot listen on port {given.port}: {problem}", file=sys.stderr)
        return 1
    print(sim.url, flush=True)
    signal.sigwait(ends)
    sim.stop()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.batchsim", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one (default)")
    parser.add_argument("--pools", type=Path, help="YAML or JSON file: a list of pools in the service's shape")
    parser.add_argument("--account", default="research", help="the account's name (default: research)")
    parser.add_argument("--key", default=DEFAULT_KEY, help="the account's key in base64")
    parser.add_argument("--token", action="append", default=[], help="a bearer token that is let in; repeatable")
    parser.add_argument("--cert", type=Path, help="PEM certificate chain: serve https")
    parser.add_argument("--key-file", type=Path, help="PEM private key of --cert")
    parser.add_argument("--settle", type=float, default=2.0, help="seconds a resize, reboot or deletion takes")
    parser.add_argument("--max-body", type=int, default=4 * 1024 * 1024, help="bytes; beyond it 413")
    return parser


if __name__ == "__main__":
    sys.exit(main())
