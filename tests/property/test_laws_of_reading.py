"""`plan` reads manifests as kubectl does: the same objects with the same values, or both refuse.

kubectl is asked itself, without a server: `kubectl label --local` reads files as `apply` does and prints what it read.
Where `plan` refuses more, or goes on where kubectl stops, a table says so and why.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from poolkeeper.manifests.documents import Document, documents
from poolkeeper.manifests.objects import _objects

KUBECTL = Path(sys.executable).with_name("kubectl")
HEAD = "apiVersion: poolkeeper.dev/v1alpha1\nkind: BatchPool\nmetadata: {name: %s}\n"
JSON = '{"apiVersion":"poolkeeper.dev/v1alpha1","kind":"BatchPool","metadata":{"name":"%s"}%s}'


def a(name: str = "a", spec: str = "") -> str:
    return HEAD % name + spec


def j(name: str = "a", more: str = "") -> str:
    return JSON % (name, more)


def asked(folder: Path) -> tuple[list[Any], bool]:
    """What kubectl reads in a folder, in the order of its files, and whether it complains."""
    command = [str(KUBECTL), "label", "--local", "-f", str(folder), "-o", "json", "read=yes"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    decoder, at, found = json.JSONDecoder(), 0, []
    while ran.stdout[at:].strip():
        at += len(ran.stdout[at:]) - len(ran.stdout[at:].lstrip())
        body, at = decoder.raw_decode(ran.stdout, at)
        del body["metadata"]["labels"]["read"]
        found.append(body)
    return found, ran.returncode != 0


def planned(folder: Path) -> tuple[list[Any], bool]:
    """What `plan` reads there, and whether it complains."""
    found: list[Any] = []
    complains = False
    for one in documents([str(folder)]):
        bodies = list(_objects(one.body)) if isinstance(one, Document) else [None]
        complains |= None in bodies
        found += [body for body in bodies if body is not None]
    return found, complains


def same(value: Any) -> Any:
    """A form in which equal JSON is equal, and `true` is not `1`."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return ("number", float(value) + 0.0)
    if isinstance(value, list):
        return [same(item) for item in value]
    assert isinstance(value, dict), f"{type(value)} is not JSON"
    assert all(isinstance(name, str) for name in value), "a key of JSON is text"
    # kubectl prints no empty labels, which its own label has made.
    return {name: same(item) for name, item in value.items() if (name, item) != ("labels", {})}


def read_both(texts: Sequence[str | bytes]) -> list[tuple[Any, Any]]:
    """Of each text what kubectl and `plan` read, each with whether it complains; one folder for each."""
    pairs = []
    for text in texts:
        with TemporaryDirectory() as folder:
            raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
            Path(folder, "f.yaml").write_bytes(raw)
            theirs, ours = asked(Path(folder)), planned(Path(folder))
        pairs.append(([same(theirs[0]), theirs[1]], [same(ours[0]), ours[1]]))
    return pairs


