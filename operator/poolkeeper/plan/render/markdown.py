"""The plan for a comment on a pull request.

Whatever others chose (values, messages, file names) stands in code fences longer than any run of backticks in it, so
that it stays text. GitHub takes 65,536 characters; what does not fit is left out from the end, and counted.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from poolkeeper.domain.redaction.visible import visible
from poolkeeper.plan.render.diff_lines import heading, lines
from poolkeeper.plan.report import Action, PlanReport, ReportedPool

MOST_CHARACTERS = 65_536
"""Of a comment on GitHub."""

_TAIL = 300
"""Characters kept free for the note of what was left out."""

_LEAST_BLOCK = 400
"""Characters; in less room than that no block is begun."""

_FIRST = (Action.ERROR, Action.BLOCKED, Action.WAITING, Action.CHANGE, Action.LEFT_ALONE, Action.IN_SYNC)
"""What somebody has to act on comes first, and is left out last."""

_BRIEFLY = {
    Action.IN_SYNC: "in sync",
    Action.CHANGE: "would change",
    Action.WAITING: "waits",
    Action.LEFT_ALONE: "left alone",
    Action.BLOCKED: "blocked",
    Action.ERROR: "error",
}


def markdown(findings: PlanReport, *, most: int = MOST_CHARACTERS) -> str:
    """The comment, at most `most` characters of it."""
    out = f"**{findings.summary}**\n"
    ordered = sorted(findings.pools, key=lambda finding: _FIRST.index(finding.outlook.action))
    problems = [visible(str(problem)) for problem in findings.problems]
    parts: list[tuple[str, list[str]]] = []
    if problems:
        parts.append((f"{len(problems)} in the manifests", problems))
    parts += [(_title(finding), _content(finding)) for finding in ordered]
    left_out = 0
    for title, content in parts:
        room = most - len(out) - _TAIL
        if left_out or room < _LEAST_BLOCK:
            left_out += 1
            continue
        out += _block(title, content, room=room)
    if left_out:
        out += f"\n_{left_out} more left out, since a comment has {most} characters: see the output of the plan._\n"
    return out


def _title(finding: ReportedPool) -> str:
    count = len(finding.outlook.changes)
    many = f" ({count} difference{'' if count == 1 else 's'})" if count else ""
    return f"{finding.manifest.key}: {_BRIEFLY[finding.outlook.action]}{many}"


def _content(finding: ReportedPool) -> list[str]:
    return [
        f"# {heading(finding)}",
        f"# {visible(finding.outlook.message)}",
        *(one.text for one in lines(finding.outlook)),
    ]


def _block(title: str, content: list[str], *, room: int) -> str:
    fence = "`" * max(3, 1 + max(map(len, _backticks(content)), default=0))
    begin = f"\n<details><summary>{html.escape(title)}</summary>\n\n{fence}diff\n"
    end = f"{fence}\n\n</details>\n"
    room -= len(begin) + len(end) + _NOTE
    body = ""
    for at, line in enumerate(content):
        if len(body) + len(line) + 1 > room:
            body += f"… and {len(content) - at} lines more\n"
            break
        body += f"{line}\n"
    return begin + body + end


_NOTE = 40
"""Characters of the line that says that lines are missing."""


def _backticks(content: Iterable[str]) -> list[str]:
    return re.findall("`+", "\n".join(content))
