"""What must not leave: one redactor for status, events, logs, metrics, the command line and exceptions.

It goes by type. What is read from a Secret is a `SecretText` until it is sent, and is shown nowhere. Of what stands in
a manifest or a live pool, the table of properties says how it may be shown. And where the service repeats in an error
what was sent to it, the values of that very body are taken out of its words.

Texts of others may be as long as they like and made to be slow. So every scan here goes through a text once, from left
to right, and its callers cut a text to `MOST_SEARCHED` before they have it searched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Self

HIDDEN = "(hidden)"
QUERY = "?…"
"""In place of the query of a URL: a shared access signature is one."""

LEAST_HIDDEN = 4
"""Characters of a value that is searched for in texts: taking out every `1` would leave no text, and hide nothing."""

MOST_SEARCHED = 4096
"""Characters of one text that are searched for what may not be shown; of what is behind them nothing is shown."""

_HEAD = 64
"""Characters by which a long value is found, so that one that is quoted in part is found too."""

_END = re.compile(r"[\s\"'<>]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,30}\Z", re.ASCII)
_MOST_SCHEME = 32
# Storage and Batch credentials as connection strings and scripts bear them, with or without a URL in front.
_NAMED = re.compile(r"(?i)\b(sig|AccountKey|SharedAccessKey|SharedAccessSignature)=[^\s&;\"'<>]+", re.ASCII)


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


def without_queries(text: str, *, cut: bool = False) -> str:
    """The text without the user and query of every URL in it, and without the keys and signatures beside them.

    `cut` says that it went on: of a URL at its very end nobody knows then what it was going to be.
    """
    out: list[str] = []
    done = 0
    at = text.find("://")
    while at >= 0:
        found = _END.search(text, at + 3)
        end = len(text) if found is None else found.start()
        out += [text[done : at + 3], _safe_url(text[at + 3 : end], cut=cut and found is None)]
        if out[-1].endswith(QUERY):
            end = _end_of_query(text, end)
        done = end
        at = text.find("://", max(end, at + 3))
    out.append(text[done:])
    return _NAMED.sub(rf"\1={HIDDEN}", "".join(out))


def _safe_url(rest: str, *, cut: bool) -> str:
    """What stands behind `://`, without user and query."""
    path, query = _parted(rest, "?#")
    host, slash = _parted(path, "/\\")
    user, _, name = host.rpartition("@")
    if cut and not slash and not query and not user:
        return "…"
    # A user may have a slash, unescaped, in a password: what is in front of the last @ of the path goes.
    kept = f"{HIDDEN}@{name}{slash}" if user else path
    if not user and "@" in slash and ":" in path.partition("@")[0]:
        kept = f"{HIDDEN}@{path.rpartition('@')[2]}"
    return kept + (QUERY if query else "")


def _parted(text: str, ends: str) -> tuple[str, str]:
    """The text up to the first of some characters, and the rest with it."""
    at = min((found for end in ends if (found := text.find(end)) >= 0), default=len(text))
    return text[:at], text[at:]


def _end_of_query(text: str, end: int) -> int:
    """Where a query ends that has blanks in it: signatures are base64, whose `+` some decode to a blank."""
    while end < len(text) and text[end] == " ":
        found = _END.search(text, end + 1)
        stop = len(text) if found is None else found.start()
        if not any(mark in text[end:stop] for mark in "&%="):
            break
        end = stop
    return end


def hidden(_: str) -> str:
    """In place of a value that may be a secret."""
    return HIDDEN


class Finder:
    """Finds some values in texts: each text is gone through once, whatever the values are.

    A value of more than 64 characters is found by its first 64, so that it is found where it is quoted in part.
    """

    def __init__(self, values: Iterable[str]) -> None:
        self._root: dict[str, Any] = {}
        for value in set(values):
            node = self._root
            for char in value[:_HEAD]:
                node = node.setdefault(char, {})
            if value:
                # Of several long ones with one head the longest: hidden is hidden once too much.
                node[""] = max(node.get("", 0), len(value))

    def hide(self, text: str) -> str:
        """The text without these values; where they overlap or follow each other, they go as one."""
        if not self._root:
            return text
        out: list[str] = []
        shown = end = 0
        for at in range(len(text)):
            stop = at + self._longest(text, at)
            if stop <= max(at, end):
                continue
            if at > end or not out:
                out += [text[shown:at], HIDDEN]
            end = shown = min(stop, len(text))
        return "".join([*out, text[shown:]]) if out else text

    def _longest(self, text: str, at: int) -> int:
        node, found = self._root, 0
        for char in text[at : at + _HEAD]:
            following = node.get(char)
            if following is None:
                break
            node = following
            found = max(found, node.get("", 0))
        return found


def without(text: str, values: Iterable[str]) -> str:
    """The text without any of these values."""
    return Finder(values).hide(text)
