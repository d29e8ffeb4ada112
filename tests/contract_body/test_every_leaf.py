"""Every leaf of the five properties, from a manifest to the body that the service receives, and back to in sync."""

from __future__ import annotations

import pytest

from poolkeeper.domain.decision.plan import Blocked, InSync
from poolkeeper.domain.failures import PasswordMissing
from poolkeeper.domain.schema.types import String
from tests.contract_body.account import Account
from tests.contract_body.leaves import Json, Leaf, leaves, value_at

EVERY = leaves()
LEAVES = [pytest.param(leaf, id=str(leaf)) for leaf in EVERY]
SHOWN = [pytest.param(leaf, id=str(leaf)) for leaf in EVERY if leaf.echoed]
CHANGING = [pytest.param(leaf, id=str(leaf)) for leaf in EVERY if leaf.second is not None]
DEFAULTED = [pytest.param(leaf, id=str(leaf)) for leaf in EVERY if leaf.default is not None]


def otherwise(leaf: Leaf, live: Json) -> Json:
    """The live properties; different elsewhere too if a difference at the leaf cannot be seen."""
    return live if leaf.echoed else {**live, "metadata": [{"name": "stray", "value": "1"}]}


@pytest.mark.parametrize("leaf", LEAVES)
async def test_set(account: Account, leaf: Leaf) -> None:
    account.holds(otherwise(leaf, leaf.without()))
    body = await account.write(leaf.holding(leaf.first))
    assert value_at(body, leaf.path) == leaf.first
    assert account.kept(leaf.path) == leaf.first


@pytest.mark.parametrize("leaf", CHANGING)
async def test_changed(account: Account, leaf: Leaf) -> None:
    account.holds(otherwise(leaf, leaf.holding(leaf.second)))
    body = await account.write(leaf.holding(leaf.first))
    assert value_at(body, leaf.path) == leaf.first
    assert account.kept(leaf.path) == leaf.first


@pytest.mark.parametrize("leaf", SHOWN)
async def test_removed(account: Account, leaf: Leaf) -> None:
    account.holds(otherwise(leaf, leaf.holding(leaf.first)))
    body = await account.write(leaf.without())
    # The mode is always sent, since leaving it out would set it too.
    assert value_at(body, leaf.path) in ([leaf.default] if leaf.path == ("targetNodeCommunicationMode",) else [None])
    # The service may show the default then, and nothing else.
    assert account.kept(leaf.path) in (None, leaf.default)


@pytest.mark.parametrize("leaf", [leaf for leaf in EVERY if not leaf.echoed], ids=str)
async def test_what_is_never_shown_is_not_taken_away(account: Account, leaf: Leaf) -> None:
    """A password that is left out would be gone for good, with whatever else is corrected."""
    account.holds(otherwise(leaf, leaf.holding(leaf.first)))
    decision = await account.decide(leaf.without(), adoption="Guard")
    assert isinstance(decision, Blocked)
    assert isinstance(decision.failure, PasswordMissing)


@pytest.mark.parametrize("leaf", DEFAULTED)
async def test_defaulted(account: Account, leaf: Leaf) -> None:
    spelled, silent = leaf.holding(leaf.default), leaf.without()
    for live, desired in ((spelled, silent), (silent, spelled), (spelled, spelled), (silent, silent)):
        account.holds(live)
        assert isinstance(await account.decide(desired), InSync), f"{live} is {desired}"


def test_what_the_service_does_not_show_is_a_password_and_nothing_else() -> None:
    hidden = [str(leaf) for leaf in EVERY if isinstance(leaf.kind, String) and leaf.kind.write_only]
    assert hidden == ["startTask.containerSettings.registry.password"]


def test_only_a_leaf_of_one_possible_value_cannot_change() -> None:
    assert [str(leaf) for leaf in EVERY if leaf.second is None] == ["certificateReferences[].thumbprintAlgorithm"]
