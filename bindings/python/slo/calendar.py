"""Days, weeks, months, quarters and years as periods of a budget (slo/calendar.h)."""

from __future__ import annotations

from collections.abc import Sequence
from ctypes import byref
from datetime import datetime, tzinfo

from . import _ffi, time
from ._ffi import lib
from .structs import Calendar, Period


def eval(calendar: Calendar, at_ns: int) -> Period:
    """The period in UTC that a moment lies in, start_ns < at_ns <= end_ns. Raises OutOfRange."""
    c = _ffi.new("slo_period")
    lib.slo_calendar_eval(_ffi.config("slo_calendar", calendar), at_ns, byref(c))
    period: Period = _ffi.result(c)
    return period


def find(starts_ns: Sequence[int], at_ns: int) -> Period:
    """The same among starts that are given, ascending. Raises OutOfRange, InvalidArgument."""
    c, starts = _ffi.new("slo_period"), _ffi.integers(starts_ns, "i64", "starts_ns")
    lib.slo_calendar_find(starts, len(starts), at_ns, byref(c))
    period: Period = _ffi.result(c)
    return period


def zone_starts(zone: tzinfo, starts_ns: Sequence[int]) -> list[int]:
    """What a clock on the wall in `zone` (a zoneinfo.ZoneInfo, say) calls these moments of UTC:
    periods of UTC become those of a place, for MonitorSlo.starts_ns. A time that does not exist
    there is that much later, of one that comes twice it is the first."""
    walls = [time.to_datetime(start) for start in starts_ns]
    return [
        time.from_datetime(datetime(*wall.timetuple()[:6], wall.microsecond, tzinfo=zone))
        for wall in walls
    ]
