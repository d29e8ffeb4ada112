"""The plan for a terminal."""

from __future__ import annotations

import click

from poolkeeper.domain.redaction.visible import visible
from poolkeeper.plan.render.diff_lines import Style, heading, lines
from poolkeeper.plan.report import Findings, Verdict

_COLOURS: dict[Style, str | None] = {
    "path": "cyan",
    "live": "red",
    "desired": "green",
    "same": None,
    "note": "yellow",
}
_HEADINGS: dict[Verdict, str] = {
    Verdict.IN_SYNC: "green",
    Verdict.CHANGE: "yellow",
    Verdict.WAITING: "yellow",
    Verdict.LEFT_ALONE: "blue",
    Verdict.BLOCKED: "red",
    Verdict.ERROR: "red",
}


def text(findings: Findings) -> str:
    """Everything, with colours; whoever prints it elsewhere than on a terminal strips them."""
    blocks = []
    for finding in findings.pools:
        told = visible(finding.outlook.message)
        title = click.style(f"{heading(finding)}: ", bold=True)
        block = [title + click.style(told, fg=_HEADINGS[finding.outlook.verdict])]
        block += [f"  {click.style(line.text, fg=_COLOURS[line.style])}" for line in lines(finding.outlook)]
        blocks.append("\n".join(block))
    blocks += [click.style(f"error: {visible(str(problem))}", fg="red") for problem in findings.problems]
    blocks.append(click.style(findings.summary, bold=True))
    return "\n\n".join(blocks) + "\n"
