"""From files, folders and standard input to documents: YAML and JSON as kubectl reads them.

A file may hold several documents. Those that cannot name our API group are passed over unparsed: a repository holds
templates that are no YAML yet, and Secrets that are not ours to read. No message quotes what a file says, since
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
from poolkeeper.manifests.yaml_text import Unreadable, parse_all

STDIN = "-"
SUFFIXES = (".yaml", ".yml", ".json")

MOST_BYTES = 16 * 1024 * 1024
"""Of one file; the API server takes objects of 1.5 MiB."""

_SEPARATOR = re.compile(r"^---(?=\s|$)", re.MULTILINE)

_MAY_SPELL = re.compile(r"\\[uUx\n]|!!?binary|!<|^%TAG", re.MULTILINE)
"""By what a text may name our group without having its letters. Nobody does, but kubectl would read it."""


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
    """The documents of one text. One that cannot be read does not keep the others from being read.

    kubectl stops at a document that it cannot read, of whatever kind. Here one that does not name our group is passed
    over: a repository holds templates.
    """
    begins = [0, *(found.start() for found in _SEPARATOR.finditer(text))]
    pieces = [text[begin:end] for begin, end in zip(begins, [*begins[1:], len(text)], strict=True)]
    if len(pieces) > 1 and not _says_something(pieces[0]):
        if _begins_with_directive(pieces[0]) and GROUP in text:
            yield Problem(file, "begins with a directive (%), which kubectl does not take in front of `---`", 1)
        begins, pieces = begins[1:], pieces[1:]
    stream = text.lstrip().startswith("{")
    for number, (begin, piece) in enumerate(zip(begins, pieces, strict=True), start=1):
        named = GROUP in piece
        if named or _MAY_SPELL.search(piece):
            where = Place(file, number)
            for one in _read(piece, where, line=text.count("\n", 0, begin), stream=stream):
                if named or not isinstance(one, Problem):
                    yield one


def _read(piece: str, place: Place, *, line: int, stream: bool) -> Iterator[Document | Problem]:
    separator, behind, rest = piece.partition("\n") if piece.startswith("---") else ("", "", piece)
    if separator[3:].strip() and not separator[3:].lstrip().startswith("#"):
        yield Problem(place.file, "has text behind `---`, which kubectl does not take", place.document)
        return
    try:
        for body in parse_all(behind + rest.lstrip("\ufeff"), line=line, stream=stream):
            if isinstance(body, dict):
                yield Document(place, body)
            elif body is not None:
                yield Problem(place.file, "is no object, but a list or a value", place.document)
    except Unreadable as error:
        yield Problem(place.file, str(error), place.document)


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


def _begins_with_directive(piece: str) -> bool:
    return any(line.startswith("%") for line in piece.splitlines())


def _says_something(piece: str) -> bool:
    return any(line.strip() and not line.lstrip().startswith(("#", "%")) for line in piece.splitlines())
