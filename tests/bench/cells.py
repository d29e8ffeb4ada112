"""Tables and numbers in Markdown. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Row = Sequence[str]


def markdown(head: Row, rows: Iterable[Row]) -> str:
    """A table; the bars that cells contain are escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def number(value: float | None, *, digits: int = 1, factor: float = 1.0) -> str:
    """A cell; a dash for what was not measured."""
    return "-" if value is None else f"{value * factor:.{digits}f}"
