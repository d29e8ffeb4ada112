"""The plan for a terminal."""

from __future__ import annotations

import click

from poolkeeper.domain.redaction.visible import visible
from poolkeeper.plan.render.diff_lines import Style, heading, lines
from poolkeeper.plan.report import Action, PlanReport

_COLOURS: dict[Style, str | None] = {
    "path": "cyan",
    "live": "red",
    "desired": "green",
    "same": None,
    "note": "yellow",
}
_HEADINGS: dict[Action, str] = {
    Action.IN_SYNC: "green",
    Action.CHANGE: "yellow",
    Action.WAITING: "yellow",
    Action.LEFT_ALONE: "blue",
    Action.BLOCKED: "red",
    Action.ERROR: "red",
}


def text(findings: PlanReport) -> str:
    """Everything, with colours; a caller that does not print to a terminal strips them."""
    blocks = []
    for finding in findings.pools:
        told = visible(finding.outlook.message)
        title = click.style(f"{heading(finding)}: ", bold=True)
        block = [title + click.style(told, fg=_HEADINGS[finding.outlook.action])]
        block += [f"  {click.style(line.text, fg=_COLOURS[line.style])}" for line in lines(finding.outlook)]
        blocks.append("\n".join(block))
    blocks += [click.style(f"error: {visible(str(problem))}", fg="red") for problem in findings.problems]
    blocks.append(click.style(findings.summary, bold=True))
    return "\n\n".join(blocks) + "\n"
