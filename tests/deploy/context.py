"""The build context: the files of the repository that `.dockerignore` lets through.

The rules are those of Docker's page "Build context": the last pattern that matches a path, or a folder that it is
in, decides; `!` lets through again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.deploy.files import ROOT


def patterns() -> list[str]:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def sent() -> Iterator[Path]:
    """Every file and symbolic link of the context, relative to the repository."""
    rules = [(pattern.startswith("!"), pattern.lstrip("!")) for pattern in patterns()]
    yield from _walk(ROOT, rules)


def _walk(folder: Path, rules: list[tuple[bool, str]]) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        name = path.relative_to(ROOT).as_posix()
        below = any(kept and pattern.startswith(f"{name}/") for kept, pattern in rules)
        if path.is_dir() and not path.is_symlink():
            if _kept(name, rules) or below:
                yield from _walk(path, rules)
        elif _kept(name, rules):
            yield Path(name)


def _kept(name: str, rules: list[tuple[bool, str]]) -> bool:
    verdict = True
    for kept, pattern in rules:
        if re.fullmatch(rf"{_regex(pattern)}(/.*)?", name):
            verdict = kept
    return verdict


def _regex(pattern: str) -> str:
    parts = re.split(r"(\*\*/|\*)", pattern)
    meaning = {"**/": "(?:.*/)?", "*": "[^/]*"}
    return "".join(meaning.get(part, re.escape(part)) for part in parts)
