"""One run of the bench: every contender over every number of pools, then what only Poolkeeper is asked."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx

from tests.bench import changes, cold, idle, micro, protection, quiet, restart, steady
from tests.bench.bed import Bed, bed
from tests.bench.contender import POOLKEEPER, Contender, chosen
from tests.bench.options import Options
from tests.bench.report import Report, save
from tests.bench.sample import Sample
from tests.testbed.errors import BedError


def run(options: Options, *, folder: Path, results: Path, report: Report) -> Report:
    """Measures what is asked for; what was found is saved after each part, so that an interruption loses little."""
    contenders = chosen(options.contenders)
    with bed(folder, options) as ready:
        if "contenders" in options.phases:
            _compare(ready, contenders, report, results)
        alone: dict[str, Callable[[], None]] = {
            "quiet": lambda: setattr(report, "quiet", quiet.measure(ready)),
            "limited": lambda: setattr(report, "limited", protection.limited(ready)),
            "apart": lambda: setattr(report, "apart", protection.apart(ready)),
        }
        for phase, measured in alone.items():
            if phase in options.phases and POOLKEEPER in contenders:
                _try(report, phase, measured)
                save(report, results)
    return report


def _compare(ready: Bed, contenders: Sequence[Contender], report: Report, results: Path) -> None:
    # These take the place of what the report may have of them, and it is their options that it tells.
    options = report.options = ready.options
    report.samples.clear()
    report.idle.clear()
    report.micro = micro.measure()
    for contender in contenders:
        _try(report, f"{contender.title} idle", lambda who=contender: _idle(ready, who, report))  # type: ignore[misc]
    for size in options.sizes:
        for turn in range(options.runs):
            # Each begins once in a while: who comes first meets a colder API server.
            for contender in (*contenders[turn % len(contenders) :], *contenders[: turn % len(contenders)]):
                sample = Sample(contender=contender.name, size=size)
                report.samples.append(sample)
                whole = turn == 0
                what = f"{contender.title}, {size} pools, run {turn + 1} of {options.runs}"
                _try(report, what, lambda s=sample, c=contender, w=whole: measure(ready, c, s, whole=w))  # type: ignore[misc]
                save(report, results)


def measure(ready: Bed, contender: Contender, sample: Sample, *, whole: bool) -> None:
    """All phases of one contender in one namespace; the long ones only if `whole`."""
    with ready.stage(contender, size=sample.size) as stage:
        cold.measure(stage, sample)
        say(f"  cold: {sample.cold_wall:.2f} s wall, {sample.cold_cpu:.2f} s CPU")
        if whole:
            steady.measure(stage, sample)
            say(f"  steady: {sample.steady_cpu:.2f} % CPU, {sample.steady_requests:.0f} requests a minute")
        changes.measure_specs(stage, sample)
        say(f"  spec changes: p50 {sample.change_p50:.3f} s, p99 {sample.change_p99:.3f} s")
        if whole:
            changes.measure_drift(stage, sample)
            say(f"  drift: p50 {sample.drift_p50:.2f} s, p99 {sample.drift_p99:.2f} s")
        restart.measure(stage, sample)
        say(f"  restart: {sample.restart_wall:.2f} s")


def say(text: str) -> None:
    """Progress, to standard error."""
    print(text, file=sys.stderr, flush=True)


def _idle(ready: Bed, contender: Contender, report: Report) -> None:
    report.idle[contender.name] = idle.measure(ready, contender)


def _try(report: Report, what: str, phase: Callable[[], None]) -> None:
    """A phase that does not come to its end costs its own numbers, not the others'."""
    say(what)
    began = time.monotonic()
    try:
        phase()
    except (BedError, OSError, httpx.HTTPError) as error:
        say(f"  given up: {error}")
        first, _, _ = str(error).partition("\n")
        report.missing.append(f"{what}: {first}")
    say(f"  ({time.monotonic() - began:.0f} s)")
