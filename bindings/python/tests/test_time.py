"""Moments and durations into Python's own, and back."""

import datetime
import zoneinfo

import pytest
import slo
from hypothesis import given
from hypothesis import strategies as st


@given(
    st.datetimes(min_value=datetime.datetime(1970, 1, 1), max_value=datetime.datetime(2261, 1, 1))
)
def test_datetime_there_and_back(naive):
    moment = naive.replace(tzinfo=datetime.timezone.utc)
    ns = slo.time.from_datetime(moment)
    assert slo.time.to_datetime(ns) == moment
    assert slo.time.parse(moment.isoformat()) == ns
    assert slo.time.parse(slo.time.format(ns)) == ns


@given(st.integers(-(2**63), 2**63 - 1))
def test_timedelta(ns):
    span = slo.time.to_timedelta(ns)
    assert slo.time.from_timedelta(span) == ns - ns % 1000
    if ns >= 0:
        assert slo.time.parse_span(slo.time.format_span(ns)) == ns


def test_naive_datetimes_are_no_moments():
    with pytest.raises(ValueError):
        slo.time.from_datetime(datetime.datetime(2026, 1, 1))


def test_days_of_a_place():
    zone = zoneinfo.ZoneInfo("Europe/Berlin")
    days = [slo.time.civil(2026, 3, day) for day in range(28, 32)]
    starts = slo.calendar.zone_starts(zone, days)
    hours = [(b - a) // slo.HOUR_NS for a, b in zip(starts, starts[1:])]
    assert hours == [24, 23, 24]  # the clocks go forward on the 29th
    period = slo.calendar.find(starts, starts[1] + 1)
    assert (period.start_ns, period.end_ns) == (starts[1], starts[2])
