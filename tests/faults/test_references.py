"""What a pool refers to is missing, and comes."""

from __future__ import annotations

from tests.support.world import SECRET, World, as_desired


def test_a_missing_account_is_named_and_waited_for(world: World) -> None:
    world.pool("rendering", as_desired(world.sim.pool("rendering")))
    world.wait("rendering", "AccountNotFound")
    message = world.condition("rendering")["message"]
    assert "BatchAccount research" in message
    assert "spec.accountRef.name" in message
    world.account()
    world.wait("rendering", "InSync")
    world.kubectl.out("delete", "batchaccount/research")
    world.wait("rendering", "AccountNotFound")


def test_a_missing_secret_is_named_and_found_when_it_comes(world: World) -> None:
    world.account(secret=False)
    world.pool("rendering", as_desired(world.sim.pool("rendering")))
    world.wait("rendering", "AccountNotReady")
    assert f"Secret {SECRET}" in world.condition("rendering")["message"]
    world.wait("research", "SecretNotFound", "batchaccount")
    world.secret()
    world.wait("rendering", "InSync")
    world.wait("research", "Reachable", "batchaccount")


def test_a_secret_without_the_key_names_both(world: World) -> None:
    world.kubectl.out("create", "secret", "generic", SECRET, "--from-literal=wrong=x")
    world.account(secret=False)
    world.pool("rendering", as_desired(world.sim.pool("rendering")))
    world.wait("rendering", "AccountNotReady")
    message = world.condition("rendering")["message"]
    assert SECRET in message
    assert "accountKey" in message


def test_an_endpoint_outside_the_allow_list_gets_no_request(world: World) -> None:
    world.account(endpoint="https://batch.azure.com.example.org")
    world.pool("rendering", as_desired(world.sim.pool("rendering")))
    world.wait("rendering", "AccountNotReady")
    assert "--allow-endpoint" in world.condition("rendering")["message"]
    assert world.condition("research", "Stalled", "batchaccount")["status"] == "True"
    assert world.condition("rendering", "Stalled") == {}, "it need not be touched itself"
    assert world.sim.journal.last_number == 0
    world.account()
    world.wait("rendering", "InSync")
    assert world.condition("rendering", "Stalled") == {}


def test_another_pool_id_needs_another_resource(world: World) -> None:
    world.account()
    world.pool("rendering", {})
    refused = world.kubectl.run("patch", "batchpool/rendering", "--type=merge", "-p", '{"spec":{"poolID":"genomics"}}')
    assert refused.code != 0
    assert "poolID" in refused.stderr


def test_a_rotated_account_key_is_used_before_the_old_one_is_refused(world: World) -> None:
    """The harm would be an outage of the whole account on the day on which the old key is revoked."""
    world.account()
    world.pool("rendering", as_desired(world.sim.pool("rendering")))
    world.wait("rendering", "InSync")
    wrong = "d3Jvbmc="
    world.secret(wrong)
    # Nothing has refused the old key: that the new one is tried shows that it is used.
    world.wait("research", "AuthenticationFailed", "batchaccount")
    world.secret()
    world.wait("research", "Reachable", "batchaccount")
    world.wait("rendering", "InSync")
