"""The notes of one release, cut from CHANGELOG.md: `python -m tests.release_notes 0.2.0`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

CHANGELOG = Path(__file__).parents[1] / "CHANGELOG.md"
_HEADING = re.compile(r"^## (\S+)(?: - \d{4}-\d{2}-\d{2})?$", re.MULTILINE)


def notes(text: str, version: str) -> str:
    """The section of a version, without its heading; raises LookupError that names those there are."""
    parts = _HEADING.split(text)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    if version not in sections:
        raise LookupError(f"CHANGELOG.md has no section {version!r}; it has {', '.join(sections)}")
    found = sections[version].strip()
    if not found:
        raise LookupError(f"section {version!r} of CHANGELOG.md is empty")
    return found


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or not arguments[0]:
        print("which version? make release-notes VERSION=0.2.0", file=sys.stderr)
        return 2
    try:
        print(notes(CHANGELOG.read_text(encoding="utf-8"), arguments[0].removeprefix("v")))
    except LookupError as error:
        print(error.args[0], file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
