"""A value from a Secret is the text that it is to whoever sends it, and nothing to whoever shows it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from poolkeeper.domain.secret_text import HIDDEN, SecretText, without

CANARY = "c4n4ry"
SECRET = SecretText(CANARY)


@pytest.mark.parametrize(
    ("formatted", "reason"),
    [
        (str, "what print and logging call"),
        (repr, "what containers and dataclasses call"),
        (ascii, "repr by another name"),
        (format, "what f-strings call"),
        (lambda one: f"{one}", "an f-string"),
        (lambda one: f"{one!s} {one!r} {one!a}", "with conversions"),
        (lambda one: f"{one:>20}", "with a width"),
        (lambda one: f"{one:.3}", "cut short: three letters of a password are three too many"),
        ("{}".format, "str.format"),
        (lambda one: "%s %r %10s" % (one, one, one), "the percent sign, as logging has it"),  # noqa: UP031 -- likewise
        (lambda one: str([one]) + str({"value": one}) + str({one: 1}), "within a list or a map"),
        (lambda one: str(ValueError(one)) + repr(KeyError(one)), "in an exception"),
    ],
)
def test_it_is_hidden_however_it_is_formatted(formatted: Callable[[Any], str], reason: str) -> None:
    assert CANARY not in formatted(SECRET), reason
    assert CANARY[:3] not in formatted(SECRET), reason
    assert HIDDEN in formatted(SECRET), reason


@pytest.mark.parametrize(
    ("used", "result", "reason"),
    [
        (lambda one: one == CANARY, True, "a live value is compared with it"),
        ([CANARY].index, 0, "from both sides"),
        (lambda one: one != f"{CANARY}!", True, "another one is another"),
        (lambda one: {one: 1}[CANARY], 1, "it finds its place in a map"),
        (lambda one: json.dumps({"value": one}), f'{{"value": "{CANARY}"}}', "a body is JSON"),
        (lambda one: json.dumps(one, indent=1, ensure_ascii=False), f'"{CANARY}"', "whatever encoder writes it"),
        (lambda one: one.encode(), CANARY.encode(), "on the wire it is bytes"),
        (lambda one: one.plain(), CANARY, "and who asks for the text gets it"),
        (lambda one: type(one.plain()) is str, True, "as text, which hides nothing any more"),
        (lambda one: SecretText(one).plain(), CANARY, "made of one that is hidden it is still the value"),
        (lambda one: copy.deepcopy({"value": one})["value"].plain(), CANARY, "a copy has the value"),
        (lambda one: str(copy.deepcopy({"value": one})), f"{{'value': {HIDDEN}}}", "and hides it"),
    ],
)
def test_it_is_the_text_to_whoever_uses_it(used: Callable[[Any], Any], result: Any, reason: str) -> None:
    assert used(SECRET) == result, reason


@pytest.mark.parametrize(
    ("text", "values", "left", "reason"),
    [
        ("the value c4n4ry is wrong", [SECRET], "the value (hidden) is wrong", "one value"),
        ("the value c4n4ry is wrong", [CANARY], "the value (hidden) is wrong", "hidden in its own right or not"),
        ("c4n4ry", [SECRET], "(hidden)", "nothing else"),
        ("nothing of it", [SECRET], "nothing of it", "none"),
        ("nothing of it", [], "nothing of it", "no values"),
        ("nothing of it", [""], "nothing of it", "an empty value stands everywhere, and is no secret"),
        ("c4n4ry, c4n4ry!", [SECRET], "(hidden), (hidden)!", "each time that it stands there"),
        ("c4n4ry-2", ["c4n4ry", "c4n4ry-2"], "(hidden)", "one that holds another goes whole"),
        ("abcdef!", ["abcdef", "bc"], "(hidden)!", "with all that follows the one that it holds"),
        ("abcd", ["ab", "bcd"], "(hidden)", "nothing is left of one that overlaps another"),
        ("ababa", ["aba"], "(hidden)", "nor of one that overlaps itself"),
        ("abcd", ["ab", "cd"], "(hidden)", "two in a row do not tell where one ends"),
        ("id c4n4ry", ["i", "d", SECRET], "(hidden) (hidden)", "the word that hides is not hidden in its turn"),
        ("a.c abc", ["a.c"], "(hidden) abc", "a value is no pattern"),
    ],
)
def test_a_text_is_shown_without_the_values(text: str, values: list[str], left: str, reason: str) -> None:
    assert without(text, values) == left, reason
