"""`python -m tests.bench`: measure, and write Markdown, JSON and a plot into build/bench."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from types import FrameType

from tests.bench.contender import CONTENDERS
from tests.bench.options import FULL, PHASES, QUICK, Options
from tests.bench.plot import svg
from tests.bench.report import Report, load, save
from tests.bench.run import run, say
from tests.bench.table import page, replaced
from tests.testbed import paths
from tests.testbed.errors import BedError

RESULTS = paths.ROOT / "build" / "bench"
PAGE = paths.ROOT / "docs" / "performance.md"
PLOT = paths.ROOT / "docs" / "performance.svg"
INTERRUPTED = 130


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit code. Every process ends with it, also after Ctrl-C or SIGTERM."""
    given = _parser().parse_args(arguments)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    began = time.monotonic()
    options = _options(given)
    try:
        # A part that is measured again takes its place among the others; they keep the options they were made with.
        report = load(given.results) if given.add else Report(options=options)
        with tempfile.TemporaryDirectory(prefix="poolkeeper-bench-") as folder:
            report = run(options, folder=Path(folder), results=given.results, report=report)
    except BedError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"bench: interrupted; what was measured until then is in {given.results}", file=sys.stderr)
        return INTERRUPTED
    publish(report, given.results, write=given.write)
    say(f"took {(time.monotonic() - began) / 60:.1f} minutes; results: {given.results}")
    print(page(report))
    return 0


def publish(report: Report, folder: Path, *, write: bool) -> None:
    """Results into a folder and, if asked to, into the documentation."""
    save(report, folder)
    (folder / "results.md").write_text(page(report))
    (folder / "results.svg").write_text(svg(report))
    if write:
        inside = f"{page(report)}\n![Cost against the number of pools]({PLOT.name})"
        PAGE.write_text(replaced(PAGE.read_text(), inside))
        PLOT.write_text(svg(report))


def _options(given: argparse.Namespace) -> Options:
    options = QUICK if given.quick else FULL
    chosen = {
        name: getattr(given, name)
        for name in ("runs", "interval", "window", "samples")
        if getattr(given, name) is not None
    }
    if given.pools:
        chosen["sizes"] = tuple(int(size) for size in given.pools.split(","))
    if given.phase:
        chosen["phases"] = tuple(given.phase)
    return replace(options, contenders=tuple(given.only), **chosen)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer pools, a shorter interval, one run: some minutes")
    parser.add_argument("--write", action="store_true", help="write table and plot into docs/ too")
    parser.add_argument("--pools", help="numbers of pools, separated by commas")
    parser.add_argument("--runs", type=int, help="of which medians are taken")
    parser.add_argument("--interval", type=int, help="check interval in seconds")
    parser.add_argument("--window", type=float, help="seconds of steady state")
    parser.add_argument("--samples", type=int, help="spec changes and drifts")
    parser.add_argument("--only", action="append", default=[], choices=[one.name for one in CONTENDERS])
    parser.add_argument("--phase", action="append", default=[], choices=PHASES, help="only these")
    parser.add_argument("--add", action="store_true", help="keep what the results have of other phases")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder (default: build/bench)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
