"""Steady state: nothing changes; what does it cost to know that?"""

from __future__ import annotations

import time

from tests.bench import proc
from tests.bench.bed import Stage, Taking
from tests.bench.sample import Sample, total

SETTLE = 5.0
"""Seconds after the cold start: reports of accounts are gathered, connections idle."""


def measure(stage: Stage, sample: Sample) -> None:
    """The contender runs, and all is well."""
    time.sleep(SETTLE)
    taking = Taking(stage)
    pid, window = stage.process.pid, stage.bed.options.window
    began, spent = time.time(), proc.cpu(pid)
    time.sleep(window)
    stage.process.check()
    took, spent = time.time() - began, proc.cpu(pid) - spent
    toll = taking.toll()
    sample.steady_cpu = 100.0 * spent / took
    sample.steady_batch = dict(toll.operations)
    sample.steady_requests = total(sample.steady_batch) * 60.0 / took
    sample.steady_kube = dict(toll.kube)
    sample.rss = proc.rss(pid)
    sample.peak_rss = proc.rss(pid, "VmHWM")
