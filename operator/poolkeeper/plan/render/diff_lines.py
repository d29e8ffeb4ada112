"""A finding as lines of a diff, shared by the text and the Markdown form.

Values come from pools and manifests of others: what a terminal would obey, or an eye be deceived by, is spelled out.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Literal, NamedTuple

from poolkeeper.domain.redaction.visible import visible
from poolkeeper.plan.report import Change, PoolPlan, ReportedPool

Style = Literal["path", "live", "desired", "same", "note"]

_UNSEEN = "(not the same, where it is not shown)"
_NEVER_SHOWN = "(never shown by the service; sent again)"


MOST_ALIGNED = 60
"""Lines of a value on both sides together, up to which those that are the same are set beside each other."""


class DiffLine(NamedTuple):
    """One line, and what it is."""

    style: Style
    text: str


def heading(finding: ReportedPool) -> str:
    """`team/rendering (pool rendering at research.westeurope.batch.azure.com)`."""
    at = f" at {visible(finding.host)}" if finding.host else ""
    return f"{finding.manifest.key} (pool {finding.pool_id}{at})"


def lines(outlook: PoolPlan) -> Iterator[DiffLine]:
    """What differs, and what is to be said about it."""
    for change in outlook.changes:
        yield DiffLine("path", f"@@ {visible(change.path)} @@")
        yield from _sides(change)
    for told in (*map(str, outlook.not_compared), *outlook.notes):
        yield DiffLine("note", f"! {visible(told)}")


def _sides(change: Change) -> Iterator[DiffLine]:
    if change.unseen and change.live is None:
        yield DiffLine("desired", f"+ {_NEVER_SHOWN}")
        return
    if change.unseen:
        yield from (DiffLine("live", f"- {line}") for line in _split(change.live or ""))
        yield DiffLine("desired", f"+ {_UNSEEN}")
        return
    live = [] if change.live is None else _split(change.live)
    desired = [] if change.desired is None else _split(change.desired)
    if len(live) + len(desired) > MOST_ALIGNED:
        # Which lines belong together takes a time that grows with their third power.
        yield from (DiffLine("live", f"- {line}") for line in live)
        yield from (DiffLine("desired", f"+ {line}") for line in desired)
        return
    for line in difflib.ndiff(live, desired):
        match line[:2]:
            case "- ":
                yield DiffLine("live", line)
            case "+ ":
                yield DiffLine("desired", line)
            case "  ":
                yield DiffLine("same", line)


def _split(value: str) -> list[str]:
    # An empty value is a value: a line for it, or nothing could be seen to go or come.
    return [visible(line) for line in value.split("\n")]
