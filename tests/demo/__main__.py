"""`python -m tests.demo tour|up|down`."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.demo import screen, tour
from tests.demo.stage import Stage, default_folder


def main() -> int:
    """Run one of the commands; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.demo", description=__doc__)
    parser.add_argument("command", choices=["tour", "up", "down"])
    return {"tour": run_tour, "up": run_up, "down": run_down}[parser.parse_args().command]()


def run_tour() -> int:
    """Set up in a folder of its own, tell the story, and leave nothing running."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="poolkeeper-demo-") as folder:
        stage = Stage(Path(folder) / "stage")
        try:
            tour.set_up(stage, leashed=True)
            tour.tell(stage)
        except Exception:
            if stage.operator_log.exists():
                print(f"\nThe operator's log:\n{stage.operator_log.read_text()}", file=sys.stderr)
            raise
        finally:
            stage.stop()
    print(f"\nDone in {time.monotonic() - began:.0f} s; nothing is left running. `make up` leaves it running for you.")
    return 0


def run_up() -> int:
    """Set up and leave running."""
    stage = Stage(default_folder())
    if not stage.running():
        stage.stop()
        stage = Stage(default_folder())
        tour.set_up(stage, leashed=False)
        screen.heading(2, "Apply the manifests")
        tour.apply_examples(stage)
    print(f"\nRunning until `make down`. The operator's log: {stage.operator_log}")
    print(f"The Batch service, and its admin routes: {stage.sim_url}/admin/pools")
    print(f"\nexport KUBECONFIG={stage.cluster.admin_kubeconfig}")
    return 0


def run_down() -> int:
    """Stop what `up` started."""
    Stage(default_folder()).stop()
    print("Nothing is running any more.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
