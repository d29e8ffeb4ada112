"""Reading /proc."""

from __future__ import annotations

import os
import time

import pytest

from tests.bench.proc import CpuRecord, cpu, cpu_of, memory_of, rss, value_at

STAT = (
    "4242 (a name) with) spaces) S 1 4242 4242 0 -1 4194560 12051 0 0 0 137 25 7 9 20 0 3 0 118 "
    "512 1024 18446744073709551615 1 1 0 0 0 0 0 4096 2 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0"
)


def test_cpu_is_user_and_system_time_without_that_of_children() -> None:
    assert cpu_of(STAT, ticks=100) == 1.62


def test_memory_is_in_kib() -> None:
    status = "Name:\tpython\nVmHWM:\t  2048 kB\nVmRSS:\t  1024 kB\n"
    assert memory_of(status) == 1024
    assert memory_of(status, "VmHWM") == 2048


def test_a_process_that_has_ended_has_no_memory() -> None:
    with pytest.raises(ValueError, match="has it ended"):
        memory_of("Name:\tpython\nState:\tZ (zombie)\n")


@pytest.mark.parametrize(
    ("moment", "expected", "reason"),
    [
        (5.0, 1.0, "before the first sample, the first is the best that is known"),
        (10.0, 1.0, "at a sample, its value"),
        (10.5, 1.5, "between two, in proportion"),
        (11.75, 3.5, "between two, in proportion"),
        (12.0, 4.0, "at the last"),
        (99.0, 4.0, "after the last"),
    ],
)
def test_a_value_between_two_samples_is_in_proportion(moment: float, expected: float, reason: str) -> None:
    assert value_at(moment, [10.0, 11.0, 12.0], [1.0, 2.0, 4.0]) == expected, reason


def test_the_record_knows_what_was_spent_between_two_moments() -> None:
    me = os.getpid()
    with CpuRecord([me]) as record:
        begin, before = time.time(), cpu(me)
        while cpu(me) < before + 0.3:
            pass
        end = time.time()
    # The kernel counts in hundredths, and a sample is taken every twentieth of a second.
    assert record.spent(me, start=begin, end=end) >= 0.25
    assert record.spent(me, start=begin, end=begin) == 0.0
    assert record.spent(me, start=end + 60, end=end + 120) == 0.0
    assert rss(me) > 1000


def test_a_process_that_ends_has_spent_what_it_had() -> None:
    with CpuRecord([2**22 + 1]) as record:
        pass
    assert record.spent(2**22 + 1, start=0.0, end=time.time()) == 0.0
