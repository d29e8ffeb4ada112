"""What must not leave: everything that leaves in a message passes here."""

from __future__ import annotations

import re

# A shared access signature is the query of a URL.
_QUERY = re.compile(r"(https?://[^\s?#\"'<>]+)[?#][^\s\"'<>]*", re.IGNORECASE)


def without_queries(text: str) -> str:
    """The text with the query of every URL in it replaced by an ellipsis."""
    return _QUERY.sub(r"\1?…", text)


HIDDEN = "(hidden)"


def hidden(_: str) -> str:
    """In place of a value that may be a secret."""
    return HIDDEN
