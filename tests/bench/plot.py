"""Cost against pools, as an SVG of a few kilobytes: three panels, a line for each contender. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from tests.bench.contender import CONTENDERS
from tests.bench.report import Report
from tests.bench.sample import Sample

WIDTH, HEIGHT, GAP = 280, 220, 70
TOP, LEFT, LEGEND = 40, 55, 40
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#56b4e9", "#7f7f7f")
"""Told apart by colour-blind readers too (Okabe and Ito)."""


@dataclass(frozen=True)
class Panel:
    """A quantity over the number of pools, both axes logarithmic."""

    title: str
    value: Callable[[Sample], float | None]


PANELS = (
    Panel("cold start, wall (s)", lambda one: one.cold_wall),
    Panel("cold start, CPU (s)", lambda one: one.cold_cpu),
    Panel("steady state, CPU (% of a core)", lambda one: one.steady_cpu),
)


def svg(report: Report) -> str:
    """The picture."""
    samples = report.medians()
    width = LEFT + len(PANELS) * (WIDTH + GAP)
    height = TOP + HEIGHT + LEGEND + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" style="font: 11px sans-serif">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for index, panel in enumerate(PANELS):
        parts += _panel(panel, samples, left=LEFT + index * (WIDTH + GAP))
    for index, contender in enumerate(CONTENDERS):
        x, y = LEFT + index * 175, TOP + HEIGHT + LEGEND + 12
        parts.append(f'<rect x="{x}" y="{y - 9}" width="12" height="10" fill="{COLOURS[index]}"/>')
        parts.append(f'<text x="{x + 17}" y="{y}">{escape(contender.title)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def scale(values: Sequence[float]) -> tuple[int, int]:
    """The powers of ten between which positive values lie."""
    return math.floor(math.log10(min(values))), max(
        math.ceil(math.log10(max(values))), math.floor(math.log10(min(values))) + 1
    )


def _panel(panel: Panel, samples: Sequence[Sample], *, left: int) -> list[str]:
    points = [(one, value) for one in samples if (value := panel.value(one))]
    parts = [f'<text x="{left}" y="{TOP - 14}" font-weight="bold">{escape(panel.title)}</text>']
    if not points:
        return [*parts, f'<text x="{left}" y="{TOP + 20}">not measured</text>']
    sizes = sorted({one.size for one, _ in points})
    low, high = scale([value for _, value in points])
    wide = math.log(sizes[-1] / sizes[0]) or 1.0

    def across(size: int) -> float:
        return left + 10 + (WIDTH - 20) * math.log(size / sizes[0]) / wide

    def up(value: float) -> float:
        return TOP + HEIGHT * (1 - (math.log10(value) - low) / (high - low))

    for power in range(low, high + 1):
        y = up(10.0**power)
        parts.append(f'<line x1="{left}" x2="{left + WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g}</text>')
    below = TOP + HEIGHT + 16
    parts += [f'<text x="{across(size):.1f}" y="{below}" text-anchor="middle">{size} pools</text>' for size in sizes]
    for index, contender in enumerate(CONTENDERS):
        line = sorted((one.size, value) for one, value in points if one.contender == contender.name)
        where = [f"{across(size):.1f},{up(value):.1f}" for size, value in line]
        parts.append(f'<polyline points="{" ".join(where)}" fill="none" stroke="{COLOURS[index]}" stroke-width="2"/>')
        parts += [
            f'<circle cx="{across(size):.1f}" cy="{up(value):.1f}" r="3" fill="{COLOURS[index]}"/>'
            for size, value in line
        ]
    return parts
