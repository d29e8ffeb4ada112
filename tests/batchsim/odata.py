"""`$select`, `maxresults` and paging by an opaque `$skiptoken`.

The token is as awkward as the service's (it bears `:`, `/`, `^`, `=` and `$`), and of these only `^` is escaped in
`odata.nextLink`, as recorded (Azure/azure-sdk-for-node, "should list a maximum number of pools"): a client that
re-encodes the link badly is found out.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from tests.batchsim.errors import about_query

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

T = TypeVar("T")

MAX_RESULTS = 1000
_TOKEN_PREFIX = "WATV2:/pools/^=$"
# Base64 without `+`, which a query would take for a blank.
_ALPHABET = b"^/"
# What may stand in a query and means nothing there. It is .NET's idea of it, too.
_LEFT_ALONE = "!$'()*,/:;=?@"


def parse_select(query: Mapping[str, str], *, known: tuple[str, ...]) -> tuple[str, ...] | None:
    """The names asked for, or None for all. The service knows camelCase only."""
    text = query.get("$select")
    if text is None:
        return None
    names = tuple(name.strip() for name in text.split(","))
    for name in names:
        if name not in known:
            reason = f"Could not find a property named '{name}'."
            raise about_query("InvalidQueryParameterValue", "$select", value=text, reason=reason)
    return tuple(name for name in known if name in names)


def parse_max_results(query: Mapping[str, str]) -> int:
    text = query.get("maxresults")
    if text is None:
        return MAX_RESULTS
    if not text.lstrip("-").isdigit():
        raise about_query("InvalidQueryParameterValue", "maxresults", value=text, reason="Not an integer.")
    if int(text) < 1:
        # Recorded: less than one is no value at all, and not one out of range.
        raise about_query(
            "InvalidQueryParameterValue", "maxresults", value=text, reason="MaxResults cannot be less than 1"
        )
    if int(text) > MAX_RESULTS:
        reason = f"Between 1 and {MAX_RESULTS} are permitted."
        raise about_query("OutOfRangeQueryParameterValue", "maxresults", value=text, reason=reason)
    return int(text)


def page(items: Sequence[T], *, query: Mapping[str, str], key: Callable[[T], str]) -> tuple[Sequence[T], str | None]:
    """One page of `items` (sorted by `key`), and the token of the next page if there is one."""
    size = parse_max_results(query)
    token = query.get("$skiptoken")
    if token is not None:
        after = _read_token(token)
        items = [item for item in items if key(item) > after]
    if len(items) <= size:
        return items, None
    return items[:size], _write_token(key(items[size - 1]))


def next_link(url: str, *, query: Mapping[str, str], token: str) -> str:
    """The absolute URL of the next page: everything asked for stays, the token is new."""
    pairs = {**query, "$skiptoken": token}
    return url + "?" + "&".join(f"{name}={quote(value, safe=_LEFT_ALONE)}" for name, value in pairs.items())


def collection(url_base: str, *, entity: str, items: list[Any]) -> dict[str, Any]:
    return {"odata.metadata": f"{url_base}/$metadata#{entity}", "value": items}


def _write_token(last: str) -> str:
    return _TOKEN_PREFIX + base64.b64encode(last.encode(), _ALPHABET).decode()


def _read_token(token: str) -> str:
    try:
        return base64.b64decode(token.removeprefix(_TOKEN_PREFIX), _ALPHABET, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise about_query("InvalidQueryParameterValue", "$skiptoken", value=token, reason="Unknown token.") from None
