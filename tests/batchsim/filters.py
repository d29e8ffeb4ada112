"""`$filter` of List Pools, as far as tests need it: comparisons of id and state joined by and / or.

Anything else is refused as the service refuses an expression that it cannot read: better an error in a test
than a filter that filters nothing. Literals are case-insensitive, as pool ids are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.batchsim.errors import about_query

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.batchsim.pools import Pool

    Test = Callable[[Pool], bool]

_LITERAL = r"'((?:[^']|'')*)'"
_STARTSWITH = re.compile(rf"startswith\(\s*id\s*,\s*{_LITERAL}\s*\)")
_COMPARISON = re.compile(rf"(id|state|allocationState)\s+(eq|ne|gt|ge|lt|le)\s+{_LITERAL}")
_JOIN = re.compile(rf"((?:[^']|{_LITERAL})*?)\s+(and|or)\s+")
_ORDERED = ("gt", "ge", "lt", "le")


def parse_filter(text: str) -> Test:
    """A predicate over pools; `and` binds closer than `or`."""
    alternatives: list[list[Test]] = [[]]
    rest = text.strip()
    while match := _JOIN.match(rest):
        alternatives[-1].append(_term(match[1], text))
        if match[3] == "or":
            alternatives.append([])
        rest = rest[match.end() :]
    alternatives[-1].append(_term(rest, text))
    return lambda pool: any(all(term(pool) for term in terms) for terms in alternatives)


def _term(term: str, text: str) -> Test:
    term = term.strip()
    if match := _STARTSWITH.fullmatch(term):
        prefix = _value(match[1])
        return lambda pool: pool.id.casefold().startswith(prefix)
    match = _COMPARISON.fullmatch(term)
    if match is None or (match[1] != "id" and match[2] in _ORDERED):
        raise about_query(
            "InvalidQueryParameterValue", "$filter", value=text, reason=f"Cannot evaluate '{term}' on a pool."
        )
    name, operator, wanted = match[1], match[2], _value(match[3])

    def holds(pool: Pool) -> bool:
        value = {"id": pool.id, "state": pool.state, "allocationState": pool.allocation}[name].casefold()
        return {
            "eq": value == wanted,
            "ne": value != wanted,
            "gt": value > wanted,
            "ge": value >= wanted,
            "lt": value < wanted,
            "le": value <= wanted,
        }[operator]

    return holds


def _value(literal: str) -> str:
    return literal.replace("''", "'").casefold()
