"""Laws, over generated desired states."""

from __future__ import annotations

from tests.property import profile

profile.load()
