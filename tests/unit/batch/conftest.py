"""Some rules of the client are tested as properties."""

from __future__ import annotations

from tests.property import profile

profile.load()
