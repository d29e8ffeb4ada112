"""Conditional headers: If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since.

Microsoft's page "Batch Status and Error Codes": ConditionNotMet is 304 for a read and 412 for a write, and
more than one such header is refused. ETags are taken with and without quotes: the older SDKs send them bare,
azure-batch 15 quotes them. Dates compare in whole seconds, as Last-Modified is given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.batchsim.errors import Refusal, about_header
from tests.batchsim.etags import TICKS_PER_SECOND, etag_of, ticks_of
from tests.batchsim.sharedkey import parse_date

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMES = ("if-match", "if-none-match", "if-modified-since", "if-unmodified-since")


def check_conditions(headers: Mapping[str, str], *, modified: int, reading: bool) -> None:
    """Refuse the request unless its condition holds for a pool last modified at `modified` (ticks)."""
    given = [name for name in NAMES if name in headers]
    if len(given) > 1:
        raise Refusal("MultipleConditionHeadersNotSupported", values={"HeaderName": ", ".join(given)})
    if given and not _holds(given[0], headers[given[0]], modified=modified):
        raise Refusal("ConditionNotMet", status=304 if reading else 412)


def refuse_conditions(headers: Mapping[str, str]) -> None:
    """For operations whose specification takes none: better refused than silently without effect."""
    for name in NAMES:
        if name in headers:
            raise about_header(
                "UnsupportedHeader", name, value=headers[name], reason="The operation takes no condition."
            )


def _holds(name: str, value: str, *, modified: int) -> bool:
    if name in ("if-match", "if-none-match"):
        tags = {tag.strip().strip('"') for tag in value.split(",")}
        matches = "*" in tags or etag_of(modified) in tags
        return matches is (name == "if-match")
    since = ticks_of(parse_date(value, header=name))
    seconds = modified - modified % TICKS_PER_SECOND
    return seconds > since if name == "if-modified-since" else seconds <= since