def values_of(scalars: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What kubectl and `plan` take each text for, behind `v: `; those that cannot be read are not among them."""
    with TemporaryDirectory() as folder:
        for number, scalar in enumerate(scalars):
            text = a(f"n{number}", f"spec:\n  v: {scalar}\n")
            Path(folder, f"{number:05}.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
        found = [
            {scalars[int(body["metadata"]["name"][1:])]: same(body["spec"]["v"]) for body in bodies}
            for bodies, _ in (asked(Path(folder)), planned(Path(folder)))
        ]
    return found[0], found[1]


WORDS = r"""
0o17 017 0b1 0B1 0O17 1_000 +1 -1 .5 5. 1e3 1E3 0x1F 0X1F 0xfg 0b2 08 09 0o8 -0 -0o7 +0b1 1_ _1 1__0 0_7 0x_1
.4_0 ._4 .4_ .4__0 .4_e1 .4e1_0 .4e_1 +.4_0 +._4 -.4__0
1e400 -1e400 1e-400 .inf -.inf +.inf .Inf .nan .NaN inf nan infinity +nan 1.2.3 1,000 190:20:30 1:30 y Y n N
yes no on off On OFF oN true True TRUE tRue ~ null Null NULL nULL = << 2020-01-01 2020-1-1
2020-01-01T00:00:00Z 9223372036854775807 9223372036854775808 -9223372036854775808 -9223372036854775809
18446744073709551615 18446744073709551616 123456789012345678901234567890 1.0 1.5 1.10 0.1e1 .e3 . - -- --- ...
+.5 -.5 1.e3 1e+3 1e 1e- 0. 00 000 0777 0o0 0o 0x 0b -0.0 +0 1e05 01e5 0e0 0x1p3 1_0.5 1._5 1.5_ 'a' "a"
"\u0041" "\x41" "\/" "\ud83d\ude00" *a %x `x @x a:b a#b null# TRUE. [1,2] {a} "" ''
"""
SCALARS = [
    *WORDS.split(),
    "!!str 5",
    '!!int "5"',
    '!!int "x"',
    '!!float "5"',
    "!!float x",
    '!!bool "yes"',
    '!!bool "maybe"',
    '!!null ""',
    "!!binary aGk=",
    "!!timestamp 2020-01-01",
    "!x 5",
    "!<tag:yaml.org,2002:str> 5",
    "&a 5",
    "{a: 1}",
    "{a : b}",
    "[a, b]",
    "a #b",
    '"a #b"',
    "|",
    ">",
    "? x",
    ": x",
    "- x",
    "'it''s'",
    '"a\\\n    b"',
    "é",
    "a\u2028b",
    "\ufeffa",
    "{y: 1}",
    "{1: a, 1.5: b, 0x10: c, on: d}",
    "{1e3: 1, 0.1: 2, 1e21: 3, 100000000000000000000: 4}",
    "{~: 1}",
    "{[a]: 1}",
    "[~, , 1]",
    "'\n\n    a\n\n    b'",
]
TABS = ["1\t", "a\tb", "\ta", "a \t#c"]
"""PyYAML takes no tab for a blank between tokens: `plan` says in which line it stands."""


def test_a_scalar_is_what_kubectl_takes_it_for() -> None:
    theirs, ours = values_of(SCALARS)
    assert {
        scalar: (theirs.get(scalar), ours.get(scalar)) for scalar in SCALARS if theirs.get(scalar) != ours.get(scalar)
    } == {}
    assert len(theirs) > len(SCALARS) / 2


def test_a_tab_for_a_blank_is_refused_and_not_read_otherwise() -> None:
    theirs, ours = values_of(TABS)
    assert (len(theirs), ours) == (len(TABS), {})


PLAIN = st.text("0123456789+-._eExXoObByYnNaAfFtT:~=<>", min_size=1, max_size=8)


@given(scalars=st.lists(PLAIN, min_size=40, max_size=40, unique=True))
@settings(max_examples=12, deadline=None, phases=(Phase.generate,))  # each step of shrinking would ask kubectl
def test_whatever_looks_like_a_number_or_a_word_is_what_kubectl_takes_it_for(scalars: list[str]) -> None:
    theirs, ours = values_of(scalars)
    assert ours == theirs


WHOLE = [
    ("two documents", a() + "---\n" + a("b")),
    ("a separator in front", "---\n" + a()),
    ("a comment behind a separator", a() + "--- # x\n" + a("b")),
    ("a separator at the end", a() + "---"),
    ("a tab behind a separator", a() + "---\t\n" + a("b")),
    ("blanks behind a separator", a() + "---   \n" + a("b")),
    ("four dashes", a() + "----\n" + a("b")),
    ("a separator in a block", a(spec="spec:\n  x: |\n    a\n    ---\n    b\n---\n") + a("b")),
    ("windows line ends", (a() + "---\n" + a("b")).replace("\n", "\r\n")),
    ("a byte order mark", "\ufeff" + a()),
    ("a byte order mark in front of a separator", "\ufeff---\n" + a()),
    ("a byte order mark in the middle", a() + "---\n\ufeff" + a("b")),
    ("JSON", j()),
    ("a stream of JSON", j() + j("b") + "\n" + j("c") + "\n"),
    ("JSON between separators", j() + "\n---\n" + j("b") + "\n---\n" + a("c")),
    ("JSON behind YAML", a() + "---\n" + j("b") + "\n"),
    ("garbage behind JSON", j() + " x"),
    ("a trailing comma", j(more=',"spec":{"a":1,}')),
    ("a tab in JSON", j(more=',\t"spec":{}')),
    ("numbers of JSON", j(more=',"spec":{"a":1e3,"b":1.0,"c":-0,"d":12345678901234567890123}')),
    ("a number that is too large", j(more=',"spec":{"a":1E400}')),
    ("words of Python in JSON", j(more=',"spec":{"a":True}')),
    ("a comment in front of JSON", "# x\n" + j()),
    ("our group in escapes of JSON", j().replace("poolkeeper.dev", "poolkeeper\\u002edev")),
    ("our group in escapes", a().replace("poolkeeper.dev/v1alpha1", '"poolkeeper\\u002edev/v1alpha1"')),
    ("our group over two lines", a().replace("poolkeeper.dev/v1alpha1", '"poolkeeper.\\\n  dev/v1alpha1"')),
    ("our group in base64", a().replace("poolkeeper.dev/v1alpha1", "!!binary cG9vbGtlZXBlci5kZXYvdjFhbHBoYTE=")),
    (
        "our group behind an anchor",
        "x: &v poolkeeper.dev/v1alpha1\napiVersion: *v\nkind: BatchPool\nmetadata: {name: a}\n",
    ),
    ("our group in a block", a().replace("poolkeeper.dev/v1alpha1", ">-\n  poolkeeper.dev/v1alpha1")),
    ("a List", f"apiVersion: v1\nkind: List\nitems: [{j()}, {j('b')}]\n"),
    ("a BatchPoolList", f"apiVersion: poolkeeper.dev/v1alpha1\nkind: BatchPoolList\nitems: [{j()}]\n"),
    (
        "a List that says what its items are",
        "apiVersion: poolkeeper.dev/v1alpha1\nkind: BatchPoolList\nitems: [{metadata: {name: a}}]\n",
    ),
    ("flow style", "{apiVersion: poolkeeper.dev/v1alpha1, kind: BatchPool, metadata: {name: a}}\n"),
    ("flow style behind blanks", " \n  {apiVersion: poolkeeper.dev/v1alpha1, kind: BatchPool, metadata: {name: a}}\n"),
    ("a null", a() + "---\nnull\n---\n" + a("b")),
    ("empty documents", "---\n---\n\n---\n# c\n---\n" + a()),
    ("a merge key", "x: &m {kind: BatchPool, metadata: {name: a}}\n<<: *m\napiVersion: poolkeeper.dev/v1alpha1\n"),
    (
        "a merge key that is overridden",
        "x: &m {kind: Other, metadata: {name: a}}\n<<: *m\napiVersion: poolkeeper.dev/v1alpha1\nkind: BatchPool\n",
    ),
    (
        "several merged",
        "x: &m {kind: BatchPool, metadata: {name: b}}\ny: &n {metadata: {name: a}}\n<<: [*n, *m]\n"
        + a().partition("\n")[0],
    ),
    ("an alias", a(spec="spec: &s {a: 1}\nother: *s\n")),
    ("nothing", ""),
    ("a comment that names us", "# poolkeeper.dev\n"),
    ("blocks", a(spec="spec:\n  a: |+\n    x\n\n  b: >\n    x\n    y\n\n    z\n  c: |-\n    q\n")),
    ("characters of all planes", a(spec='spec: {a: "\U0001f600", b: \U0001f600, c: "x\u0085y", d: "\uffff"}\n')),
    ("a control character", a(spec='spec: {a: "x\u0007y"}\n')),
    ("a tab for indentation", a(spec="spec:\n\ta: 1\n")),
    ("a list of objects", f"- {j()}\n"),
]


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in WHOLE])
def test_a_file_holds_what_kubectl_reads_in_it(text: str) -> None:
    ((theirs, ours),) = read_both([text])
    assert ours == theirs


REFUSED = [
    ("a key twice", a(spec="spec: {a: 1, a: 2}\n"), "one of the two is lost, and nobody says which"),
    ("a key twice in JSON", j(more=',"spec":{"a":1,"a":2}'), "the same"),
    ("two spellings of a key", a(spec="spec: {yes: 1, true: 2}\n"), "the same"),
    ("NaN in JSON", j(more=',"spec":{"a":NaN}'), "kubectl makes a text of it"),
    ("the end of a document", a() + "...\n" + a("b"), "kubectl leaves out what follows without a word"),
    ("several of JSON behind YAML", a() + "---\n" + j("b") + "\n" + j("c"), "kubectl leaves out all but the first"),
    ("carriage returns alone", (a() + "---\n" + a("b")).replace("\n", "\r"), "kubectl mixes the two into one"),
    ("UTF-16", ("\ufeff" + a()).encode("utf-16-le"), "one encoding is enough for a repository"),
    ("half a character", j(more=',"spec":{"a":"\\ud800"}'), "the API server would store something else"),
]


@pytest.mark.parametrize(("text", "reason"), [pytest.param(*row[1:], id=row[0]) for row in REFUSED])
def test_where_plan_refuses_more_it_reads_nothing_otherwise(text: str | bytes, reason: str) -> None:
    ((theirs, ours),) = read_both([text])
    assert theirs[0], reason
    assert ours[1], reason
    assert [one for one in ours[0] if one not in theirs[0]] == [], reason


STOPS = [
    ("text behind a separator", a() + "--- x\n" + a("b"), True),
    ("an object behind a separator", a() + "--- " + j("b"), True),
    ("a directive", "%YAML 1.1\n---\n" + a(), True),
    ("a List in a List", f"kind: List\nitems: [{{kind: List, items: [{j()}]}}]\n", True),
    ("a text for a document that names us", a() + "---\npoolkeeper.dev\n---\n" + a("b"), True),
    ("a broken document of others in front", "a: [\n---\n" + a("b"), False),
    ("a template in front", "{{ if x }}\n---\n" + a(), False),
    ("a text for a document", a() + "---\nhello\n---\n" + a("b"), False),
]
"""Where kubectl stops, `plan` goes on; it complains of what names our group, and passes over what others wrote."""


@pytest.mark.parametrize(("text", "complains"), [pytest.param(*row[1:], id=row[0]) for row in STOPS])
def test_where_kubectl_stops_plan_goes_on(text: str, *, complains: bool) -> None:
    ((theirs, ours),) = read_both([text])
    assert theirs[1]
    assert ours[1] is complains
    assert [one for one in theirs[0] if one not in ours[0]] == [], "nothing that kubectl reads is passed over"
