"""What must not leave: one redactor for status, events, logs, metrics, the command line and exceptions.

It goes by type. What is read from a Secret is a `SecretText` until it is sent, and is shown nowhere. Of what stands in
a manifest or a live pool, the table of properties says how it may be shown. And where the service repeats in an error
what was sent to it, the values of that very body are taken out of its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Self

# A shared access signature is the query of a URL.
_QUERY = re.compile(r"(https?://[^\s?#\"'<>]+)[?#][^\s\"'<>]*", re.IGNORECASE)

HIDDEN = "(hidden)"

LEAST_HIDDEN = 4
"""Characters of a value that is searched for in texts: taking out every `1` would leave no text, and hide nothing."""


class SecretText(str):
    """A value that comes from a Secret: compared and sent as the text that it is, hidden wherever it is formatted."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        # `str()` of one that is hidden already would be the word for hidden.
        return super().__new__(cls, str.__str__(text))

    def __str__(self) -> str:
        return HIDDEN

    def __repr__(self) -> str:
        return HIDDEN

    def __format__(self, _: str) -> str:
        return HIDDEN

    def plain(self) -> str:
        """The text itself, for those who would call `str()` on it before they send it."""
        return str.__str__(self)


def without_queries(text: str) -> str:
    """The text with the query of every URL in it replaced by an ellipsis."""
    return _QUERY.sub(r"\1?…", text)


def hidden(_: str) -> str:
    """In place of a value that may be a secret."""
    return HIDDEN


def without(text: str, values: Iterable[str]) -> str:
    """The text without any of these values; where they overlap or follow each other, they go as one."""
    out: list[str] = []
    end = 0
    for start, stop in sorted(span for value in set(values) if value for span in _spans(text, value)):
        if start > end or not out:
            out += [text[end:start], HIDDEN]
        end = max(end, stop)
    return "".join([*out, text[end:]])


def _spans(text: str, value: str) -> Iterator[tuple[int, int]]:
    start = text.find(value)
    while start >= 0:
        yield start, start + len(value)
        # One character on, for `aba` stands twice in `ababa`.
        start = text.find(value, start + 1)
