"""What only Poolkeeper is asked, as Markdown: the sizing formula, quiet minutes, protection. Pure."""

from __future__ import annotations

from statistics import mean

from tests.bench.cells import Row, markdown, number
from tests.bench.quiet import Quiet
from tests.bench.report import Report
from tests.bench.sizing import Need, need
from tests.bench.targets import OURS


def sizing(report: Report) -> str:
    options = report.options
    rows = []
    for one in sorted(report.medians(), key=lambda one: one.size):
        if one.contender == OURS and None not in {one.rss, one.steady_cpu, one.steady_requests}:
            taken = Need(memory=(one.rss or 0) / 1024, cpu=one.steady_cpu or 0, requests=one.steady_requests or 0)
            rows.append(_beside(one.size, options.accounts, options.interval, taken))
    if report.quiet is not None and report.quiet.minutes:
        rest, minutes = report.quiet, report.quiet.minutes
        taken = Need(
            memory=minutes[-1].rss / 1024,
            cpu=mean(one.cpu for one in minutes),
            requests=mean(one.lists + one.others for one in minutes),
        )
        rows.append(_beside(rest.pools, rest.accounts, rest.interval, taken))
    head = ("pools", "accounts", "interval, s", "MiB", "formula", "CPU, %", "formula", "lists a minute", "formula")
    return markdown(head, rows)


def _beside(pools: int, accounts: int, interval: int, measured: Need) -> Row:
    said = need(pools=pools, accounts=accounts, interval=interval)
    return (
        *(str(pools), str(accounts), str(interval)),
        *(number(measured.memory, digits=0), number(said.memory, digits=0)),
        *(number(measured.cpu, digits=2), number(said.cpu, digits=2)),
        *(number(measured.requests), number(said.requests)),
    )


def quiet_minutes(quiet: Quiet) -> list[str]:
    rows = [
        (str(turn), str(one.lists), str(one.others), str(one.kube), number(one.cpu, digits=2), number(one.rss / 1024))
        for turn, one in enumerate(quiet.minutes, start=1)
    ]
    said = f"{quiet.pools} pools in {quiet.accounts} accounts, checked every {quiet.interval} s, nothing changing."
    head = ("minute", "lists", "other Batch requests", "Kubernetes writes", "CPU, % of a core", "RSS, MiB")
    return [said, markdown(head, rows)]


def protection(report: Report) -> list[str]:
    found = []
    if (one := report.limited) is not None:
        gap = number(one.longest_between_checks)
        found.append(
            f"**{one.changes} spec changes at once in one account that may be asked {one.limit} times a second:** "
            f"never more than {one.busiest_second} requests within any second; drained in "
            f"{one.took:.1f} s, the queue at most {one.deepest:g} deep; a write came {one.displaced_median:g} places "
            f"from its turn in the median and {one.displaced_most} at most; meanwhile at most {gap} s between two "
            f"checks (interval {one.interval} s)."
        )
    if (beside := report.apart) is not None:
        found.append(
            f"**One account throttled (429, Retry-After {beside.retry_after} s), one slow (2 s an answer):** spec "
            f"change to POST in the other accounts p50 {beside.beside_p50 * 1000:.0f} ms, p99 "
            f"{beside.beside_p99 * 1000:.0f} ms; with all accounts well {beside.alone_p50 * 1000:.0f} and "
            f"{beside.alone_p99 * 1000:.0f} ms. In {beside.took:.0f} s and {beside.changes} changes, the throttled "
            f"account was asked {beside.throttled_requests} times."
        )
    return found
