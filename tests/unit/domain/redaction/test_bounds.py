"""Text of others may be long and made to be slow: what is searched is cut before, and gone through once."""

from __future__ import annotations

import pkgutil
import re
import time
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

import poolkeeper
from poolkeeper.domain.redaction.display import MOST_CHARACTERS, shown, shown_pair
from poolkeeper.domain.redaction.mask import Mask
from poolkeeper.domain.schema.canonical import canonical
from poolkeeper.domain.secret_text import HIDDEN, MOST_SEARCHED, SecretText, without, without_queries

HIDDEN_IN_WORDS = [
    ("git clone https://bot:ghp_SECRET@github.com/x/y", "a user of a URL"),
    ("git clone ssh://SECRET@host/x", "of any scheme"),
    ("get ftp://host/x?SECRET=1 now", "a query of any scheme"),
    ('azcopy x "https://x.blob.core.windows.net/c"?"sv=1&sig=SECRET"', "a signature in quotes of its own"),
    ("SAS='sv=2022&sig=SECRET%3D' ./run", "a signature without a URL"),
    ("DefaultEndpointsProtocol=https;AccountKey=SECRET==;", "a key in a connection string"),
    ("Endpoint=sb://x/;SharedAccessKey=SECRET", "and another"),
    ("https://x/a?sv=1&sig=abc SECRET%3D&se=1 rest", "a query that a decoded plus tears in two"),
    ("https://x/a?SECRET https://u:SECRET@x/b", "every URL"),
]


@pytest.mark.parametrize(("text", "reason"), HIDDEN_IN_WORDS)
def test_what_is_known_to_be_secret_is_hidden(text: str, reason: str) -> None:
    assert "SECRET" not in without_queries(text), reason


@pytest.mark.parametrize(
    "text", ["user@host", "a: //b", "mailto:a@b", "https://host/@scope/package", "3 :// 4", "sigma=1"]
)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert without_queries(text) == text


def naive(text: str, values: set[str]) -> str:
    """By definition: whatever lies in a place of a value is hidden, and what touches goes as one."""
    hidden = [False] * len(text)
    joined = [False] * (len(text) + 1)
    for value in values:
        for at in range(len(text)):
            if value and text.startswith(value, at):
                hidden[at : at + len(value)] = [True] * len(value)
                joined[at] = True
    out, inside = "", False
    for char, gone in zip(text, hidden, strict=True):
        if gone and not inside:
            out += HIDDEN
        elif not gone:
            out += char
        inside = gone
    return out


@given(text=st.text("ab", max_size=40), values=st.sets(st.text("ab", min_size=1, max_size=6), max_size=6))
def test_one_pass_finds_what_many_would(text: str, values: set[str]) -> None:
    assert without(text, values) == naive(text, values)


def test_a_long_value_is_found_where_it_is_quoted_in_part() -> None:
    value = "k" * 10 + "".join(chr(97 + at % 26) for at in range(500))
    assert value[64:80] not in without(f"it begins with {value[:100]} ...", {value})


@pytest.mark.parametrize("at", [MOST_SEARCHED - 10, MOST_CHARACTERS - 10, MOST_SEARCHED + MOST_CHARACTERS])
def test_a_cut_leaves_no_half_of_a_secret(at: int) -> None:
    secret = SecretText("s3cret-" * 6)
    form = canonical({"startTask": {"commandLine": "x" * at + secret.plain() + "y" * 9000}})
    text = shown(form, "/startTask/commandLine", mask=Mask({secret}))
    assert text is not None
    assert len(text) <= MOST_CHARACTERS
    assert "s3cret" not in text


@pytest.mark.parametrize("at", range(MOST_SEARCHED - 40, MOST_SEARCHED + 2))
def test_a_cut_leaves_no_half_of_a_url(at: int) -> None:
    """Where it is cut in front of the `@`, nobody knows that a user stands there."""
    text = without_queries(("x" * at + " https://SECRETUSER:SECRET@host/x?SECRET")[:MOST_SEARCHED], cut=True)
    assert "SECRET" not in text


def test_what_differs_far_behind_is_shown_where_it_differs() -> None:
    live, desired = (canonical({"startTask": {"commandLine": "x" * 600 + end}}) for end in ("good.sh", "evil.sh"))
    here, wanted = shown_pair(live, desired, "/startTask/commandLine", mask=Mask())
    assert here is not None
    assert wanted is not None
    assert here.endswith("good.sh")
    assert wanted.endswith("evil.sh")


SLOW = [
    "https://",
    "a://",
    "sig=",
    "AccountKey=",
    "://",
    "@",
    "?",
    "https://a@",
    "x?https://",
    " https://a?b=c",
    "aaaa",
    "\x1b",
]
SHORT, LONG = 4_000, 64_000
ROOM = 40
"""Times that a text of 16 times the length may take; a scan that begins anew at each place takes 256 times."""


def took(text: str, *, values: set[str]) -> float:
    best = float("inf")
    for _ in range(3):
        begin = time.process_time()
        without(without_queries(text), values)
        best = min(best, time.process_time() - begin)
    return best


@pytest.mark.parametrize("piece", SLOW)
def test_time_grows_with_the_length_and_not_faster(piece: str) -> None:
    """By the processor's time, as a ratio in one run, with room for any machine."""
    values = {"a" * length for length in range(4, 104)}
    short, long = ((piece * length)[:length] for length in (SHORT, LONG))
    assert took(long, values=values) <= ROOM * max(took(short, values=values), 1e-3)


def patterns() -> list[re.Pattern[str]]:
    """Every regular expression that a module of the operator holds."""
    found = []
    for module in pkgutil.walk_packages(poolkeeper.__path__, "poolkeeper."):
        if not module.name.endswith("__main__"):
            held = vars(import_module(module.name)).values()
            found += [one for one in held if isinstance(one, re.Pattern) and isinstance(one.pattern, str)]
    return list({one.pattern: one for one in found}.values())


@pytest.mark.parametrize("pattern", patterns(), ids=lambda pattern: pattern.pattern[:40])
def test_no_regular_expression_is_slower_than_its_text_is_long(pattern: re.Pattern[str]) -> None:
    for piece in SLOW:
        times = []
        for length in (SHORT, LONG):
            text = (piece * length)[:length]
            begin = time.process_time()
            for _ in pattern.finditer(text):
                pass
            pattern.fullmatch(text)
            times.append(time.process_time() - begin)
        assert times[1] <= ROOM * max(times[0], 5e-3), piece
