"""Plain scalars as the API server's reader has them, keys that stand twice, and texts that are too much."""

from __future__ import annotations

from typing import Any

import pytest

from poolkeeper.manifests.yaml_text import Unreadable, parse

SCALARS = [
    ("12:30:45", "12:30:45", "no number in base 60"),
    ("2026-01-02", "2026-01-02", "no date"),
    ("1e3", 1000.0, "a number, so that a version written so is refused as it would be"),
    ("7.1", 7.1, "a number"),
    ("4.2.3", "4.2.3", "text"),
    ("0755", 493, "octal"),
    ("08", 8.0, "no octal number, and a number all the same"),
    ("0x1f", 31, "hexadecimal"),
    ("1_000", 1000, "an integer"),
    ("yes", True, "a boolean in YAML 1.1"),
    ("off", False, "a boolean in YAML 1.1"),
    ("~", None, "null"),
    ("", None, "null"),
    ("'yes'", "yes", "quoted"),
    ("y", True, "a boolean in YAML 1.1"),
]


@pytest.mark.parametrize(("text", "value"), [pytest.param(*row[:2], id=f"{row[0]} is {row[2]}") for row in SCALARS])
def test_a_scalar_is_what_the_api_server_takes_it_for(text: str, value: Any) -> None:
    found = parse(f"a: {text}")["a"]
    assert (found, type(found)) == (value, type(value))


def test_json_is_read_with_tabs() -> None:
    assert parse('{\n\t"a":\t[1, true, "x"]\n}') == {"a": [1, True, "x"]}


def test_flow_style_yaml_begins_like_json() -> None:
    assert parse("{a: [1, b]}") == {"a": [1, "b"]}


def test_anchors_and_merges_work() -> None:
    text = "base: &base {a: 1, b: 2}\nfirst: {<<: *base, b: 3}\nlater: {inner: {<<: *base}}"
    assert parse(text) == {"base": {"a": 1, "b": 2}, "first": {"a": 1, "b": 3}, "later": {"inner": {"a": 1, "b": 2}}}


NEST = "\n".join([f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 9) if at else 'x'}]" for at in range(9)])
REFUSED = [
    ("a: 1\nb: 2\na: sekret", "a key stands twice", "in YAML"),
    ('{"a": 1, "a": "sekret"}', "a key stands twice", "in JSON"),
    ("a: *sekret", "is not YAML in line 1", "an unknown alias, whose name may be a password"),
    ("a: !!int sekret", "is not YAML in line 1", "a value that is not what its tag says"),
    ('a: "sekret', "is not YAML", "an open quote"),
    ("a: b: sekret", "is not YAML", "a mapping where there can be none"),
    ("\ta: sekret", "is not YAML", "a tab"),
    ("a: \x01sekret", "is not YAML", "a control character"),
    (NEST, "too large", "some lines that stand for millions of values"),
    ("a: &a [*a]", "too large", "a list that holds itself"),
    ("[" * 100_000, "nested too deeply", "more levels than anybody means"),
    ("{a: " * 5_000, "nested too deeply", "in YAML too"),
    ("? [a]\n: sekret", "has a key that is no text", "a key that is a list"),
]


@pytest.mark.parametrize(("text", "said"), [pytest.param(*row[:2], id=row[2]) for row in REFUSED])
def test_what_cannot_be_meant_is_refused_without_a_quotation(text: str, said: str) -> None:
    with pytest.raises(Unreadable) as caught:
        parse(text)
    assert said in str(caught.value)
    assert "sekret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (r'{"value": "\ud800"}', "JSON"),
        (r'value: "\ud800"', "YAML"),
        (r'[{"deep": ["x\udfff"]}]', "in a list"),
        (r'{"\udc00": 1}', "a key"),
    ],
)
def test_half_a_character_is_refused_before_anything_is_made_of_it(text: str, reason: str) -> None:
    with pytest.raises(Unreadable, match="lone surrogate"):
        parse(text)
    assert reason


def test_a_whole_pair_is_one_character() -> None:
    assert parse(r'{"value": "\ud83d\ude00"}') == {"value": "\U0001f600"}
