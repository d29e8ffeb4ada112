"""What one run of the bench measures, how much of it and how often."""

from __future__ import annotations

from dataclasses import dataclass

PHASES = ("contenders", "quiet", "limited", "apart")


@dataclass(frozen=True, kw_only=True)
class Options:
    """Times in seconds. The full set takes hours, QUICK some minutes."""

    sizes: tuple[int, ...] = (100, 500, 2000)
    """Pools, over all accounts together."""
    runs: int = 3
    """Of everything but the two phases that are long enough to be their own average: steady state and drift."""
    accounts: int = 4
    interval: int = 60
    """The check interval of every account, and of every other contender's loop."""
    window: float = 120.0
    """Of the steady state."""
    samples: int = 50
    """Spec changes, and drifts, of which the percentiles are taken."""
    contenders: tuple[str, ...] = ()
    """Their names; none means all of them."""
    patience: float = 600.0
    """Until a phase is given up."""
    limit: int = 10
    """Requests a second in the run that shows the limiter."""
    limited: int = 500
    """Changes in that run."""
    retry_after: int = 10
    """What the throttled account asks for."""
    throttled: float = 300.0
    """For how long it does."""
    quiet: int = 10
    """Minutes without any change."""
    quiet_pools: int = 2000
    phases: tuple[str, ...] = PHASES


FULL = Options()
QUICK = Options(
    sizes=(50, 200),
    runs=1,
    interval=10,
    window=20.0,
    samples=20,
    patience=180.0,
    limited=50,
    retry_after=5,
    throttled=20.0,
    quiet=1,
    quiet_pools=200,
)
