"""Signatures in the queries of URLs do not leave."""

from __future__ import annotations

import pytest

from poolkeeper.domain.secret_text import without_queries


@pytest.mark.parametrize(
    ("text", "left", "reason"),
    [
        ("nothing to hide", "nothing to hide", "a text without a URL stays"),
        ("see https://x.example/a", "see https://x.example/a", "a URL without a query stays"),
        ("get https://x.example/a?sig=SECRET now", "get https://x.example/a?… now", "the query goes, the rest stays"),
        ("http://x/a?sig=SECRET", "http://x/a?…", "http too"),
        ("HTTPS://x/a?sig=SECRET", "HTTPS://x/a?…", "schemes have no case"),
        ("'https://x/a?sig=SECRET'", "'https://x/a?…'", "within quotes"),
        ('"https://x/a?sig=SECRET"', '"https://x/a?…"', "within double quotes"),
        ("<https://x/a?sig=SECRET>", "<https://x/a?…>", "within angle brackets"),
        ("https://x/a#SECRET", "https://x/a?…", "fragments go too"),
        ("https://x?sig=SECRET", "https://x?…", "without a path"),
        ("https://x/?a=1&sig=SECRET%3D?&b", "https://x/?…", "all of the query"),
        ("https://x/1?SECRET https://x/2?SECRET", "https://x/1?… https://x/2?…", "every URL"),
    ],
)
def test_queries_are_replaced(text: str, left: str, reason: str) -> None:
    assert without_queries(text) == left, reason
    assert "SECRET" not in without_queries(text)
