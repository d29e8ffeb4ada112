"""The numbers to reach, each with what was measured and whether that reaches it. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import mean

from tests.bench.accounts import LIST
from tests.bench.report import Report
from tests.bench.sample import Sample, total

OURS = "poolkeeper"
INTERVAL = 60


@dataclass(frozen=True, kw_only=True)
class Target:
    """`met` is None where this run cannot tell."""

    what: str
    reach: str
    measured: str
    met: bool | None


def targets(report: Report) -> list[Target]:
    """All, judged by the largest number of pools of the run."""
    size = max((one.size for one in report.samples), default=0)
    ours = report.of(OURS, size)
    if ours is None:
        return []
    return [
        _checks(report, ours),
        Target(
            what="Kubernetes writes in steady state",
            reach="0",
            measured=str(total(ours.steady_kube)),
            met=total(ours.steady_kube) == 0,
        ),
        _kube_writes(ours),
        _against(report, ours, "loop-same", what="cold, wall", value=lambda one: one.cold_wall, most=1.5),
        _against(report, ours, "loop-same", what="cold, CPU", value=lambda one: one.cold_cpu, most=2.0),
        _against(report, ours, "kopf", what="cold, CPU", value=lambda one: one.cold_cpu, most=1 / 3),
        _kube_against(report, ours),
        _steady_cpu(report, ours),
        _memory(report, ours),
        _against(report, ours, "loop", what="spec change to POST, p50", value=lambda one: one.change_p50, most=1.5),
        _decided(report),
    ]


def _checks(report: Report, ours: Sample) -> Target:
    options = report.options
    pages = math.ceil(ours.size / options.accounts / 1000)
    rounds = math.floor(options.window / options.interval) + 1
    lists, others = ours.steady_batch.get(LIST, 0), total(ours.steady_batch) - ours.steady_batch.get(LIST, 0)
    per = lists / (options.accounts * options.window / options.interval)
    return Target(
        what="Batch requests for one check of an account, nothing changed",
        reach=f"ceil(P/1000) = {pages}",
        measured=f"{lists} lists in {options.window:g} s ({per:.2f} for each account and interval), {others} others",
        met=None if not ours.steady_batch else others == 0 and lists <= options.accounts * pages * rounds,
    )


def _kube_writes(ours: Sample) -> Target:
    patch = "PATCH batchpools/status"
    strange = sum(
        count
        for counts in (ours.cold_kube, ours.change_kube, ours.label_kube)
        for what, count in counts.items()
        if what not in {patch, "POST events", "PATCH batchaccounts/status"}
    )
    create = ours.cold_kube.get(patch, 0) / ours.size
    change = ours.change_kube.get(patch, 0) / ours.changes if ours.changes else math.nan
    label = ours.label_kube.get(patch, 0)
    return Target(
        what="Kubernetes writes for one create / one spec change / one label change",
        reach="1 / 1 / 0 status patches, 0 annotations, 0 finalizers",
        measured=f"{create:.2f} / {change:.2f} / {label} status patches, {strange} others beside events",
        met=(create, change, label, strange) == (1.0, 1.0, 0, 0),
    )


def _against(
    report: Report, ours: Sample, other: str, *, what: str, value: Callable[[Sample], float | None], most: float
) -> Target:
    theirs = report.of(other, ours.size)
    mine, reference = value(ours), None if theirs is None else value(theirs)
    ratio = mine / reference if mine is not None and reference else None
    return Target(
        what=f"{what}, {ours.size} pools, against {NAMES[other]}",
        reach=f"≤ {most:.2g}x",
        measured="not measured" if ratio is None else f"{ratio:.2f}x",
        met=None if ratio is None else ratio <= most,
    )


NAMES = {"loop": "a bare loop", "loop-same": "a bare loop with the same calls", "kopf": "a textbook kopf operator"}


def _kube_against(report: Report, ours: Sample) -> Target:
    judged = _against(
        report, ours, "kopf", what="cold, Kubernetes writes", value=lambda one: float(total(one.cold_kube)), most=0.5
    )
    bare = _against(report, ours, "kopf", what="", value=_without_events, most=0.5)
    return replace(judged, measured=f"{judged.measured}; {bare.measured} without events, of which kopf posts none")


def _without_events(one: Sample) -> float:
    return float(total(one.cold_kube) - one.cold_kube.get("POST events", 0))


def _steady_cpu(report: Report, ours: Sample) -> Target:
    quiet = report.quiet
    if quiet is not None and quiet.minutes:
        cpu, pools, interval = mean(one.cpu for one in quiet.minutes), quiet.pools, quiet.interval
    elif ours.steady_cpu is not None:
        cpu, pools, interval = ours.steady_cpu, ours.size, report.options.interval
    else:
        cpu, pools, interval = math.nan, 0, 0
    return Target(
        what="CPU in steady state, 2000 pools, 60 s interval",
        reach="≤ 1 % of a core",
        measured="not measured" if not pools else f"{cpu:.2f} % with {pools} pools, {interval} s interval",
        # A shorter interval costs more and fewer pools cost less: only the real case is judged.
        met=None if (pools, interval) != (2000, INTERVAL) else cpu <= 1.0,
    )


def _memory(report: Report, ours: Sample) -> Target:
    per = report.per_pool(ours)
    return Target(
        what="memory above an idle operator, per pool",
        reach="≤ 25 KiB",
        measured="not measured" if per is None else f"{per:.1f} KiB with {ours.size} pools",
        met=None if per is None else per <= 25,
    )


def _decided(report: Report) -> Target:
    micro = report.micro
    return Target(
        what="deciding 'in sync' from a full live body of 150 items",
        reach="≤ 100 µs",
        measured="not measured"
        if micro is None
        else f"{micro.decide:.0f} µs = {micro.decide / micro.parse:.1f}x json.loads ({micro.parse:.0f} µs)",
        met=None if micro is None else micro.decide <= 100,
    )
