"""Everything that one run of the bench found, and where it goes."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.idle import Idle
from tests.bench.micro import Decided
from tests.bench.options import Options
from tests.bench.protection import Apart, Limited
from tests.bench.quiet import Minute, Quiet
from tests.bench.sample import Sample, medians
from tests.testbed.errors import BedError


@dataclass(kw_only=True)
class Report:
    """`samples` has each run, `medians` what is shown."""

    options: Options
    samples: list[Sample] = field(default_factory=list)
    idle: dict[str, Idle] = field(default_factory=dict)
    micro: Decided | None = None
    limited: Limited | None = None
    apart: Apart | None = None
    quiet: Quiet | None = None
    missing: list[str] = field(default_factory=list)
    """What could not be measured, and why."""
    when: str = field(default_factory=lambda: datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"))
    machine: str = field(default_factory=lambda: _machine())  # noqa: PLW0108 - it stands below
    load: float = field(default_factory=lambda: os.getloadavg()[0])
    """Of the machine before the run began: above nothing, somebody else is measured too."""

    def medians(self) -> list[Sample]:
        """One for each contender and size."""
        return medians(self.samples)

    def of(self, contender: str, size: int) -> Sample | None:
        """The medians of one contender."""
        return next((one for one in self.medians() if (one.contender, one.size) == (contender, size)), None)

    def per_pool(self, sample: Sample) -> float | None:
        """KiB for each pool, above the idle operator."""
        idle = self.idle.get(sample.contender)
        return None if idle is None or sample.rss is None else (sample.rss - idle.rss) / sample.size

    def cpu_per_pool(self, sample: Sample) -> float | None:
        """CPU seconds of the cold start for each pool, above what starting without pools takes."""
        idle = self.idle.get(sample.contender)
        return None if idle is None or sample.cold_cpu is None else (sample.cold_cpu - idle.cpu) / sample.size

    def as_json(self) -> dict[str, Any]:
        """Everything."""
        return asdict(self) | {"medians": [asdict(one) for one in self.medians()]}


def _machine() -> str:
    """What it ran on, in a line."""
    cpu = "an unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            cpu = value.strip()
            break
    return f"{os.cpu_count()} cores of {cpu}, Linux {platform.release()}, Python {platform.python_version()}"


def save(report: Report, folder: Path) -> Path:
    """As JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "results.json"
    file.write_text(json.dumps(report.as_json(), indent=1) + "\n")
    return file


def load(folder: Path) -> Report:
    """What was saved there. Raises BedError where there is nothing."""
    file = folder / "results.json"
    if not file.exists():
        raise BedError(f"{file} is not there to be added to; run without --add first, or name its folder by --results")
    found: dict[str, Any] = json.loads(file.read_text())
    found.pop("medians")
    options: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in found["options"].items()
    }
    quiet = found["quiet"]
    made: dict[str, Any] = {
        "options": Options(**options),
        "samples": [Sample(**one) for one in found["samples"]],
        "idle": {name: Idle(**one) for name, one in found["idle"].items()},
        "micro": found["micro"] and Decided(**found["micro"]),
        "limited": found["limited"] and Limited(**found["limited"]),
        "apart": found["apart"] and Apart(**found["apart"]),
        "quiet": quiet and Quiet(**quiet | {"minutes": [Minute(**one) for one in quiet["minutes"]]}),
    }
    return Report(**found | made)
