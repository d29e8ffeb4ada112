"""How hypothesis runs here: no time limit per example, since the machine may be busy with other things.

`HYPOTHESIS_PROFILE=thorough pytest tests/property` looks further than the everyday run.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("everyday", deadline=None, max_examples=50, print_blob=True)
settings.register_profile("thorough", deadline=None, max_examples=1000, print_blob=True)


def load() -> None:
    """Make the profile that the environment names, or the everyday one, that of this run."""
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "everyday"))
