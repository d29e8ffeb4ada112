"""From a report to tables, judgements and a picture."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.bench.cells import markdown, number
from tests.bench.idle import Idle
from tests.bench.micro import Decided
from tests.bench.options import Options
from tests.bench.plot import scale, svg
from tests.bench.protection import Limited
from tests.bench.quiet import Minute, Quiet
from tests.bench.report import Report, load, save
from tests.bench.sample import Sample, medians
from tests.bench.sizing import need
from tests.bench.table import BEGIN, END, page, replaced
from tests.bench.targets import Target, targets
from tests.testbed.errors import BedError

PATCH = "PATCH batchpools/status"


def sample(contender: str, **values: object) -> Sample:
    found = Sample(contender=contender, size=2000)
    for name, value in values.items():
        setattr(found, name, value)
    return found


def report(**ours: object) -> Report:
    """All is as wanted, but for what is given."""
    good: dict[str, object] = {
        "cold_wall": 15.0,
        "cold_cpu": 20.0,
        "cold_kube": {PATCH: 2000, "POST events": 2000},
        "steady_cpu": 0.5,
        "steady_requests": 4.0,
        "steady_batch": {"ListPools": 8},
        "rss": 90_000.0,
        "change_p50": 0.03,
        "changes": 50,
        "change_kube": {PATCH: 50},
    }
    return Report(
        options=Options(),
        samples=[
            sample("poolkeeper", **(good | ours)),
            sample("loop-same", cold_wall=10.0, cold_cpu=10.0),
            sample("loop", change_p50=0.02),
            sample("kopf", cold_cpu=60.0, cold_kube={PATCH: 4000, "PATCH batchpools": 4000}),
        ],
        idle={"poolkeeper": Idle(contender="poolkeeper", rss=60_000, cpu=1.0)},
        micro=Decided(items=150, size=20_000, decide=90.0, compare=7.0, parse=60.0),
    )


def test_everything_as_wanted_reaches_every_target() -> None:
    assert [one.what for one in targets(report()) if one.met is not True] == []


@pytest.mark.parametrize(
    ("ours", "missed"),
    [
        ({"steady_batch": {"ListPools": 8, "GetPool": 1}}, "Batch requests for one check"),
        ({"steady_batch": {"ListPools": 20}}, "Batch requests for one check"),
        ({"steady_kube": {PATCH: 1}}, "Kubernetes writes in steady state"),
        ({"cold_kube": {PATCH: 2001}}, "Kubernetes writes for one create"),
        ({"cold_kube": {PATCH: 2000, "PATCH batchpools": 1}}, "Kubernetes writes for one create"),
        ({"change_kube": {PATCH: 51}}, "Kubernetes writes for one create"),
        ({"label_kube": {PATCH: 1}}, "Kubernetes writes for one create"),
        ({"cold_wall": 15.1}, "cold, wall"),
        ({"cold_cpu": 20.1}, "cold, CPU"),
        ({"cold_kube": {PATCH: 2000, "POST events": 2001}}, "cold, Kubernetes writes"),
        ({"steady_cpu": 1.1}, "CPU in steady state"),
        ({"rss": 120_000.0}, "memory above an idle operator"),
        ({"change_p50": 0.031}, "spec change to POST"),
    ],
)
def test_what_is_worse_misses_its_target(ours: dict[str, object], missed: str) -> None:
    failed = [one.what for one in targets(report(**ours)) if one.met is False]
    assert any(what.startswith(missed) for what in failed)


def quiet(*, cpu: float) -> Quiet:
    minutes = [Minute(lists=4, others=0, kube=0, cpu=cpu, rss=120_000)] * 10
    return Quiet(pools=2000, accounts=4, interval=60, minutes=minutes)


@pytest.mark.parametrize(("cpu", "met"), [(0.9, True), (1.1, False)])
def test_quiet_minutes_judge_the_steady_state_before_a_window_does(cpu: float, met: bool) -> None:  # noqa: FBT001 - a table
    found = report(steady_cpu=5.0)
    found.quiet = quiet(cpu=cpu)
    judged = {one.what: one.met for one in targets(found)}
    assert judged["CPU in steady state, 2000 pools, 60 s interval"] is met
    assert "| 10 | 4 | 0 | 0 |" in page(found)


def test_writes_against_kopf_are_told_with_and_without_events() -> None:
    told = {one.what: one.measured for one in targets(report())}
    ours = told["cold, Kubernetes writes, 2000 pools, against a textbook kopf operator"]
    assert ours == "0.50x; 0.25x without events, of which kopf posts none"


def test_what_was_saved_is_loaded_again(tmp_path: Path) -> None:
    found = report()
    found.quiet = quiet(cpu=0.5)
    found.limited = Limited(
        limit=10,
        changes=500,
        busiest_second=10,
        took=150.0,
        deepest=480.0,
        displaced_median=0.0,
        displaced_most=3,
        longest_between_checks=None,
        interval=60,
    )
    save(found, tmp_path)
    assert load(tmp_path) == found


def test_what_is_not_there_cannot_be_added_to(tmp_path: Path) -> None:
    with pytest.raises(BedError, match="run without --add first"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("pools", "accounts", "interval", "requests", "reason"),
    [
        (1000, 1, 60, 1, "one page"),
        (1001, 1, 60, 2, "two pages"),
        (2000, 4, 60, 4, "a page for each account"),
        (10, 4, 60, 4, "an account is asked however few its pools"),
        (0, 4, 60, 4, "and without any"),
        (1000, 1, 30, 2, "twice as often"),
    ],
)
def test_the_formula_counts_lists(*, pools: int, accounts: int, interval: float, requests: int, reason: str) -> None:
    asked = need(pools=pools, accounts=accounts, interval=interval).requests
    assert asked == pytest.approx(requests), reason


def test_the_formula_grows_with_what_costs() -> None:
    few, many = need(pools=100, accounts=4, interval=60), need(pools=2000, accounts=4, interval=60)
    assert many.memory - few.memory == pytest.approx(1900 * 18 / 1024)
    assert many.cpu > few.cpu
    assert need(pools=100, accounts=4, interval=30).cpu > few.cpu


def test_what_was_not_measured_is_neither_reached_nor_missed() -> None:
    lone = Report(options=Options(interval=5), samples=[sample("poolkeeper", steady_cpu=0.1)])
    judged: dict[str, Target] = {one.what: one for one in targets(lone)}
    assert judged["cold, CPU, 2000 pools, against a textbook kopf operator"].met is None
    assert judged["CPU in steady state, 2000 pools, 60 s interval"].met is None


def test_nothing_measured_has_no_targets_and_still_a_page() -> None:
    assert targets(Report(options=Options())) == []
    assert page(Report(options=Options()))


def test_medians_are_of_each_contender_and_size_and_of_what_was_measured() -> None:
    runs = [
        sample("loop", cold_wall=1.0, steady_cpu=0.5, cold_batch={"GetPool": 3}),
        sample("loop", cold_wall=9.0),
        sample("loop", cold_wall=2.0, cold_batch={"GetPool": 4}),
        sample("kopf", cold_wall=7.0),
    ]
    loop, kopf = medians(runs)
    assert (loop.cold_wall, loop.steady_cpu, loop.cold_batch) == (2.0, 0.5, {"GetPool": 3})
    assert (kopf.cold_wall, kopf.steady_cpu) == (7.0, None)


def test_a_table_escapes_the_bars_of_its_cells() -> None:
    assert markdown(("a", "b"), [("x|y", "z")]) == "| a | b |\n| --- | --- |\n| x\\|y | z |"


def test_a_number_that_was_not_measured_is_a_dash() -> None:
    assert (number(None), number(1.25, digits=1, factor=2)) == ("-", "2.5")


def test_only_what_stands_between_the_marks_is_replaced() -> None:
    before = f"# Page\n\n{BEGIN}\nold\n{END}\n\nafter\n"
    after = replaced(before, "new")
    assert after == f"# Page\n\n{BEGIN}\n\nnew\n\n{END}\n\nafter\n"
    assert replaced(after, "new") == after


def test_a_page_without_marks_says_so() -> None:
    with pytest.raises(ValueError, match="put them where the table belongs"):
        replaced("# Page\n", "new")


def test_the_page_names_every_contender_and_what_is_missing() -> None:
    found = report()
    found.missing.append("SDK script, 2000 pools: gave up")
    text = page(found)
    assert "| 2000 | textbook kopf |" in text
    assert "- SDK script, 2000 pools: gave up" in text


def test_the_picture_is_well_formed_with_and_without_numbers() -> None:
    for one in (report(), Report(options=Options())):
        ET.fromstring(svg(one))


@pytest.mark.parametrize(
    ("values", "expected"), [([1.0], (0, 1)), ([0.5, 20.0], (-1, 2)), ([10.0, 100.0], (1, 2)), ([3.0, 4.0], (0, 1))]
)
def test_an_axis_runs_between_powers_of_ten_that_are_not_the_same(
    values: list[float], expected: tuple[int, int]
) -> None:
    assert scale(values) == expected
