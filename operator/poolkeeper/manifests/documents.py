"""From files, folders and standard input to documents: YAML and JSON as kubectl reads them.

A file may hold several documents. Those that do not even name our API group are passed over unparsed: a repository
holds templates that are no YAML yet, and Secrets that are not ours to read. No message quotes what a file says, since
that may be a secret.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from poolkeeper.domain.resources import GROUP
from poolkeeper.manifests.yaml_text import Unreadable, parse

STDIN = "-"
SUFFIXES = (".yaml", ".yml", ".json")

MOST_BYTES = 16 * 1024 * 1024
"""Of one file; the API server takes objects of 1.5 MiB."""

_SEPARATOR = re.compile(r"^---(?=\s|$)", re.MULTILINE)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands."""

    file: str
    document: int
    """Counted from 1, empty ones and those of other kinds included."""

    def __str__(self) -> str:
        return f"{self.file} (document {self.document})"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one document, or with a whole file."""

    file: str
    message: str
    document: int | None = None
    object: str = ""
    """`BatchPool team/rendering`, as far as it is known."""
    field: str = ""
    """`spec.properties.startTask.commandLine`."""

    def __str__(self) -> str:
        where = self.file if self.document is None else str(Place(self.file, self.document))
        return ": ".join(part for part in (where, self.object, self.field, self.message) if part)


@dataclass(frozen=True, slots=True)
class Document:
    """One document that speaks of our group."""

    place: Place
    body: Any


def documents(paths: Sequence[str]) -> Iterator[Document | Problem]:
    """Every document of these files, folders and `-`, in order, and what could not be read."""
    for file in _files(paths):
        if isinstance(file, Problem):
            yield file
            continue
        try:
            text = _text(file)
        except (OSError, UnicodeDecodeError, Unreadable) as error:
            why = error.strerror if isinstance(error, OSError) else "is not UTF-8 text"
            yield Problem(file, f"cannot be read: {error if isinstance(error, Unreadable) else why}")
            continue
        yield from split(text, file)


def split(text: str, file: str) -> Iterator[Document | Problem]:
    """The documents of one text. One that cannot be parsed does not keep the others from being read."""
    begins = [0, *(found.start() for found in _SEPARATOR.finditer(text))]
    pieces = [text[begin:end] for begin, end in zip(begins, [*begins[1:], len(text)], strict=True)]
    if len(pieces) > 1 and not _says_something(pieces[0]):
        begins, pieces = begins[1:], pieces[1:]
    for number, (begin, piece) in enumerate(zip(begins, pieces, strict=True), start=1):
        if GROUP not in piece:
            continue
        try:
            yield Document(Place(file, number), parse(piece, line=text.count("\n", 0, begin)))
        except Unreadable as error:
            yield Problem(file, str(error), number)


def _files(paths: Sequence[str]) -> Iterator[str | Problem]:
    seen: set[str] = set()
    for path in paths:
        found = [path] if path == STDIN or not Path(path).is_dir() else _walk(path)
        if not found:
            yield Problem(path, f"holds no {', '.join('*' + suffix for suffix in SUFFIXES)}")
        for file in found:
            # A folder and a file in it may be named both.
            real = file if file == STDIN else os.path.realpath(file)
            if real not in seen:
                seen.add(real)
                yield file


def _walk(folder: str) -> list[str]:
    found = []
    for where, inner, names in os.walk(folder):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        found += [os.path.join(where, name) for name in sorted(names) if name.endswith(SUFFIXES)]  # noqa: PTH118 - a Path would drop the ./ that somebody wrote
    return found


def _text(file: str) -> str:
    if file == STDIN:
        raw = sys.stdin.buffer.read(MOST_BYTES + 1)
    else:
        with Path(file).open("rb") as handle:
            raw = handle.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise Unreadable(f"it is larger than {MOST_BYTES // 1024 // 1024} MiB")
    return raw.decode("utf-8-sig").replace("\r\n", "\n")


def _says_something(piece: str) -> bool:
    return any(line.strip() and not line.lstrip().startswith(("#", "%")) for line in piece.splitlines())
