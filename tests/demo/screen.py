"""How the demonstration speaks: headings, commands with what they print, and differences in colour."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Mapping
from typing import Any

import yaml

from tests.testbed.kubectl import Kubectl

_COLOURS = {"bold": "1", "dim": "2", "red": "31", "green": "32", "cyan": "36"}
_PROPERTIES = (
    "startTask",
    "applicationPackageReferences",
    "certificateReferences",
    "metadata",
    "targetNodeCommunicationMode",
)


def colour(text: str, name: str) -> str:
    """The text in a colour, where there is a terminal and nobody minds (no-color.org)."""
    if not sys.stdout.isatty() or "NO_COLOR" in os.environ:
        return text
    return f"\x1b[{_COLOURS[name]}m{text}\x1b[0m"


def heading(number: int, text: str) -> None:
    """A chapter of the tour."""
    print(f"\n{colour(f'{number}. {text}', 'bold')}", flush=True)


def say(text: str) -> None:
    """A sentence of the narrator's."""
    print(f"   {text}", flush=True)


def command(kubectl: Kubectl, *arguments: str, shown: str | None = None) -> str:
    """Run kubectl and show it as a user would have typed it."""
    print(colour(f"   $ kubectl {shown or ' '.join(arguments)}", "cyan"), flush=True)
    printed = kubectl.out(*arguments)
    for line in printed.rstrip().splitlines():
        print(f"   {line}")
    sys.stdout.flush()
    return printed


def properties(pool: Mapping[str, Any]) -> str:
    """The five properties of a live pool as YAML, sorted: in whatever order they were sent, equal is equal."""
    return yaml.safe_dump({name: pool[name] for name in _PROPERTIES if name in pool}, width=110)


def document(text: str) -> None:
    """A block of YAML."""
    for line in text.rstrip().splitlines():
        print(f"   {line}")


def difference(before: str, after: str) -> None:
    """What changed between two documents, with a little around it."""
    marks = {"+": "green", "-": "red"}
    for line in list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1))[2:]:
        print(f"   {colour(line, marks.get(line[0], 'dim'))}")
