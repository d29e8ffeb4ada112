"""The settings: fixed once made, and within what a pod allows."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from poolkeeper.settings import Settings

POD_GRACE = 30.0
"""Seconds between SIGTERM and SIGKILL, Kubernetes' default."""

SERVICE_TIMEOUT = 30.0
"""Seconds after which the Batch service gives up by itself (the `timeout` query parameter's default)."""


def test_settings_are_made_once() -> None:
    settings = Settings()
    with pytest.raises(FrozenInstanceError):
        settings.resync = 1.0  # type: ignore[misc] # that it cannot be set is the point


def test_what_is_under_way_can_end_before_the_pod_is_killed() -> None:
    assert Settings().grace < POD_GRACE


def test_the_service_may_give_up_before_its_client() -> None:
    assert Settings().request_timeout > SERVICE_TIMEOUT
