"""Takes out of the service's words what differs from one answer to the next.

A message stands in the status of an account and of all its pools. A time or the id of a request in it would have each
of them written again with every try, and would say nothing.
"""

from __future__ import annotations

import re

_LINES = ("RequestId:", "Time:")
"""The last lines of every message."""

_STRING_TO_SIGN = re.compile(r"\s*Server used following string to sign.*", re.IGNORECASE | re.DOTALL)
"""The request as the service has seen it, with its date; the last words of why a signature is not taken."""

_TIMES = re.compile(
    r"[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT"
    r"|\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d+)?(?:Z| ?[+-]\d{2}:?\d{2})?"
)


def steady(text: str, *, request_id: str = "") -> str:
    """The text on one line; a time or the request's id that stands in it is replaced by that word."""
    lines = [line for line in text.splitlines() if not line.startswith(_LINES)]
    words = _TIMES.sub("(time)", _STRING_TO_SIGN.sub("", " ".join(lines)))
    return words.replace(request_id, "(request id)") if request_id else words
