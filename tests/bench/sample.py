"""What one run of one contender over one number of pools gave, and what of several runs is reported."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields

from tests.bench.stats import middle


@dataclass(kw_only=True)
class Sample:
    """Seconds, KiB, counts; None where it was not measured or the contender does no such thing."""

    contender: str
    size: int

    cold_wall: float | None = None
    """From the start of the process until every pool is written and, where it writes them, every status says so."""
    cold_cpu: float | None = None
    """User and system time of the process until then."""
    cold_batch: dict[str, int] = field(default_factory=dict)
    cold_kube: dict[str, int] = field(default_factory=dict)
    standin_share: float | None = None
    """CPU of the busiest stand-in, as a share of a core: near 1, the stand-in is what was measured."""
    apiserver_cpu: float | None = None
    """CPU seconds of kube-apiserver and etcd in the same time."""

    steady_cpu: float | None = None
    """Percent of a core."""
    steady_requests: float | None = None
    """To Batch, in a minute, over all accounts."""
    steady_batch: dict[str, int] = field(default_factory=dict)
    steady_kube: dict[str, int] = field(default_factory=dict)
    rss: float | None = None
    peak_rss: float | None = None

    change_p50: float | None = None
    change_p99: float | None = None
    change_kube: dict[str, int] = field(default_factory=dict)
    """Kubernetes writes for all spec changes together, those of the bench aside."""
    changes: int = 0
    label_kube: dict[str, int] = field(default_factory=dict)

    drift_p50: float | None = None
    drift_p99: float | None = None

    restart_wall: float | None = None
    """From the start until a spec that changed while it was away is in the service."""
    restart_quiet: float | None = None
    """Until nothing more was asked; None if that did not come within an interval."""
    restart_batch: dict[str, int] = field(default_factory=dict)
    restart_kube: dict[str, int] = field(default_factory=dict)


def total(counts: dict[str, int]) -> int:
    """All of them."""
    return sum(counts.values())


def medians(samples: Iterable[Sample]) -> list[Sample]:
    """One for each contender and size, in the order of first appearance; counts are those of the first run."""
    groups: dict[tuple[str, int], list[Sample]] = {}
    for sample in samples:
        groups.setdefault((sample.contender, sample.size), []).append(sample)
    return [_merged(group) for group in groups.values()]


def _merged(group: Sequence[Sample]) -> Sample:
    found = Sample(contender=group[0].contender, size=group[0].size)
    for each in fields(Sample):
        values = [getattr(sample, each.name) for sample in group]
        if all(value is None or isinstance(value, float | int) for value in values):
            setattr(found, each.name, middle(values))
        else:
            setattr(found, each.name, next((value for value in values if value), {}))
    return found
