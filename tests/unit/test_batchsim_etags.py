"""Time and ETags as the service counts them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.batchsim.etags import Ticker, etag_of, http_date_of, iso_of, ticks_of, ticks_of_iso


def test_a_recorded_etag_is_the_ticks_of_its_last_modified() -> None:
    """Azure/azure-powershell, TestPoolCRUD.json of September 2025."""
    ticks = int("8DDF63BB049DEAA", 16)
    assert etag_of(ticks) == "0x8DDF63BB049DEAA"
    assert http_date_of(ticks) == "Wed, 17 Sep 2025 22:43:57 GMT"
    assert etag_of(ticks_of_iso(iso_of(ticks))) == "0x8DDF63BB049DEAA"


@pytest.mark.parametrize(
    ("ticks", "text"),
    [
        (ticks_of(datetime(2025, 1, 1, tzinfo=UTC)), "2025-01-01T00:00:00Z"),
        (ticks_of(datetime(2025, 1, 1, tzinfo=UTC)) + 1, "2025-01-01T00:00:00.0000001Z"),
        (ticks_of(datetime(2025, 1, 1, 0, 0, 0, 120000, tzinfo=UTC)), "2025-01-01T00:00:00.12Z"),
    ],
)
def test_times_have_up_to_seven_digits(ticks: int, text: str) -> None:
    assert iso_of(ticks) == text
    assert ticks_of_iso(text) == ticks


def test_ticks_grow_though_the_clock_stands_still_or_goes_back() -> None:
    now = datetime(2025, 1, 1, tzinfo=UTC)
    ticker = Ticker(lambda: now)
    first, second = ticker.next(), ticker.next()
    now -= timedelta(hours=1)
    third = ticker.next()
    now += timedelta(hours=2)
    assert [second - first, third - second] == [1, 1]
    assert ticker.next() == ticks_of(now)
    assert ticker.next(after=1 << 61) == (1 << 61) + 1
