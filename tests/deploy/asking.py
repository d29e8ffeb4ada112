"""Asks what may be done: the files of RBAC, and the API server through kubectl."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import product

from tests.deploy.files import Object
from tests.deploy.rights import Right
from tests.testbed.kubectl import Kubectl

Grant = tuple[str, str]
"""A resource with its group, as kubectl prints it (or a URL), and a verb."""

STRANGER = (
    "--as=system:serviceaccount:default:stranger",
    "--as-group=system:serviceaccounts",
    "--as-group=system:serviceaccounts:default",
    "--as-group=system:authenticated",
)
"""A service account that nobody has granted anything: what it may do, everybody may."""


def spelled(group: str, resource: str) -> str:
    """`batchpools.poolkeeper.dev/status`, as kubectl spells it."""
    name, slash, subresource = resource.partition("/")
    return f"{name}{f'.{group}' if group else ''}{slash}{subresource}"


def grants(rights: Iterable[Right]) -> set[Grant]:
    """What a table of rights says."""
    return {(spelled(right.group, right.resource), right.verb) for right in rights}


def granted(rules: Sequence[Object]) -> list[Grant]:
    """Every grant of a role's rules, singly."""
    return [
        (spelled(group, resource), verb)
        for rule in rules
        for group, resource, verb in product(rule["apiGroups"], rule["resources"], rule["verbs"])
    ]


def listed(kubectl: Kubectl, *who: str) -> set[Grant]:
    """What `kubectl auth can-i --list` says, singly."""
    found: set[Grant] = set()
    for line in kubectl.out(*who, "auth", "can-i", "--list", "--no-headers").splitlines():
        row = re.fullmatch(r"(\S*)\s+\[(.*?)\]\s+\[(.*?)\]\s+\[(.*?)\]\s*", line)
        assert row, f"kubectl prints its table otherwise now: {line}"
        resource, urls, names, verbs = row.groups()
        assert not names, f"nothing here is granted by name: {line}"
        found |= set(product([resource] if resource else urls.split(), verbs.split()))
    return found


def can(kubectl: Kubectl, verb: str, resource: str, *where: str) -> bool:
    """Ask for a namespace or all; kubectl says yes or no, and warns of a resource that the server does not know."""
    resource, slash, subresource = resource.partition("/")
    extra: Iterable[str] = (f"--subresource={subresource}",) if slash else ()
    done = kubectl.run("auth", "can-i", verb, resource, *extra, *where)
    assert "doesn't have a resource type" not in done.stderr, done.stderr
    assert done.stdout.strip() in {"yes", "no"}, done.stderr
    return done.stdout.strip() == "yes"
