"""The report as Markdown, and the part of a page that is kept between two marks. Pure."""

from __future__ import annotations

from tests.bench.alone import protection, quiet_minutes, sizing
from tests.bench.cells import Row, markdown, number
from tests.bench.contender import CONTENDERS
from tests.bench.report import Report
from tests.bench.sample import Sample, total
from tests.bench.targets import targets

BEGIN = "<!-- measured: begin (make bench WRITE=1 writes what stands here) -->"
END = "<!-- measured: end -->"


def page(report: Report) -> str:
    """Everything, in sections."""
    options = report.options
    setting = (
        f"{report.when}; {report.machine}; load {report.load:.1f} before the run. {options.accounts} accounts, "
        f"interval {options.interval} s, steady state over {options.window:g} s, {options.samples} changes, "
        f"medians of {options.runs} {'run' if options.runs == 1 else 'runs'}."
    )
    parts = [setting, "### Reached", _targets(report)]
    for title, (head, rows) in _sections(report).items():
        parts += [f"### {title}", markdown(head, rows)]
    parts += ["### Sizing: the formula beside what was measured", sizing(report)]
    if report.quiet is not None:
        parts += [f"### {len(report.quiet.minutes)} quiet minutes", *quiet_minutes(report.quiet)]
    parts += ["### Protection", *protection(report)]
    if report.missing:
        parts += ["### Not measured", "\n".join(f"- {one}" for one in report.missing)]
    return "\n\n".join(part for part in parts if part) + "\n"


def replaced(text: str, inside: str) -> str:
    """The text of a page with something else between the marks. Raises ValueError when they are not there."""
    before, begun, rest = text.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not begun or not ended:
        raise ValueError(f"the page has no lines {BEGIN!r} and {END!r}; put them where the table belongs")
    return f"{before}{BEGIN}\n\n{inside.strip()}\n\n{END}{after}"


def _targets(report: Report) -> str:
    words = {True: "yes", False: "**no**", None: "cannot be told from this run"}
    rows = [(one.what, one.reach, one.measured, words[one.met]) for one in targets(report)]
    return markdown(("what", "to reach", "measured", "reached"), rows)


def _sections(report: Report) -> dict[str, tuple[Row, list[Row]]]:
    titles = {one.name: one.title for one in CONTENDERS}
    ordered = sorted(report.medians(), key=lambda one: one.size)

    def rows(*cells: str, of: Sample) -> Row:
        return (str(of.size), titles.get(of.contender, of.contender), *cells)

    def against(sample: Sample, mine: float | None, theirs: str) -> str:
        other = report.of("loop-same", sample.size)
        reference = None if other is None else getattr(other, theirs)
        return "-" if not reference or mine is None else f"{mine / reference:.2f}x"

    cold = [
        rows(
            number(one.cold_wall, digits=2),
            against(one, one.cold_wall, "cold_wall"),
            number(one.cold_cpu, digits=2),
            against(one, one.cold_cpu, "cold_cpu"),
            number(report.cpu_per_pool(one), digits=2, factor=1000),
            _each(one.cold_batch, one.size),
            number(total(one.cold_kube) / one.size, digits=2) + f" ({_counts(one.cold_kube)})",
            number(one.standin_share, factor=100, digits=0) + " %",
            number(one.apiserver_cpu),
            of=one,
        )
        for one in ordered
    ]
    steady = [
        rows(
            number(one.steady_cpu, digits=2),
            number(one.steady_requests),
            _counts(one.steady_batch),
            str(total(one.steady_kube)),
            number(one.rss, factor=1 / 1024),
            number(one.peak_rss, factor=1 / 1024),
            number(report.per_pool(one)),
            of=one,
        )
        for one in ordered
    ]
    soon = [
        rows(
            number(one.change_p50, factor=1000),
            number(one.change_p99, factor=1000),
            number(total(one.change_kube) / one.changes if one.changes else None, digits=2),
            str(total(one.label_kube)),
            number(one.drift_p50, digits=2),
            number(one.drift_p99, digits=2),
            of=one,
        )
        for one in ordered
    ]
    again = [
        rows(
            number(one.restart_wall, digits=2),
            number(one.restart_quiet, digits=2),
            _counts(one.restart_batch),
            _counts(one.restart_kube),
            of=one,
        )
        for one in ordered
    ]
    idle: list[Row] = [
        (titles.get(one.contender, one.contender), number(one.rss, factor=1 / 1024), number(one.cpu, digits=2))
        for one in report.idle.values()
    ]
    head = ("pools", "contender")
    same = "same calls = 1"
    return {
        "Cold start: every pool needs a write": (
            (
                *head,
                "wall, s",
                same,
                "CPU, s",
                same,
                "CPU a pool above an idle start, ms",
                "Batch requests a pool",
                "Kubernetes writes a pool",
                "busiest stand-in, of a core",
                "API server and etcd CPU, s",
            ),
            cold,
        ),
        "Steady state": (
            (
                *head,
                "CPU, % of a core",
                "Batch requests a minute",
                "of these",
                "Kubernetes writes",
                "RSS, MiB",
                "peak RSS, MiB",
                "KiB a pool above idle",
            ),
            steady,
        ),
        "Changes": (
            (
                *head,
                "spec change to POST, p50, ms",
                "p99, ms",
                "Kubernetes writes a change",
                "for all label changes",
                "drift to correction, p50, s",
                "p99, s",
            ),
            soon,
        ),
        "Restart, with one spec changed meanwhile": (
            (*head, "that write after, s", "quiet after, s", "Batch requests", "Kubernetes writes"),
            again,
        ),
        "Idle, no pools": (("contender", "RSS, MiB", "CPU of the start, s"), idle),
    }


def _each(counts: dict[str, int], size: int) -> str:
    parts = ", ".join(f"{name} {count / size:.2f}" for name, count in sorted(counts.items()))
    return f"{total(counts) / size:.2f} ({parts})"


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none"
